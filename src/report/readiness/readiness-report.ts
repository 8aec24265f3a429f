/** All that a readiness report is written from. */
import type { RowFilter } from '../../readiness/prediction/readiness-rows.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import type { Prediction } from '../records/index.ts'

/** `controls` and `credits` are those to report, `rows` are those of all controls. */
export interface ReadinessReport extends Prediction {
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
