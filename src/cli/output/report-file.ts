/** Where the report goes: standard output, or a file that appears once it is complete. */
import { closeSync, openSync, statSync } from 'node:fs'
import { bufferedSink, type TextSink } from '../../base/text-sink.ts'
import { errorCode } from '../../capture/capture-error.ts'
import { type NewFile, NewFileError, openNewFile } from '../../capture/write/new-file.ts'
import { UsageError } from '../process/exit-status.ts'
import { onInterrupt } from '../process/interrupt.ts'
import { DescriptorSink, OutputError, ReaderGone } from './descriptor-sink.ts'
import { reportLine } from './diagnostics.ts'

export interface Output extends TextSink {
  /** True if the text goes to a named file, and so not to a terminal. */
  readonly isFile: boolean
  /** Writes what is still buffered, and gives the file its name. */
  finish(): void
  /** Leaves no new file behind, and an old one unchanged; does nothing after `finish`. */
  discard(): void
  /** For when nothing could be read. True if a file stays unchanged because of that, which is reported to the user. */
  leaveAsItWas(): boolean
}

/**
 * @param path of --output; undefined or `-` is standard output
 * @param inputs files that will be read, which must not be overwritten
 * @throws UsageError if the file cannot or must not be written
 */
export function openOutput(path: string | undefined, inputs: readonly string[]): Output {
  if (path === undefined || path === '-') return standardOutput()
  try {
    const existing = statSync(path, { throwIfNoEntry: false })
    // A device or a pipe is written to directly: renaming a file over /dev/null would remove it for everyone.
    if (existing && !existing.isFile() && !existing.isDirectory()) return openDescriptor(openSync(path, 'w'))
    return fileOutput(path, inputs)
  } catch (error) {
    if (error instanceof NewFileError) throw new UsageError(`--output ${error.message}`)
    if (errorCode(error) === null) throw error
    throw new UsageError(`--output ${path}: cannot be written (${errorCode(error)}): choose another file`)
  }
}

/** Writes a whole report. A reader that stops before the end, as `head` does, is not a failure. */
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

/** Writes beside the target and renames at the end: no reader ever sees half a report, and the old one stays until then. */
function fileOutput(path: string, inputs: readonly string[]): Output {
  let opened: NewFile | null = null
  // Registered before the file exists, since a signal may come at any moment.
  const unregister = onInterrupt(() => opened?.discard())
  let file: NewFile
  try {
    file = opened = openNewFile(path, { overwrite: 'reports', inputs })
  } catch (error) {
    unregister()
    throw error
  }
  const sink = bufferedSink((text) => file.write(Buffer.from(text)))
  const withMessage = (work: () => void) => {
    try {
      work()
    } catch (error) {
      throw error instanceof NewFileError ? new OutputError(`--output ${error.message}`) : error
    }
  }
  return {
    isFile: true,
    write: (text) => withMessage(() => sink.write(text)),
    finish() {
      withMessage(() => {
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
      reportLine(`--output ${path}: not written, because nothing could be read`)
      return true
    },
  }
}
