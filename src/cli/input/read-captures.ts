/**
 * Reads captures, one after another. Each becomes a separate ledger and depends on nothing else that was read, so captures can also be read by
 * several workers: readLedger is what a worker does, and the ledgers are put together by LedgerPile in the order of the files.
 */

import { runToEnd } from '../../base/steps.ts'
import { CaptureError } from '../../capture/capture-error.ts'
import { readCapture } from '../../capture/read/read-capture.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { LedgerPile } from '../../ledger/whole/ledger-pile.ts'
import type { Limits } from '../../track/core/limits.ts'
import { Tracker, type TrackerOptions } from '../../track/tracker.ts'
import { OutputError, ReaderGone } from '../output/descriptor-sink.ts'
import { reportInternalError, reportLine } from '../output/diagnostics.ts'
import { createProgress, type Progress } from '../output/progress.ts'

export interface ReadSettings {
  limits: Limits
  /** Called often, about once per megabyte. */
  rest(): void
}

/** What the files hold together, and how many of them could not be read at all. What is wrong with each is reported to the user. */
export async function readCaptures(
  files: readonly string[],
  { limits, rest }: ReadSettings,
): Promise<{ ledger: Ledger; unread: number }> {
  const progress = createProgress()
  const pile = new LedgerPile()
  try {
    for (const [i, path] of files.entries()) {
      progress.input(path, i, files.length)
      const ledger = await readOrReport(path, progress, rest, { limits })
      if (ledger !== null) pile.add(ledger)
    }
  } finally {
    progress.end()
  }
  return { ledger: runToEnd(pile.steps(), rest), unread: files.length - pile.size }
}

/** What one capture holds. Null if nothing of it can be read. That is reported to the user, as is all damage. */
export async function readOrReport(
  path: string,
  progress: Progress,
  rest: () => void,
  options: TrackerOptions,
): Promise<Ledger | null> {
  try {
    const ledger = await readLedger(path, options, progress.advance, rest)
    progress.clear()
    reportWarnings(path, ledger)
    return ledger
  } catch (error) {
    if (error instanceof ReaderGone || error instanceof OutputError) throw error
    progress.clear()
    // An internal error in one capture of a thousand must not cost the results of the others.
    if (error instanceof CaptureError) reportLine(error.message)
    else reportInternalError(`${path}: could not be read`, error)
    return null
  }
}

/** @throws CaptureError if nothing can be read */
async function readLedger(
  path: string,
  options: TrackerOptions,
  onProgress: Progress['advance'],
  rest: () => void,
): Promise<Ledger> {
  const tracker = new Tracker(path, options)
  const summary = await readCapture(path, tracker, {
    onProgress,
    rest: () => {
      rest()
      return undefined
    },
  })
  return tracker.finish(summary)
}

function reportWarnings(path: string, ledger: Ledger): void {
  const name = path === '-' ? 'standard input' : path
  for (const { warnings } of ledger.captures) {
    for (const { message, frame } of warnings) {
      const where = frame === null || message.includes(`frame ${frame}`) ? '' : ` (frame ${frame})`
      reportLine(`${name}: ${message}${where}`)
    }
  }
}
