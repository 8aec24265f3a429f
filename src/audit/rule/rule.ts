/** What a rule is: text for people, and one pure function over ledger facts. Rules never see packets. */

import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { AuditFacts } from './audit-facts.ts'
import type { EvidenceDraft } from './evidence.ts'
import type { Identifier } from './identifiers.ts'
import type { Survey } from './survey.ts'

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** The index of each in SEVERITIES. */
export const RANK: Readonly<Record<Severity, number>> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 }

/** Is `a` at least as severe as `b`? */
export function atLeast(a: Severity, b: Severity): boolean {
  return RANK[a] <= RANK[b]
}

/** A rule that judges each part of the ledger by itself, or one that first surveys all of it. */
export type Rule = LocalRule | SurveyingRule<unknown>

export interface LocalRule extends RuleText {
  survey?: undefined
  /** Called with each part of the ledger. */
  evaluate(facts: AuditFacts): Iterable<Draft>
}

export interface SurveyingRule<S> extends RuleText {
  survey: Survey<S>
  /** Called with each part of the ledger, and with what the survey of this rule has seen of all of it. */
  evaluate(facts: AuditFacts, known: S): Iterable<Draft>
}

export interface RuleText {
  /** As in the catalogue: stable, kebab-case. */
  id: string
  title: string
  /** The default; a draft may carry another by circumstance. */
  severity: Severity
  /** Heading of Microsoft's guide "Protect SMB traffic from interception". */
  guide: string
  /** Why it matters, a few plain sentences. */
  why: string
  /** Which fields decide it, what makes it more or less severe, and when it is unknown. */
  how: string
  remediation: Remediation
  /** The others, by the names that drafts use: for a family, or a side, that needs a different remedy. */
  remediationFor?: Readonly<Record<string, Remediation>>
  /** What it is called in the lists that people report against. Empty where none has it. */
  identifiers: readonly Identifier[]
  references: string[]
  falsePositives: string[]
  /** What its findings are counted by. */
  subject: Subject
}

/** How to fix what a rule found. */
export interface Remediation {
  /** What it is for, such as "SMB1", if the rule has more than one. */
  applies?: string
  /** The policy or setting by name and the value to give it. */
  setting: string
  /** Lines to run in an elevated PowerShell, empty if there is none. */
  powershell: string[]
  /** Shows beforehand who would lose access; use it for some weeks before any of the above. Null if there is no such setting. */
  audit: { setting: string; powershell: string[] } | null
}

/**
 * What repeats are counted by within one capture: client address, server address and user; server address and port; client address; or the capture
 * alone. `network` counts across captures, by what the draft is `about`: private addresses repeat from site to site, so they identify no host there.
 */
export type Subject = 'pair' | 'server' | 'client' | 'capture' | 'network'

/** One case of a rule; cases are grouped into findings afterwards (audit.ts). A rule has at most one case of a subject for each session or connection. */
export interface Draft {
  severity: Severity
  /** If it differs from the rule's. */
  subject?: Subject
  /** Of the subject `network`: a challenge, a GUID or another value that shows that cases of several captures belong together. */
  about?: string
  /** A name in `remediationFor`; the rule's own remediation unless given. */
  remediation?: string
  /** The user whom the message names, if that is not the session's user. */
  user?: string | null
  /** Paths of the shares that it is about, if not all of the session's. */
  shares?: readonly string[]
  connection: ConnectionFacts
  session: SessionFacts | null
  /** The frame that decides it. */
  at: FrameRef
  /** Called at once, and only for the few cases that a finding shows: text costs more than a verdict. */
  explain(): Explanation
}

export interface Explanation {
  /** One sentence with the names and values of this case. */
  message: string
  /** At least one frame, the most important first. */
  evidence: EvidenceDraft[]
}
