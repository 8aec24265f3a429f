/** Connections that cross the border of the internal networks, and how far they came: what outbound-smb and inbound-smb share. */
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Direction } from '../../policy/networks.ts'
import { cite, credentialsSent, evidence, pairKey, start } from './predicates.ts'
import type { AuditFacts, EvidenceDraft } from './rule.ts'
import { STAGES, type Stage } from './survey.ts'
import { carrier, whose } from './wording.ts'

export interface Crossing {
  connection: ConnectionFacts
  stage: Stage
  /** The furthest stage of any connection between these two hosts: a pair is counted there, and only there. */
  pairStage: Stage
  /** The frame that shows the stage. */
  at: FrameRef
  /** Whose credentials were sent, or whose session it was; null where nobody is named. */
  user: string | null
  /** What happened, to be read after the names of the hosts, and its frames. */
  explain(): { text: string; evidence: EvidenceDraft[] }
}

export function surveyCrossings(facts: AuditFacts, direction: Direction): void {
  const { furthest } = facts.survey
  for (const connection of crossing(facts, direction)) {
    const { stage } = progressOf(connection, facts.sessionsOf(connection))
    const key = pairKey(connection)
    const before = furthest.get(key)
    if (before === undefined || STAGES.indexOf(stage) > STAGES.indexOf(before)) furthest.set(key, stage)
  }
}

export function* crossings(facts: AuditFacts, direction: Direction): Generator<Crossing> {
  for (const connection of crossing(facts, direction)) {
    const progress = progressOf(connection, facts.sessionsOf(connection))
    yield { connection, pairStage: facts.survey.furthest.get(pairKey(connection)) ?? progress.stage, ...progress }
  }
}

function crossing({ ledger, networks }: AuditFacts, direction: Direction): ConnectionFacts[] {
  return ledger.connections.filter(({ client, server }) => networks.direction(client.ip, server.ip) === direction)
}

type Progress = Pick<Crossing, 'stage' | 'at' | 'user' | 'explain'>

function progressOf(connection: ConnectionFacts, sessions: readonly SessionFacts[]): Progress {
  const { state } = connection
  if (state === 'attempted' || state === 'refused') return unanswered(connection, state)
  for (const session of sessions) {
    for (const logon of session.logons) {
      const sent = credentialsSent(logon)
      if (sent !== null) return leaked(connection, logon, sent)
    }
  }
  const live = sessions.find((s) => s.status === 'established' || s.status === 'unknown')
  return live === undefined ? reached(connection) : used(connection, live)
}

function unanswered(connection: ConnectionFacts, stage: 'attempted' | 'refused'): Progress {
  const at = start(connection)
  const { end } = connection
  return {
    stage,
    at,
    user: null,
    explain: () => ({
      text: stage === 'attempted' ? 'was tried and not answered' : 'was refused with a reset',
      evidence: evidence(cite(at, 'TCP SYN'), end !== null && cite(end.at, `TCP ${end.how.toUpperCase()}`)),
    }),
  }
}

function leaked(
  connection: ConnectionFacts,
  logon: LogonFacts,
  { what, at }: { what: string; at: FrameRef },
): Progress {
  return {
    stage: 'credentials',
    at,
    user: logon.user,
    explain: () => ({
      text: `carried ${what} ${whose(logon)}`,
      evidence: evidence(cite(at, `${carrier(logon)} with ${what}`), answerOf(connection)),
    }),
  }
}

function used(connection: ConnectionFacts, session: SessionFacts): Progress {
  const at = session.decided ?? start(session)
  return {
    stage: 'credentials',
    at,
    user: null,
    explain: () => ({
      text: `carried ${session.guest ? 'a guest session' : session.anonymous ? 'an anonymous session' : 'a session'}`,
      evidence: evidence(
        cite(at, session.decided === null ? 'session in use' : 'session granted'),
        answerOf(connection),
      ),
    }),
  }
}

function reached(connection: ConnectionFacts): Progress {
  const at = connection.negotiateResponse ?? start(connection)
  return {
    stage: 'established',
    at,
    user: null,
    explain: () => {
      const answer = answerOf(connection)
      const text = connection.state === 'midstream' ? 'was in use' : 'was established'
      return { text, evidence: [answer ?? cite(at, 'first frame of the connection')] }
    },
  }
}

function answerOf({ negotiateResponse: answer }: ConnectionFacts): EvidenceDraft | null {
  return answer === null ? null : cite(answer, `NEGOTIATE response, SMB ${dialectName(answer.dialect)}`)
}
