/** Lines on standard error for a program that must be able to end even if they are not read. */
import { escapeText } from '../../base/safe-text.ts'
import { type PatientWriter, writerTo } from './patient-writer.ts'

/** The most bytes of unread lines. Beyond this, further lines are dropped. */
const MOST_UNREAD = 64 * 1024

let writer: PatientWriter | null = null

/** Call this before rights are dropped: standard error may be a pipe that only root can open. */
export function prepareNotices(): void {
  writer ??= writerTo(2)
}

export function showNotice(message: string): void {
  prepareNotices()
  if (writer === null || writer.behind > MOST_UNREAD) return
  try {
    void writer.put(`smblens: ${escapeText(message)}\n`)
    writer.flush()
  } catch {
    // Standard error is closed: the line is lost.
  }
}
