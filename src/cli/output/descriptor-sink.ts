/** Text to a file descriptor, in order and in bounded memory: the writer waits for a slow reader. */
import { writeSync } from 'node:fs'
import { hasName } from '../../base/error-name.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { errorCode } from '../../capture/capture-error.ts'

/** The reader of the output has closed it, as `| head` does: there is nothing more to write, and nothing went wrong. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone'

  static override [Symbol.hasInstance](value: unknown): value is ReaderGone {
    return hasName(value, 'ReaderGone')
  }
}

/** The output cannot be written: the disk is full, or the file is gone. */
export class OutputError extends Error {
  override readonly name = 'OutputError'

  static override [Symbol.hasInstance](value: unknown): value is OutputError {
    return hasName(value, 'OutputError')
  }
}

/** UTF-16 code units that are gathered before they are written. */
const GATHERED = 64 * 1024
const RETRY_MS = 2

export class DescriptorSink implements TextSink {
  private readonly descriptor: number
  private held = ''

  constructor(descriptor: number) {
    this.descriptor = descriptor
  }

  /** @throws ReaderGone, OutputError */
  write(text: string): void {
    this.held += text
    if (this.held.length >= GATHERED) this.flush()
  }

  /** @throws ReaderGone, OutputError */
  flush(): void {
    const text = this.held
    this.held = ''
    writeText(this.descriptor, text)
  }
}

/** @throws ReaderGone, OutputError */
export function writeText(descriptor: number, text: string): void {
  writeAll(descriptor, Buffer.from(text))
}

/** A line for the user at the terminal. The work continues even if it cannot be written. */
export function writeDiagnostic(text: string): void {
  try {
    writeText(2, text)
  } catch {
    // Standard error is closed: the line is lost.
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const code = errorCode(error)
      if (code === 'EPIPE' || code === 'EOF') throw new ReaderGone()
      if (code !== 'EAGAIN')
        throw new OutputError(`the output cannot be written (${code}): free some space, or choose another place`)
      pause(RETRY_MS)
    }
  }
}

/** For a pipe that another process made non-blocking, and that is full. The thread sleeps, since it has nothing else to do. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
