/** The newest SMB messages of traffic that goes on, as rows: the older half goes when there is no more room. */
import type { MessageRow, MessageSink } from '../ledger/smb-message.ts'
import { MessageLog } from './message-log.ts'
import type { Rows } from './row-list.ts'
import type { FrameRow } from './rows.ts'

export class RecentMessages implements MessageSink, Rows<FrameRow> {
  /** Messages that were there and are not any more. */
  dropped = 0
  private readonly capture: string
  private readonly half: number
  private older: MessageLog
  private newer: MessageLog
  /** Of the rows that were handed out. */
  private readonly logs = new WeakMap<FrameRow, MessageLog>()

  constructor(capture: string, limit: number) {
    this.capture = capture
    this.half = Math.max(1, Math.floor(limit / 2))
    this.older = new MessageLog(capture, 0)
    this.newer = new MessageLog(capture, this.half)
  }

  get length(): number {
    return this.older.length + this.newer.length
  }

  message(row: MessageRow): void {
    if (this.newer.length === this.half) {
      this.dropped += this.older.length
      this.older = this.newer
      this.newer = new MessageLog(this.capture, this.half)
    }
    this.newer.message(row)
  }

  at(index: number): FrameRow | undefined {
    if (index < 0 || index >= this.length) return undefined
    const { older, newer } = this
    const [log, i] = index < older.length ? [older, index] : [newer, index - older.length]
    const row = log.row(i)
    this.logs.set(row, log)
    return row
  }

  *[Symbol.iterator](): Iterator<FrameRow> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }

  /** The message behind a row, as the tracker told it. */
  messageOf(row: FrameRow): MessageRow | undefined {
    return this.logs.get(row)?.of(row)
  }
}
