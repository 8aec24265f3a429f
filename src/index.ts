/**
 * The library: the parts of `smblens scan`.
 *
 *     const tracker = new Tracker(path)
 *     const summary = await readCapture(path, tracker)
 *     const ledger = tracker.finish(summary)
 *     const findings = audit(ledger, { policy: defaultPolicy(createNetworks()) })
 */

export { type AuditOptions, audit, auditSteps } from './audit/audit.ts'
export type { Finding } from './audit/finding.ts'
export type { FindingList } from './audit/finding-list.ts'
export { atLeast, type Rule, SEVERITIES, type Severity } from './audit/rule/rule.ts'
export { RULES } from './audit/rules/index.ts'
export type { TextSink } from './base/text-sink.ts'
export { CaptureError, type CaptureErrorCode } from './capture/capture-error.ts'
export type { FrameSink } from './capture/frame-sink.ts'
export { expandInputs } from './capture/read/inputs.ts'
export { type CaptureSummary, type ReadOptions, readCapture, readCaptureStream } from './capture/read/read-capture.ts'
export type * from './ledger/capture-facts.ts'
export type * from './ledger/endpoint.ts'
export type { Facts } from './ledger/facts-list.ts'
export type * from './ledger/frame-ref.ts'
export type * from './ledger/ledger.ts'
export { plainLedger } from './ledger/ledger.ts'
export type * from './ledger/logon-facts.ts'
export type * from './ledger/smb-facts.ts'
export type { MessageSink, SmbMessage } from './ledger/smb-message.ts'
export { LedgerPile } from './ledger/whole/ledger-pile.ts'
export { mergeLedgers } from './ledger/whole/merge.ts'
export { defaultPolicy } from './policy/default-policy.ts'
export { createNetworks, type Direction, type Networks, parseCidrs } from './policy/networks.ts'
export type * from './policy/policy.ts'
export type { ControlId, ReadinessState } from './readiness/control.ts'
export type { ControlSetting, ControlSteps } from './readiness/control-steps.ts'
export { type ReadinessOptions, readiness, readinessSteps } from './readiness/prediction/readiness.ts'
export type { ReadinessRows, RowFilter } from './readiness/prediction/readiness-rows.ts'
export type { Readiness } from './readiness/prediction/readiness-run.ts'
export type { ControlSummary, Credit, ReadinessEvidence, ReadinessRow } from './readiness/readiness-row.ts'
export { CONTROL_STEPS } from './readiness/steps/index.ts'
export { writeCsv } from './report/formats/csv.ts'
export { formatFor, REPORT_FORMATS } from './report/formats/formats.ts'
export { writeJson } from './report/formats/json.ts'
export { writeNdjson } from './report/formats/ndjson.ts'
export type { ReportFormat, WriteOptions } from './report/formats/report-format.ts'
export { writeTable } from './report/formats/table.ts'
export { writeHostList } from './report/readiness/host-list.ts'
export { writePlan } from './report/readiness/plan.ts'
export { READINESS_FORMATS, type ReadinessFormat } from './report/readiness/readiness-formats.ts'
export type { ReadinessReport } from './report/readiness/readiness-report.ts'
export { writeReadinessTable } from './report/readiness/readiness-table.ts'
export type { CaptureRecord } from './report/records/capture.ts'
export type { ConnectionRecord } from './report/records/connection.ts'
export type { FindingRecord } from './report/records/finding.ts'
export type { HostRecord } from './report/records/host.ts'
export {
  findingRecords,
  type PredictionRecord,
  predictionRecords,
  type ScanRecord,
  scanRecords,
} from './report/records/index.ts'
export { type MessageRecord, messageRecord } from './report/records/message.ts'
export type { PolicyRecord } from './report/records/policy.ts'
export type { Report } from './report/records/report.ts'
export { SCHEMA_VERSION } from './report/records/schema-version.ts'
export type { SessionRecord } from './report/records/session.ts'
export type { SummaryRecord } from './report/records/summary.ts'
export type { PageOptions } from './report/text/page.ts'
export type { Changes, PartialLedger, ReadPosition } from './track/partial-ledger.ts'
export { Tracker, type TrackerOptions } from './track/tracker.ts'
