/** Records of a live capture to whoever reads them, one batch after the other, as fast as they are read. */

import { safeJson } from '../../base/safe-text.ts'
import type { LiveRecord } from '../../live/record-stream.ts'
import { OutputError } from './descriptor-sink.ts'
import { showNotice } from './notices.ts'
import type { PatientWriter } from './patient-writer.ts'

export class RecordOutput {
  private readonly writer: PatientWriter
  private queue: Promise<void> = Promise.resolve()
  private summary: Extract<LiveRecord, { type: 'summary' }> | null = null
  /** Kept while a batch is being made and waits for the reader: no packet may be looked at meanwhile. It never rejects. */
  making: Promise<void> | undefined

  constructor(writer: PatientWriter) {
    this.writer = writer
  }

  /**
   * Resolves when all of them are made, and written but for what the reader has still to take. Nothing is made while an earlier batch waits.
   * @throws ReaderGone, OutputError, once
   */
  emit(batch: () => Iterable<LiveRecord>): Promise<void> {
    const done = this.queue.then(() => this.make(batch()))
    this.queue = done.catch(() => {})
    return done
  }

  /** The same, and waits until all is written. Where it cannot be, the summary is told as a line. */
  async emitLast(batch: () => Iterable<LiveRecord>): Promise<void> {
    try {
      await this.emit(batch)
      await this.writer.finish()
    } finally {
      const { summary, writer } = this
      if (writer.failure instanceof OutputError && summary !== null) showNotice(summaryLine(summary))
    }
  }

  /** The end was asked for: from now on the reader is not waited for without an end. */
  hurry(): void {
    this.writer.hurry()
  }

  private async make(batch: Iterable<LiveRecord>): Promise<void> {
    let made = () => {}
    let failure: unknown = null
    // What makes the records goes on to its end, whatever becomes of them: half a look would be taken for a whole one.
    for (const record of batch) {
      if (record.type === 'summary') this.summary = record
      try {
        const waiting = this.writer.put(`${safeJson(record)}\n`)
        if (waiting === undefined) continue
        this.making ??= new Promise((resolve) => {
          made = resolve
        })
        await waiting
      } catch (error) {
        failure ??= error
      }
    }
    this.making = undefined
    made()
    if (failure !== null) throw failure
    this.writer.flush()
  }
}

function summaryLine({ packets, sessions, findings, loss }: Extract<LiveRecord, { type: 'summary' }>): string {
  const found = Object.values(findings).reduce((sum, count) => sum + count, 0)
  const lost = loss.map(
    (each) =>
      `${each.interface}: ${each.droppedByKernel ?? 'unknown'} dropped, ${each.left ?? 'unknown'} left in buffers`,
  )
  return `the summary: ${packets} packets, ${sessions} sessions, ${found} findings; ${lost.join('; ')}`
}
