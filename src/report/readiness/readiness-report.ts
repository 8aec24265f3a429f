/** All that a readiness report is written from. */
import type { Ledger } from '../../ledger/ledger.ts'
import type { Policy } from '../../policy/policy.ts'
import type { RowFilter } from '../../readiness/prediction/readiness-rows.ts'
import type { ControlSummary, Credit, ReadinessRow } from '../../readiness/readiness-row.ts'

export interface ReadinessReport {
  ledger: Ledger
  policy: Policy
  /** Those to report. */
  controls: readonly ControlSummary[]
  credits: readonly Credit[]
  /** Those of all controls. */
  rows: ReportedRows
  /** Named inputs of which nothing could be read. */
  inputsUnread: number
}

/** Rows that are put into words when they are read: a large capture has very many. ReadinessRows are such rows. */
export interface ReportedRows extends Iterable<ReadinessRow> {
  readonly length: number
  where(filter: RowFilter): ReportedRows
  /** Those with the most sessions. */
  top(most: number): ReadinessRow[]
}
