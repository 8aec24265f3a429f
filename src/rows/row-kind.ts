/** What every list of rows has beside the type of its rows: the columns of its csv file, and the record behind each row. */
import type { SmbMessage } from '../ledger/smb-message.ts'
import type { Cell } from '../report/formats/report-format.ts'
import type { Report } from '../report/records/report.ts'

/** The method syntax lets one list hold the kinds of different rows. */
type CellOf<Row> = { of(row: Row): Cell }['of']
export type ExportColumns<Row> = readonly (readonly [name: string, cell: CellOf<Row>])[]

/** What identifies an SMB message: its row has it. */
export interface MessageId {
  readonly capture: string
  /** Its index among the messages that were stored with it: those of its capture, or of one half of recent-messages.ts. */
  readonly number: number
}

/** Where the records behind rows come from. */
export interface RecordSource {
  report(): Pick<Report, 'ledger' | 'policy' | 'findings' | 'rules'>
  /** The message as the tracker emitted it. Takes the row itself, not a copy: messages of live captures are found by it. */
  messageOf(id: MessageId): SmbMessage | undefined
}

export interface RecordLookup<Row> {
  /** In the form that docs/records.md describes; undefined if the ledger no longer holds it. */
  of(row: Row): object | undefined
}

export interface RowKind<Row> {
  /** The name of its record in docs/records.schema.json. */
  readonly record: string
  readonly columns: ExportColumns<Row>
  /** Makes the indexes that looking up records needs: call it once for all rows of an export. */
  records(source: RecordSource): RecordLookup<Row>
}
