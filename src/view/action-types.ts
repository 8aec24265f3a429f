/** What a screen may ask for beyond showing what is known: reading frames again, and writing files. */
import type { EvidenceField } from '../audit/rule/evidence.ts'
import type { RowKind } from '../rows/row-kind.ts'
import type { EvidenceView } from './evidence-view.ts'

/** The packets to write. */
export interface PacketSelection {
  frames: { capture: string; frame: number; comment: string }[]
  /** Ids of connections; all their packets are written. */
  connections: string[]
}

/** A frame to read again. */
export interface Citation {
  capture: string
  frame: number
  /** The field that decides the finding; null if no finding cites the frame. */
  field: EvidenceField | null
}

export interface RowsToExport<Row> {
  kind: RowKind<Row>
  rows: Iterable<Row>
  count: number
}

/**
 * `writePackets` and `exportRows` resolve with a sentence that says what was written. They reject with FileExists if they would overwrite a file,
 * and with other errors whose messages can be shown to users.
 */
export interface Actions {
  inspect(citation: Citation, signal: AbortSignal): Promise<EvidenceView>
  writePackets(selection: PacketSelection, file: string, overwrite: boolean): Promise<string>
  exportRows<Row>(rows: RowsToExport<Row>, file: string, overwrite: boolean): Promise<string>
}

/** The file exists already. */
export class FileExists extends Error {
  override readonly name = 'FileExists'
}
