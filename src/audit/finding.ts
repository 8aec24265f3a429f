/** A finding: what a rule reported about one subject, counted, with the first evidence of the worst cases. */
import type { EvidenceField } from './rule/evidence.ts'
import type { Severity } from './rule/rule.ts'
import type { FindingSubject } from './subject-key.ts'

export interface Finding {
  /** Made of rule, capture, hosts and user: the same in every run. */
  id: string
  rule: string
  /** The worst of its cases; the message says how many there are of each. */
  severity: Severity
  /** What its cases are counted by. */
  subject: FindingSubject
  title: string
  message: string
  capture: string
  /** Which of them, if several captures have this path. */
  captureId: string
  connection: string | null
  session: string | null
  client: { ip: string; port: number | null } | null
  server: { ip: string; port: number | null } | null
  /** The user whom the message names; null if it names none, or if the cases name several. */
  user: string | null
  /** Microseconds since 1970 UTC, of the first and last case counted. */
  firstTime: number
  lastTime: number
  /** How many connections or sessions this finding stands for. */
  count: number
  /** The first few of the worst cases, in frame order. */
  evidence: { capture: string; frame: number; time: number; field: EvidenceField; what: string }[]
  /** A Wireshark display filter that shows the evidence. */
  wiresharkFilter: string
  /** Which remediations its cases need: names in the rule's `remediationFor`, and '' for the rule's own. */
  remediations: string[]
}
