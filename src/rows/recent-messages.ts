/** The newest SMB messages of a live capture, as rows. When the limit is reached, the older half is dropped. */
import type { MessageSink, SmbMessage } from '../ledger/smb-message.ts'
import { MessageLog } from './message-log.ts'
import type { MessageRow } from './message-row.ts'
import type { MessageId } from './row-kind.ts'
import type { Rows } from './row-list.ts'

export class RecentMessages implements MessageSink, Rows<MessageRow> {
  /** Messages that have been dropped. */
  dropped = 0
  private readonly capture: string
  private readonly half: number
  private older: MessageLog
  private newer: MessageLog
  /** The log of each row that was returned, since both halves number their messages from 0. */
  private readonly logs = new WeakMap<MessageId, MessageLog>()

  constructor(capture: string, limit: number) {
    this.capture = capture
    this.half = Math.max(1, Math.floor(limit / 2))
    this.older = new MessageLog(capture, 0)
    this.newer = new MessageLog(capture, this.half)
  }

  get length(): number {
    return this.older.length + this.newer.length
  }

  message(message: SmbMessage): void {
    if (this.newer.length === this.half) {
      this.dropped += this.older.length
      this.older = this.newer
      this.newer = new MessageLog(this.capture, this.half)
    }
    this.newer.message(message)
  }

  at(index: number): MessageRow | undefined {
    if (index < 0 || index >= this.length) return undefined
    const { older, newer } = this
    const [log, i] = index < older.length ? [older, index] : [newer, index - older.length]
    const row = log.row(i)
    this.logs.set(row, log)
    return row
  }

  *[Symbol.iterator](): Iterator<MessageRow> {
    for (let i = 0; i < this.length; i++) yield this.at(i)!
  }

  /** The message behind a row, as the tracker emitted it. */
  messageOf(row: MessageId): SmbMessage | undefined {
    return this.logs.get(row)?.messageOf(row)
  }
}
