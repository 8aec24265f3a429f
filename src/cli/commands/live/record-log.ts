/** Where the records of `live` go: standard output, a descriptor that is open already, or a file that is appended to. */
import { statSync } from 'node:fs'
import { errorCode } from '../../../capture/capture-error.ts'
import { mayHoldPackets } from '../../../capture/write/new-file.ts'
import { type PatientWriter, writerTo, writerToPath } from '../../output/patient-writer.ts'
import { UsageError } from '../../process/exit-status.ts'

/** A descriptor that the shell opened: `-o >(gzip >smb.gz)`. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/

/** The descriptors that these arguments name. */
export function descriptorsIn(paths: readonly (string | undefined)[]): ReadonlySet<number> {
  const numbers = paths.flatMap((path) => DESCRIPTOR.exec(path ?? '')?.[1] ?? []).map(Number)
  return new Set(numbers.filter((number) => number > 2))
}

/** Standard output, and what else is open already. Null for a file. */
export function inheritedOutput(path: string | undefined): PatientWriter | null {
  if (path === undefined || path === '-') return writerTo(1)
  const descriptor = DESCRIPTOR.exec(path)?.[1]
  return descriptor === undefined ? null : writerTo(Number(descriptor))
}

/** A file that exists is appended to. @throws UsageError */
export function openLog(path: string): PatientWriter {
  if (isCapture(path)) throw new UsageError(`--output ${path}: is a capture itself: name another file`)
  try {
    return writerToPath(path)
  } catch (error) {
    const code = errorCode(error)
    if (code === null) throw error
    throw new UsageError(
      `--output ${path} cannot be written (${code}): name a file in a folder that ${userName()} may write to`,
    )
  }
}

/** False if it cannot be read: then the error of writing says what is wrong. */
function isCapture(path: string): boolean {
  try {
    return statSync(path).isFile() && mayHoldPackets(path)
  } catch (error) {
    if (errorCode(error) === null) throw error
    return false
  }
}

function userName(): string {
  return process.getuid === undefined ? 'you' : `user id ${process.getuid()}`
}
