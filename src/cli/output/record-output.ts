/** Writes the records of a live capture in batches, as fast as the reader takes them. */

import { safeJson } from '../../base/safe-text.ts'
import { total } from '../../base/total.ts'
import type { LiveRecord } from '../../live/record-stream.ts'
import { OutputError } from './descriptor-sink.ts'
import { showNotice } from './notices.ts'
import type { PatientWriter } from './patient-writer.ts'

export class RecordOutput {
  private readonly writer: PatientWriter
  private queue: Promise<void> = Promise.resolve()
  private summary: Extract<LiveRecord, { type: 'summary' }> | null = null
  /** Set while a batch is being made and waits for the reader: no packet may be read until then. It never rejects. */
  making: Promise<void> | undefined

  constructor(writer: PatientWriter) {
    this.writer = writer
  }

  /**
   * Resolves when all records of the batch are made, though the reader may not have taken them yet. Batches are made one after another.
   * @throws ReaderGone, OutputError, once
   */
  emit(batch: () => Iterable<LiveRecord>): Promise<void> {
    const done = this.queue.then(() => this.make(batch()))
    this.queue = done.catch(() => {})
    return done
  }

  /** The same, and waits until everything is written. If it cannot be, the summary is shown as a line on standard error. */
  async emitLast(batch: () => Iterable<LiveRecord>): Promise<void> {
    try {
      await this.emit(batch)
      await this.writer.finish()
    } finally {
      const { summary, writer } = this
      if (writer.failure instanceof OutputError && summary !== null) showNotice(summaryLine(summary))
    }
  }

  /** The capture is ending: give up on a reader that takes nothing for too long. */
  hurry(): void {
    this.writer.hurry()
  }

  private async make(batch: Iterable<LiveRecord>): Promise<void> {
    let made = () => {}
    let failure: unknown = null
    // The batch is always made to its end, even if it cannot be written: half of it would count as the whole.
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
  const found = total(Object.values(findings), (count) => count)
  const lost = loss.map(
    (each) =>
      `${each.interface}: ${each.droppedByKernel ?? 'unknown'} dropped, ${each.left ?? 'unknown'} left in buffers`,
  )
  return `the summary: ${packets} packets, ${sessions} sessions, ${found} findings; ${lost.join('; ')}`
}
