/** Where the report goes: standard output, or a file that appears when it is whole. */
import { closeSync, openSync, readSync, realpathSync, renameSync, type Stats, statSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errorCode } from '../capture/capture-error.ts'
import type { TextSink } from '../report/sink.ts'
import { DescriptorSink, OutputError, ReaderGone } from './descriptor.ts'
import { UsageError } from './exit-status.ts'
import { onInterrupt } from './interrupt.ts'

export interface Output extends TextSink {
  /** True where the text goes to a file by name: then it is no terminal's. */
  readonly isFile: boolean
  /** All was written: send what is held back, and let the file take its name. */
  finish(): void
  /** Leave no file behind; does nothing after `finish`. */
  discard(): void
}

/**
 * @param path of --output; undefined or `-` is standard output
 * @param inputs files that are to be read: none of them is written over
 * @throws UsageError where the file cannot or must not be written
 */
export function openOutput(path: string | undefined, inputs: readonly string[]): Output {
  if (path === undefined || path === '-') return standardOutput()
  try {
    const existing = statIfThere(path)
    if (existing === null) return newFile(resolve(path))
    if (existing.isDirectory()) throw new UsageError(`--output ${path} is a folder: name a file in it`)
    // A device or a pipe is written to as it is: renaming a file over /dev/null would take it from everyone.
    if (!existing.isFile()) return openDescriptor(openSync(path, 'w'))
    refuseCaptures(path, existing, inputs)
    return newFile(realpathSync(path))
  } catch (error) {
    if (errorCode(error) === null) throw error
    throw new UsageError(
      `--output ${path} cannot be written (${errorCode(error)}): name a file in a folder that you may write to`,
    )
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
  return { isFile: false, write: (text) => sink.write(text), finish: () => sink.flush(), discard: () => {} }
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
  }
}

/** Written beside its place under a name of its own, and renamed at the end: nobody ever sees half a report, and an old one stays until then. */
function newFile(path: string): Output {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  const descriptor = openSync(temporary, 'wx')
  const sink = new DescriptorSink(descriptor)
  let open = true
  const remove = () => unlinkSync(temporary)
  const unregister = onInterrupt(remove)
  const end = (last: () => void) => {
    if (!open) return
    open = false
    closeSync(descriptor)
    unregister()
    last()
  }
  return {
    isFile: true,
    write: (text) => sink.write(text),
    finish() {
      sink.flush()
      end(() => {
        try {
          renameSync(temporary, path)
        } catch (error) {
          remove()
          throw new OutputError(`--output ${path} cannot be written (${errorCode(error)}): name another file`)
        }
      })
    },
    discard: () => end(remove),
  }
}

/** `scan -o *.pcap` gives the first capture as the output file: evidence is never written over, named as an input or not. */
function refuseCaptures(path: string, existing: Stats, inputs: readonly string[]): void {
  for (const input of inputs) {
    const stats = input === '-' ? null : statIfThere(input)
    if (stats !== null && stats.dev === existing.dev && stats.ino === existing.ino) {
      throw new UsageError(`--output ${path} is one of the captures to read: name another file`)
    }
  }
  if (looksLikeCapture(path)) throw new UsageError(`--output ${path} is a capture itself: name another file`)
}

/** First bytes of pcap (both byte orders, micro- and nanoseconds), pcapng, and gzip. */
const MAGICS = ['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a', '1f8b']

function looksLikeCapture(path: string): boolean {
  const descriptor = openSync(path, 'r')
  try {
    const magic = Buffer.alloc(4)
    readSync(descriptor, magic, 0, magic.length, 0)
    const hex = magic.toString('hex')
    return MAGICS.some((known) => hex.startsWith(known))
  } finally {
    closeSync(descriptor)
  }
}

function statIfThere(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null
}
