/** Where pictures come from, files or an interface, for whoever asks for more of what they show. */
import type { ReadFrames } from '../evidence/write-evidence.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MessageRow } from '../ledger/smb-message.ts'
import type { Report } from '../report/records/report.ts'
import type { FrameRow } from '../rows/rows.ts'
import type { Details } from './store.ts'

export interface Source {
  /** Their names. */
  readonly captures: readonly string[]
  readonly details: Details
  /** Of what was read by now. */
  readonly ledger: Ledger
  report(): Pick<Report, 'ledger' | 'networks' | 'findings' | 'rules'>
  /** The message behind a row, as the tracker told it. */
  messageOf(row: FrameRow): MessageRow | undefined
  readonly readFrames: ReadFrames
  /** Can the capture be read from its middle, so that parts of it are better read one by one? */
  canSeek(capture: string): boolean
}
