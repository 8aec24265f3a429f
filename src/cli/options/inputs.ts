/** The captures that were named, one after another, through the tracker. */

import { didYouMean } from '../../base/did-you-mean.ts'
import { CaptureError } from '../../capture/capture-error.ts'
import type { OtherKind } from '../../capture/format/detect.ts'
import { expandInputs, type LeftOut } from '../../capture/read/inputs.ts'
import { readCapture } from '../../capture/read/read-capture.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { Tracker, type TrackerOptions } from '../../track/tracker.ts'
import { OutputError, ReaderGone } from '../output/descriptor-sink.ts'
import { reportFault, reportLine } from '../output/diagnostics.ts'
import type { Progress } from '../output/progress.ts'

export interface Inputs {
  files: string[]
  /** How much of what was named is no input; the user has been told. */
  unread: number
}

/** Folders and patterns become files. `commands` are the words that may have been meant by a name that is none. */
export async function findInputs(paths: readonly string[], commands: readonly string[] = []): Promise<Inputs> {
  const { files, errors, leftOut } = await expandInputs(paths)
  for (const error of errors) {
    const hint = error.code === 'not-found' ? didYouMean(error.path, commands) : ''
    reportLine(error.message + hint)
  }
  for (const each of leftOut) reportLine(leftOutText(each))
  return { files, unread: errors.length }
}

/** Of one and of several. */
const KIND_WORDS: Record<OtherKind, readonly [string, string]> = {
  text: ['text', 'text'],
  'web-page': ['web page', 'web pages'],
  image: ['image', 'images'],
  document: ['document', 'documents'],
  empty: ['empty', 'empty'],
  zeros: ['nothing but zeros', 'nothing but zeros'],
  other: ['other data', 'other data'],
}

/** "evidence: left out 12 files that are no captures (9 text, 2 images, 1 empty)" */
function leftOutText({ folder, kinds }: LeftOut): string {
  const counts = [...kinds].sort(([, a], [, b]) => b - a)
  const files = counts.reduce((sum, [, count]) => sum + count, 0)
  if (files === 1) return `${folder}: left out 1 file that is no capture (${KIND_WORDS[counts[0]![0]][0]})`
  const each = counts.map(([kind, count]) => `${count} ${KIND_WORDS[kind][count === 1 ? 0 : 1]}`).join(', ')
  return `${folder}: left out ${files} files that are no captures (${each})`
}

/**
 * What one capture holds; null where nothing can be read of it, which the user has then been told, as of every damage.
 * @param keepMemory is called often
 */
export async function readLedger(
  path: string,
  progress: Progress,
  keepMemory: () => void,
  options: TrackerOptions = {},
): Promise<Ledger | null> {
  try {
    const tracker = new Tracker(path, options)
    const summary = await readCapture(path, tracker, {
      onProgress: progress.advance,
      rest: () => {
        keepMemory()
        return undefined
      },
    })
    const ledger = tracker.finish(summary)
    progress.clear()
    reportWarnings(path, ledger)
    return ledger
  } catch (error) {
    if (error instanceof ReaderGone || error instanceof OutputError) throw error
    progress.clear()
    // One capture in a thousand that meets a fault of ours must not cost the other results.
    if (error instanceof CaptureError) reportLine(error.message)
    else reportFault(`${path}: that it could not be read`, error)
    return null
  }
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
