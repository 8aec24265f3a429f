/** For traffic that goes on for days: what is over leaves the tracker, as a ledger of its own. */

import type { Ledger } from '../ledger/ledger.ts'
import { retireFrom } from '../ledger/retirement.ts'
import type { TrackContext } from './core/context.ts'
import { forgetConnection } from './smb/state/session-store.ts'

/**
 * Takes out the connections that ended first, until `keep` of those that ended are left, and what they alone carried. What may still change stays,
 * and with it all that carries it. Null where there is nothing to take.
 *
 * @param open ids of connections that have not ended
 */
export function retire(context: TrackContext, open: ReadonlySet<string>, keep: number): Ledger | null {
  const { tables } = context
  const staying = new Set(open)
  for (const session of context.awake) for (const id of session.facts.connections) staying.add(id)
  const gone = new Set<number>()
  const facts = retireFrom(tables, {
    keep,
    staying,
    forget(name, row) {
      if (name === 'sessions') gone.add(tables.sessions.number(row))
      if (name === 'connections') forgetConnection(context, row)
      else tables[name].forget(row)
    },
  })
  if (facts === null) return null
  // A client that uses one of them again begins a session that is seen from its midst.
  for (const [key, session] of context.sessionsByServer) {
    if (gone.has(session.number)) context.sessionsByServer.delete(key)
  }
  return { captures: [], ...facts }
}
