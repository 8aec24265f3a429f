/**
 * Records: what reports are made of, and what scripts rely on. Fields may be added. None is renamed, removed or given another meaning without a new
 * SCHEMA_VERSION. docs/records.md explains them, docs/records.schema.json defines them.
 *
 * Times are ISO 8601 in UTC with microseconds. Absent is null and never "". Text from the wire is kept as it is: the writers escape it.
 */
import type { Rule } from '../../audit/rule/rule.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Policy } from '../../policy/policy.ts'
import type { ControlSummary, Credit, ReadinessRow } from '../../readiness/readiness-row.ts'
import { type CaptureRecord, captureRecord } from './capture.ts'
import { type ConnectionRecord, connectionRecord } from './connection.ts'
import { type ControlRecord, controlRecord } from './control.ts'
import { type FindingRecord, findingRecord } from './finding.ts'
import { type HostRecord, hostRecords } from './host.ts'
import { type PolicyRecord, policyRecord } from './policy.ts'
import { type ReadinessRecord, readinessRecord } from './readiness.ts'
import type { OfCapture } from './record-parts.ts'
import type { Report } from './report.ts'
import { type SessionRecord, sessionRecord } from './session.ts'
import { type SummaryRecord, summaryRecord } from './summary.ts'

export type ScanRecord =
  | CaptureRecord
  | PolicyRecord
  | ConnectionRecord
  | SessionRecord
  | HostRecord
  | FindingRecord
  | SummaryRecord

/** Every record of a scan, one at a time: captures, the policy if there is a file, connections, sessions, hosts, findings, and the summary last. */
export function* scanRecords(report: Report): Generator<ScanRecord> {
  const { ledger, policy } = report
  const { networks } = policy
  const shared = sharedPaths(ledger.captures)
  for (const capture of ledger.captures) yield captureRecord(capture)
  const judgedBy = policyRecord(report)
  if (judgedBy !== null) yield judgedBy
  for (const connection of ledger.connections) yield named(connectionRecord(connection, networks), connection, shared)
  for (const session of ledger.sessions) yield named(sessionRecord(session), session, shared)
  // A loop, not `yield*`: with it, each record would pass through two iterators.
  for (const host of hostRecords(ledger, networks)) yield host
  const rules = rulesById(report.rules)
  for (const finding of report.findings) yield named(findingRecord(finding, rules.get(finding.rule)), finding, shared)
  yield summaryRecord(report)
}

export type PredictionRecord = CaptureRecord | PolicyRecord | ControlRecord | ReadinessRecord | HostRecord

/** What a prediction is made of, and made from. */
export interface Prediction {
  ledger: Ledger
  policy: Policy
  controls: readonly ControlSummary[]
  credits: readonly Credit[]
  rows: Iterable<ReadinessRow>
}

/** Every record of a prediction, one at a time: captures, the policy if there is a file, controls, rows about pairs and hosts, and hosts. */
export function* predictionRecords({
  ledger,
  policy,
  controls,
  credits,
  rows,
}: Prediction): Generator<PredictionRecord> {
  for (const capture of ledger.captures) yield captureRecord(capture)
  // Exemptions show in the rows: their cases are those of rules, which were not applied.
  const judgedBy = policyRecord({ policy, ledger, findings: [] })
  if (judgedBy !== null) yield judgedBy
  for (const control of controls) yield controlRecord(control, credits)
  for (const row of rows) yield readinessRecord(row)
  for (const host of hostRecords(ledger, policy.networks)) yield host
}

export function* findingRecords(report: Pick<Report, 'findings' | 'rules'>): Generator<FindingRecord> {
  const rules = rulesById(report.rules)
  for (const finding of report.findings) yield findingRecord(finding, rules.get(finding.rule))
}

function rulesById(rules: readonly Rule[]): Map<string, Rule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}

/** Paths that several captures share, which happens if the results of several machines are merged. */
function sharedPaths(captures: readonly CaptureFacts[]): Set<string> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { path } of captures) {
    if (seen.has(path)) shared.add(path)
    seen.add(path)
  }
  return shared
}

function named<R extends OfCapture>(
  record: R,
  { capture, captureId }: { capture: string; captureId: string },
  shared: ReadonlySet<string>,
): R {
  if (shared.has(capture)) record.captureId = captureId
  return record
}
