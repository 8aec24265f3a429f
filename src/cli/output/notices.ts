/** Lines on standard error of a program that must end whether anybody reads them or not. */
import { escapeText } from '../../base/safe-text.ts'
import { type PatientWriter, writerTo } from './patient-writer.ts'

/** Bytes of lines that nobody has read. What comes then is not kept. */
const MOST_UNREAD = 64 * 1024

let writer: PatientWriter | null = null

/** To be called while we may still open what root owns: standard error may be a pipe of root's. */
export function prepareToTell(): void {
  writer ??= writerTo(2)
}

export function tell(message: string): void {
  prepareToTell()
  if (writer === null || writer.behind > MOST_UNREAD) return
  try {
    void writer.put(`smblens: ${escapeText(message)}\n`)
    writer.flush()
  } catch {
    // Standard error is closed: there is nobody left to tell.
  }
}
