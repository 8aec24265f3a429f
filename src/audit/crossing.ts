/** Connections that cross the border of the internal networks, and how far they came: what outbound-smb and inbound-smb share. */
import type { ConnectionFacts, SessionFacts } from '../track/ledger.ts'
import type { Direction } from './networks.ts'
import { cite, credentialsSent, dialectName, evidence, pairKey, who } from './predicates.ts'
import type { AuditFacts, EvidenceDraft } from './rule.ts'

/** In order: how far a connection came. */
const STAGES = ['refused', 'attempted', 'established', 'credentials'] as const
export type Stage = (typeof STAGES)[number]

export interface Crossing {
  connection: ConnectionFacts
  stage: Stage
  /** The furthest stage of any connection between these two hosts: a pair is counted there, and only there. */
  pairStage: Stage
  /** What happened, to be read after the names of the hosts. */
  text: string
  evidence: EvidenceDraft[]
}

export function crossings(facts: AuditFacts, direction: Direction): Crossing[] {
  const furthest = new Map<string, Stage>()
  const found: Omit<Crossing, 'pairStage'>[] = []
  for (const connection of facts.ledger.connections) {
    if (facts.networks.direction(connection.client.ip, connection.server.ip) !== direction) continue
    const crossing = { connection, ...progress(connection, facts.sessionsOf(connection)) }
    const key = pairKey(connection)
    const before = furthest.get(key)
    if (before === undefined || STAGES.indexOf(crossing.stage) > STAGES.indexOf(before))
      furthest.set(key, crossing.stage)
    found.push(crossing)
  }
  return found.map((crossing) => ({ ...crossing, pairStage: furthest.get(pairKey(crossing.connection))! }))
}

function progress(
  connection: ConnectionFacts,
  sessions: readonly SessionFacts[],
): Pick<Crossing, 'stage' | 'text' | 'evidence'> {
  const first = cite({ frame: connection.firstFrame, time: connection.firstTime }, 'first frame of the connection')
  const { state, end, negotiateResponse } = connection
  if (state === 'attempted') return { stage: 'attempted', text: 'was tried and not answered', evidence: [first] }
  if (state === 'refused') {
    const reset = end === null ? null : cite(end.at, 'TCP RST')
    return { stage: 'refused', text: 'was refused with a reset', evidence: evidence(connection, first, reset) }
  }
  const answer =
    negotiateResponse === null
      ? null
      : cite(negotiateResponse, `NEGOTIATE response, SMB ${dialectName(negotiateResponse.dialect)}`)

  for (const session of sessions) {
    for (const logon of session.logons) {
      const sent = credentialsSent(logon)
      if (sent === null) continue
      return {
        stage: 'credentials',
        text: `carried ${sent.what} of ${who(logon.user === null ? session : logon)}`,
        evidence: evidence(session, answer, cite(sent.at, `SESSION_SETUP with ${sent.what}`)),
      }
    }
  }
  const live = sessions.find((s) => s.status === 'established' || s.status === 'unknown')
  if (live !== undefined) {
    const kind = live.guest ? 'a guest session' : live.anonymous ? 'an anonymous session' : 'a session'
    const granted = live.decided === null ? null : cite(live.decided, 'SESSION_SETUP answered with STATUS_SUCCESS')
    return { stage: 'credentials', text: `carried ${kind}`, evidence: evidence(live, answer, granted) }
  }
  return {
    stage: 'established',
    text: state === 'midstream' ? 'was in use' : answer === null ? 'was established' : 'was negotiated',
    evidence: evidence(connection, first, answer),
  }
}
