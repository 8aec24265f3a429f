/** The messages of several captures, one after another, as rows. */
import type { MessageRow } from '../track/messages.ts'
import type { FrameRow } from '../tui/rows.ts'
import type { MessageLog } from './message-log.ts'
import type { Rows } from './store.ts'

export class MessageLogs implements Rows<FrameRow> {
  private readonly logs: MessageLog[] = []

  get length(): number {
    return this.logs.reduce((sum, log) => sum + log.length, 0)
  }

  get dropped(): number {
    return this.logs.reduce((sum, log) => sum + log.dropped, 0)
  }

  add(log: MessageLog): void {
    this.logs.push(log)
  }

  at(index: number): FrameRow | undefined {
    const found = this.find(index)
    return found?.log.row(found.i)
  }

  *[Symbol.iterator](): Iterator<FrameRow> {
    for (const log of this.logs) for (let i = 0; i < log.length; i++) yield log.row(i)
  }

  /** The message behind a row, as the tracker told it. */
  messageOf(row: FrameRow): MessageRow | undefined {
    const log = this.logs.find(({ capture }) => capture === row.capture)
    return log?.of(row)
  }

  private find(index: number): { log: MessageLog; i: number } | undefined {
    if (index < 0) return undefined
    let i = index
    for (const log of this.logs) {
      if (i < log.length) return { log, i }
      i -= log.length
    }
    return undefined
  }
}
