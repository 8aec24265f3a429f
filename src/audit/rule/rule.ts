/** What a rule is: text for people, and one pure function over ledger facts. Rules never see packets. */

import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { PlainLedger } from '../../ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Networks } from '../../policy/networks.ts'
import type { Survey } from './survey.ts'

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Is `a` at least as severe as `b`? */
export function atLeast(a: Severity, b: Severity): boolean {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b)
}

export interface Rule {
  /** As in the catalogue: stable, kebab-case. */
  id: string
  title: string
  /** The default; a draft may carry another by circumstance. */
  severity: Severity
  /** Heading of Microsoft's guide "Protect SMB traffic from interception". */
  guide: string
  /** Why it matters, a few plain sentences. */
  why: string
  /** What on the wire decides it, what makes it more or less severe, and what is "unknown". */
  how: string
  remediation: Remediation
  /** The others, by the names that drafts use: where the family or the side that was seen needs a remedy of its own. */
  remediationFor?: Readonly<Record<string, Remediation>>
  references: string[]
  falsePositives: string[]
  /** Whose finding it is. */
  subject: Subject
  /** Called with each part of the ledger before `evaluate` is called with the first, where a rule needs to know of other parts. */
  survey?(facts: AuditFacts): void
  /** Called with each part of the ledger. */
  evaluate(facts: AuditFacts): Iterable<Draft>
}

/** How to mend what a rule found. */
export interface Remediation {
  /** What it is for, such as "SMB1", where the rule has more than one. */
  applies?: string
  /** The policy or setting by name and the value to give it. */
  setting: string
  /** Lines to run in an elevated PowerShell, empty where there is none. */
  powershell: string[]
  /** What shows beforehand who would lose access. It runs for some weeks before any of the above. Null where there is no such setting. */
  audit: { setting: string; powershell: string[] } | null
}

/** What repeats are counted by: client address, server address and user; server address and port; client address; or the capture alone. */
export type Subject = 'pair' | 'server' | 'client' | 'capture'

/** What one rule says once; grouped into findings afterwards (audit.ts). A rule says at most one thing of a session or connection. */
export interface Draft {
  severity: Severity
  /** Where it differs from the rule's. */
  subject?: Subject
  /** Its name in `remediationFor`; the rule's own unless given. */
  remediation?: string
  /** Whom the message names, where that is not the session's user. */
  user?: string | null
  connection: ConnectionFacts
  session: SessionFacts | null
  /** The frame that decides it. */
  at: FrameRef
  /** Called at once, and for the few cases that a finding shows: words cost more than verdicts. */
  explain(): Explanation
}

export interface Explanation {
  /** One sentence with the names and values of this case. */
  message: string
  /** At least one frame, the most telling first. */
  evidence: EvidenceDraft[]
}

export interface EvidenceDraft extends FrameRef {
  /** Field and value as the frame shows them, e.g. "SessionFlags 0x0001 (IS_GUEST)". */
  what: string
}

/** Part of a ledger with the look-ups that rules share: some connections and the sessions set up on them (facts.ts). */
export interface AuditFacts {
  ledger: PlainLedger
  survey: Survey
  networks: Networks
  connectionOf(session: SessionFacts): ConnectionFacts
  /** Sessions set up on this connection, in frame order; of very many the first. */
  sessionsOf(connection: ConnectionFacts): readonly SessionFacts[]
}
