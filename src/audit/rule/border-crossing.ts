/** Connections that cross a border, that of the network or one between zones of a policy, and how far they got. */
import { dialectName } from '../../../dissectors/smb2/dialects.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Direction } from '../../policy/networks.ts'
import type { AuditFacts } from './audit-facts.ts'
import { type Credentials, credentialsSent } from './credentials.ts'
import { cite, type EvidenceDraft, evidence, start } from './evidence.ts'
import { pairKey } from './hosts.ts'
import type { Draft, Severity, Subject } from './rule.ts'
import { forgetOldest, remember, type Survey } from './survey.ts'
import { carrier, whose } from './wording.ts'

/** How far a connection got, in order. */
const STAGES = ['refused', 'attempted', 'established', 'credentials'] as const
export type Stage = (typeof STAGES)[number]

/** By pair of hosts on either side of the border, the furthest that any of their connections got. */
export type Stages = Map<string, Stage>

/** Selects the connections that cross a border. */
export type Crossings = (facts: AuditFacts) => ConnectionFacts[]

export interface Crossing {
  connection: ConnectionFacts
  stage: Stage
  /** The furthest stage of any connection between these two hosts: a pair is counted there, and only there. */
  pairStage: Stage
  /** The frame that shows the stage. */
  at: FrameRef
  /** The user whose credentials were sent, or whose session it was; null if no user is named. */
  user: string | null
  /** What happened, to be read after the names of the hosts, and its frames. */
  explain(): { text: string; evidence: EvidenceDraft[] }
}

export function furthestStages(crossing: Crossings): Survey<Stages> {
  return {
    start: () => new Map(),
    note(facts, furthest) {
      for (const connection of crossing(facts)) {
        const { stage } = progressOf(connection, facts.sessionsOf(connection))
        const key = pairKey(connection)
        remember(furthest, key, further(furthest.get(key) ?? stage, stage))
      }
    },
    bound: forgetOldest,
  }
}

function further(a: Stage, b: Stage): Stage {
  return STAGES.indexOf(a) > STAGES.indexOf(b) ? a : b
}

/** @param furthest what the survey of this direction has seen */
export function* crossings(facts: AuditFacts, crossing: Crossings, furthest: Stages): Generator<Crossing> {
  for (const connection of crossing(facts)) {
    const progress = progressOf(connection, facts.sessionsOf(connection))
    yield { connection, pairStage: furthest.get(pairKey(connection)) ?? progress.stage, ...progress }
  }
}

/** A host that only tries many servers, and reaches none, is one finding; a pair that got further is one each. */
export function subjectOfAttempts({ pairStage }: Crossing): Subject {
  return pairStage === 'refused' || pairStage === 'attempted' ? 'client' : 'pair'
}

/** @param sentence makes the message of what happened, to be read after the names of the hosts */
export function draftOfCrossing(
  { connection, at, user, explain }: Crossing,
  severity: Severity,
  subject: Subject,
  sentence: (happened: string) => string,
): Draft {
  return {
    severity,
    subject,
    connection,
    session: null,
    at,
    user,
    explain: () => {
      const { text, evidence } = explain()
      return { message: sentence(text), evidence }
    },
  }
}

/** Microsoft's advice on SMB at the border of a network and between its parts. */
export const BORDER_REFERENCES = [
  '[MS-SMB2] 2.1',
  'https://learn.microsoft.com/windows-server/storage/file-server/smb-secure-traffic',
  'https://support.microsoft.com/topic/preventing-smb-traffic-from-lateral-connections-and-entering-or-leaving-the-network-c0541db7-2244-0dce-18fd-14a3ddeb282a',
]

/** Connections that cross the border of the network in this direction. */
export function crossing(direction: Direction): Crossings {
  return ({ ledger, policy }) =>
    ledger.connections.filter(({ client, server }) => policy.networks.direction(client.ip, server.ip) === direction)
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
      evidence: evidence(
        cite(at, 'TcpFlags', 'TCP SYN'),
        end !== null && cite(end.at, 'TcpFlags', `TCP ${end.how.toUpperCase()}`),
      ),
    }),
  }
}

function leaked(connection: ConnectionFacts, logon: LogonFacts, { what, at, field }: Credentials): Progress {
  return {
    stage: 'credentials',
    at,
    user: logon.user,
    explain: () => ({
      text: `carried ${what} ${whose(logon)}`,
      evidence: evidence(cite(at, field, `${carrier(logon)} with ${what}`), answerOf(connection)),
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
        session.decided === null ? cite(at, 'SessionId', 'session in use') : cite(at, 'Status', 'session granted'),
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
      return { text, evidence: [answer ?? cite(at, 'Endpoints', 'first frame of the connection')] }
    },
  }
}

function answerOf({ negotiateResponse: answer }: ConnectionFacts): EvidenceDraft | null {
  return answer === null
    ? null
    : cite(answer, 'DialectRevision', `NEGOTIATE response, SMB ${dialectName(answer.dialect)}`)
}
