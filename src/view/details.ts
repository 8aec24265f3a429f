/** Look-ups in a ledger for what somebody opens. */
import type { Finding } from '../audit/findings.ts'
import type { ConnectionFacts, Ledger, SessionFacts } from '../track/ledger.ts'
import type { Details } from './store.ts'

export function detailsOf(ledger: Ledger, findings: readonly Finding[]): Details {
  const byId = new Map(findings.map((finding) => [finding.id, finding]))
  const connections = new Map<string, ConnectionFacts>()
  for (const connection of ledger.connections) connections.set(connection.id, connection)
  const sessions = new Map<string, SessionFacts>()
  for (const session of ledger.sessions) sessions.set(session.id, session)
  return {
    finding: (id) => byId.get(id),
    session: (id) => sessions.get(id),
    connection: (id) => connections.get(id),
    sessionsOn: (connection) => [...sessions.values()].filter((session) => session.connections.includes(connection)),
  }
}
