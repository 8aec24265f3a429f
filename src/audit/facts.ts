/** The look-ups that rules share, made once per audit. */
import type { ConnectionFacts, Ledger, SessionFacts } from '../track/ledger.ts'
import type { Networks } from './networks.ts'
import type { AuditFacts } from './rule.ts'

export function createFacts(ledger: Ledger, networks: Networks): AuditFacts {
  const connections = new Map<string, ConnectionFacts>()
  for (const connection of ledger.connections) connections.set(connection.id, connection)

  // A session whose connection was not kept cannot name its hosts: nothing can be said about it.
  const sessions = ledger.sessions.filter((session) => connections.has(session.connection))
  const byConnection = new Map<string, SessionFacts[]>()
  for (const session of sessions) {
    const list = byConnection.get(session.connection)
    if (list === undefined) byConnection.set(session.connection, [session])
    else list.push(session)
  }
  for (const list of byConnection.values()) list.sort(inFrameOrder)

  return {
    ledger: { ...ledger, sessions },
    networks,
    connectionOf: (session) => connections.get(session.connection)!,
    sessionsOf: (connection) => byConnection.get(connection.id) ?? [],
  }
}

function inFrameOrder(a: SessionFacts, b: SessionFacts): number {
  return a.firstFrame - b.firstFrame || (a.id < b.id ? -1 : 1)
}
