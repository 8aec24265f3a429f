/** Where the report goes: standard output, or a file that appears when it is whole. */
import { closeSync, openSync, statSync } from 'node:fs'
import { bufferedSink, type TextSink } from '../../base/text-sink.ts'
import { errorCode } from '../../capture/capture-error.ts'
import { type NewFile, NewFileError, openNewFile } from '../../capture/write/new-file.ts'
import { UsageError } from '../process/exit-status.ts'
import { onInterrupt } from '../process/interrupt.ts'
import { DescriptorSink, OutputError, ReaderGone } from './descriptor-sink.ts'
import { reportLine } from './diagnostics.ts'

export interface Output extends TextSink {
  /** True where the text goes to a file by name: then it is no terminal's. */
  readonly isFile: boolean
  /** All was written: send what is held back, and let the file take its name. */
  finish(): void
  /** Leave no file behind, and an old one as it was; does nothing after `finish`. */
  discard(): void
  /** Nothing could be read, so there is nothing to say. True where a file therefore stays as it was, which the user is told. */
  leaveAsItWas(): boolean
}

/**
 * @param path of --output; undefined or `-` is standard output
 * @param inputs files that are to be read: none of them is written over
 * @throws UsageError where the file cannot or must not be written
 */
export function openOutput(path: string | undefined, inputs: readonly string[]): Output {
  if (path === undefined || path === '-') return standardOutput()
  try {
    const existing = statSync(path, { throwIfNoEntry: false })
    // A device or a pipe is written to as it is: renaming a file over /dev/null would take it from everyone.
    if (existing && !existing.isFile() && !existing.isDirectory()) return openDescriptor(openSync(path, 'w'))
    return fileOutput(path, inputs)
  } catch (error) {
    if (error instanceof NewFileError) throw new UsageError(`--output ${error.message}`)
    if (errorCode(error) === null) throw error
    throw new UsageError(`--output ${path}: cannot be written (${errorCode(error)}): name another file`)
  }
}

/** Writes all of a report. That its reader goes before the end is no failure: what the report says stands. */
export function deliver(output: Output, write: () => void): void {
  try {
    write()
    output.finish()
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error
  }
}

function standardOutput(): Output {
  const sink = new DescriptorSink(1)
  return {
    isFile: false,
    write: (text) => sink.write(text),
    finish: () => sink.flush(),
    discard: () => {},
    leaveAsItWas: () => false,
  }
}

function openDescriptor(descriptor: number): Output {
  const sink = new DescriptorSink(descriptor)
  return {
    isFile: true,
    write: (text) => sink.write(text),
    finish() {
      sink.flush()
      closeSync(descriptor)
    },
    discard: () => {},
    leaveAsItWas: () => false,
  }
}

/** Written beside its place and renamed at the end: nobody ever sees half a report, and an old one stays until then. */
function fileOutput(path: string, inputs: readonly string[]): Output {
  let opened: NewFile | null = null
  // Before there is anything to leave behind: a signal may come at any moment.
  const unregister = onInterrupt(() => opened?.discard())
  let file: NewFile
  try {
    file = opened = openNewFile(path, { overwrite: 'reports', inputs })
  } catch (error) {
    unregister()
    throw error
  }
  const sink = bufferedSink((text) => file.write(Buffer.from(text)))
  const inWords = (work: () => void) => {
    try {
      work()
    } catch (error) {
      throw error instanceof NewFileError ? new OutputError(`--output ${error.message}`) : error
    }
  }
  return {
    isFile: true,
    write: (text) => inWords(() => sink.write(text)),
    finish() {
      inWords(() => {
        sink.flush()
        file.finish()
      })
      unregister()
    },
    discard() {
      file.discard()
      unregister()
    },
    leaveAsItWas() {
      reportLine(`--output ${path}: was not written, since nothing could be read`)
      return true
    },
  }
}
