/** `smblens diff OLD NEW`: two results in, what changed out. */
import { createReadStream } from 'node:fs'
import { errorCode } from '../../capture/capture-error.ts'
import type { DiffFormat } from '../../diff/diff-format-names.ts'
import { writeDiff } from '../../diff/diff-formats.ts'
import { type Difference, differenceOf } from '../../diff/difference.ts'
import { type FailOn, failures } from '../../diff/fail-on.ts'
import { readResult } from '../../diff/read-result.ts'
import { NothingToCompare, type Result, ResultError } from '../../diff/result.ts'
import { reportLine } from '../output/diagnostics.ts'
import { deliver, openOutput } from '../output/report-file.ts'
import { colorOnStdout, terminalWidth } from '../output/terminal.ts'
import { EXIT, type ExitStatus, UsageError } from '../process/exit-status.ts'
import { createHeapKeeper } from '../process/young-heap.ts'

export interface DiffOptions {
  format: DiffFormat
  output?: string
  failOn?: FailOn[]
}

/** Bytes that the heap keeper aims at. Two results of 100,000 sessions, each with three findings, need less. */
const MEMORY = 512 * 1024 * 1024
const CHUNK = 1024 * 1024

export async function diff(oldPath: string, newPath: string, options: DiffOptions): Promise<ExitStatus> {
  const { format, failOn } = options
  if (oldPath === '-' && newPath === '-')
    throw new UsageError('only one of the two results can come from standard input')
  const output = openOutput(options.output, [oldPath, newPath])
  try {
    const rest = createHeapKeeper(MEMORY)
    const old = await resultOf(oldPath, rest)
    const now = await resultOf(newPath, rest)
    if (old === null || now === null) {
      output.leaveAsItWas()
      return EXIT.INPUT
    }
    const difference = compare(old, now)
    const failed = failOn === undefined ? null : failures(difference, failOn)
    const page = { width: terminalWidth(), color: !output.isFile && colorOnStdout() }
    deliver(output, () => writeDiff(format, difference, failed, output, page))
    return failed !== null && failed > 0 ? EXIT.FINDING : EXIT.DONE
  } finally {
    output.discard()
  }
}

/** Null where it cannot be read. The user is told why. */
async function resultOf(path: string, rest: () => void): Promise<Result | null> {
  try {
    const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
    return await readResult(path, bytes, rest)
  } catch (error) {
    if (error instanceof ResultError) reportLine(error.message)
    else if (errorCode(error) !== null) reportLine(`${path}: cannot be read (${errorCode(error)})`)
    else throw error
    return null
  }
}

function compare(old: Result, now: Result): Difference {
  try {
    return differenceOf(old, now)
  } catch (error) {
    throw error instanceof NothingToCompare ? new UsageError(error.message) : error
  }
}
