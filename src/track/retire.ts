/** For traffic that goes on for days: what is over leaves the tracker, as a ledger of its own. */

import type { Ledger } from '../ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { TrackContext } from './core/context.ts'
import { forgetConnection } from './smb/state/session-store.ts'

/**
 * Takes out the connections that ended first, until `keep` of those that ended are left, and the sessions that they alone carried. What may still
 * change stays, and with it all that carries it. Null where there is nothing to take.
 *
 * @param open ids of connections that have not ended
 */
export function retire(context: TrackContext, open: ReadonlySet<string>, keep: number): Ledger | null {
  const { connections, sessions } = context
  const ended = connections.rows()
  if (ended.length <= keep) return null
  const leaving = new Map<string, number>()
  for (const row of ended.subarray(0, ended.length - keep)) leaving.set(connections.peek(row, 'id'), row)
  const staying = new Set(open)
  for (const row of ended.subarray(ended.length - keep)) staying.add(connections.peek(row, 'id'))

  for (const session of context.awake) for (const id of session.facts.connections) stay(id)
  let over = [...sessions.rows()].map((row) => ({ row, carriers: sessions.peek(row, 'connections') }))
  // A session that stays keeps its connections, and those may keep other sessions.
  for (let before = -1; before !== over.length; ) {
    before = over.length
    over = over.filter(({ carriers }) => {
      if (!carriers.some((id) => staying.has(id))) return true
      for (const id of carriers) stay(id)
      return false
    })
  }
  if (leaving.size === 0) return null

  const taken: { connections: ConnectionFacts[]; sessions: SessionFacts[] } = { connections: [], sessions: [] }
  const numbers = new Set<number>()
  for (const { row } of over) {
    taken.sessions.push(sessions.get(row))
    numbers.add(sessions.number(row))
    sessions.forget(row)
  }
  for (const row of leaving.values()) {
    taken.connections.push(connections.get(row))
    forgetConnection(context, row)
  }
  // Whoever uses one of them again begins a session that is seen from its midst.
  for (const [key, session] of context.sessionsByServer) {
    if (numbers.has(session.number)) context.sessionsByServer.delete(key)
  }
  sessions.compact()
  connections.compact()
  return { captures: [], ...taken }

  function stay(id: string): void {
    leaving.delete(id)
    staying.add(id)
  }
}
