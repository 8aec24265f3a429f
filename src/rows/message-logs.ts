/** The messages of several captures, one after another, as rows. */
import type { SmbMessage } from '../ledger/smb-message.ts'
import type { MessageLog } from './message-log.ts'
import type { MessageRow } from './message-row.ts'
import type { MessageId } from './row-kind.ts'
import type { Rows } from './row-list.ts'

export class MessageLogs implements Rows<MessageRow> {
  private readonly logs: MessageLog[] = []
  /** How many messages come before each log. */
  private readonly starts: number[] = []
  private readonly byCapture = new Map<string, MessageLog>()
  private droppedBefore = 0

  get length(): number {
    return (this.starts.at(-1) ?? 0) + (this.logs.at(-1)?.length ?? 0)
  }

  get dropped(): number {
    return this.droppedBefore + (this.logs.at(-1)?.dropped ?? 0)
  }

  /** The log added before must be complete. */
  add(log: MessageLog): void {
    const { length } = this
    this.droppedBefore = this.dropped
    const before = this.logs.at(-1)
    if (before?.length === 0) {
      this.logs.pop()
      this.starts.pop()
    }
    this.logs.push(log)
    this.starts.push(length)
    if (!this.byCapture.has(log.capture)) this.byCapture.set(log.capture, log)
  }

  at(index: number): MessageRow | undefined {
    const found = this.find(index)
    return found?.log.row(found.i)
  }

  *[Symbol.iterator](): Iterator<MessageRow> {
    for (const log of this.logs) for (let i = 0; i < log.length; i++) yield log.row(i)
  }

  /** The message behind a row, as the tracker emitted it. */
  messageOf(row: MessageId): SmbMessage | undefined {
    return this.byCapture.get(row.capture)?.messageOf(row)
  }

  private find(index: number): { log: MessageLog; i: number } | undefined {
    if (index < 0 || index >= this.length) return undefined
    // Binary search for the last log that starts at or before the index.
    let low = 0
    let high = this.logs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.starts[middle]! <= index) low = middle
      else high = middle - 1
    }
    return { log: this.logs[low]!, i: index - this.starts[low]! }
  }
}
