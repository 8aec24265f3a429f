/** The record of one finding, with what its rule says about every finding of its kind. */
import type { Finding } from '../../audit/finding.ts'
import { remediationOf } from '../../audit/remediation.ts'
import type { Identifier } from '../../audit/rule/identifiers.ts'
import type { Remediation, Rule, Severity } from '../../audit/rule/rule.ts'
import type { FindingSubject } from '../../audit/subject-key.ts'
import { isoTime } from '../../base/packet-time.ts'
import { type OfCapture, textOrNull } from './record-parts.ts'

export interface FindingRecord extends OfCapture {
  type: 'finding'
  id: string
  rule: string
  severity: Severity
  /** What its cases are counted by: the same in every result of the same network. */
  subject: FindingSubject
  title: string
  message: string
  capture: string
  connection: string | null
  session: string | null
  client: { ip: string; port: number | null } | null
  server: { ip: string; port: number | null } | null
  user: string | null
  firstTime: string | null
  lastTime: string | null
  count: number
  evidence: EvidenceRecord[]
  wiresharkFilter: string
  guide: string | null
  remediation: Remediation | null
  references: string[]
  /** What its rule is called in lists that people report against. */
  identifiers: readonly Identifier[]
}

export interface EvidenceRecord {
  capture: string
  frame: number
  time: string | null
  what: string
}

/** @param rule the rule that made the finding: it has the parts that are the same in each of its findings */
export function findingRecord(finding: Finding, rule: Rule | undefined): FindingRecord {
  return {
    type: 'finding',
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    subject: finding.subject,
    title: finding.title,
    message: finding.message,
    capture: finding.capture,
    connection: finding.connection,
    session: finding.session,
    client: finding.client && { ip: finding.client.ip, port: finding.client.port },
    server: finding.server && { ip: finding.server.ip, port: finding.server.port },
    user: textOrNull(finding.user),
    firstTime: isoTime(finding.firstTime),
    lastTime: isoTime(finding.lastTime),
    count: finding.count,
    evidence: finding.evidence.map(({ capture, frame, time, what }) => ({ capture, frame, time: isoTime(time), what })),
    wiresharkFilter: finding.wiresharkFilter,
    guide: rule?.guide ?? null,
    remediation: rule === undefined ? null : remediationOf(rule, finding.remediations),
    references: rule?.references ?? [],
    identifiers: rule?.identifiers ?? [],
  }
}
