/** What a report format is: one file each in this folder, listed in formats.ts. */
import type { TextSink } from '../../base/text-sink.ts'
import type { Report } from '../records/report.ts'
import type { PageOptions } from '../text/page.ts'

export interface ReportFormat {
  /** As `--format` names it. */
  readonly name: string
  /** Of its files, with the dot. The terminal UI knows the format by it when it exports a view. */
  readonly extension: string
  /** One line for the help: what is in it, and who it is for. */
  readonly help: string
  write(report: Report, sink: TextSink, options: WriteOptions): void
  /** Writes the rows of one view, one at a time; null if the format is made for whole reports only. */
  readonly writeRows: (<T>(view: ViewRows<T>, sink: TextSink) => void) | null
}

/** A format that has rows too. */
export type RowFormat = ReportFormat & { writeRows: NonNullable<ReportFormat['writeRows']> }

export interface WriteOptions extends PageOptions {
  /** Called often while a long report is written, so that the caller can look after other things, such as memory. */
  rest(): void
}

export interface ViewRows<T> {
  rows: Iterable<T>
  columns: Columns<T>
  /** The full record behind a row, in the form that docs/records.md describes; undefined if the ledger no longer holds it. */
  recordOf(row: T): object | undefined
}

export type Cell = string | number | null
/** Each column's name, and the cell it shows of a row. */
export type Columns<T> = readonly (readonly [name: string, cell: (row: T) => Cell])[]

/** The records of a view; rows without one are left out. */
export function* recordsOf<T>({ rows, recordOf }: ViewRows<T>): Generator<object> {
  for (const row of rows) {
    const record = recordOf(row)
    if (record !== undefined) yield record
  }
}

/** Records written between two calls of `rest`. */
const PIECE = 512

/** Calls `rest` before the first record, and again after every 512. */
export function* withRests<T>(records: Iterable<T>, rest: () => void): Generator<T> {
  let count = 0
  for (const record of records) {
    if (count++ % PIECE === 0) rest()
    yield record
  }
}
