/** Text to a file descriptor, in order and in bounded memory: a slow reader makes the writer wait. */
import { writeSync } from 'node:fs'
import { hasName } from '../../base/error-name.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { errorCode } from '../../capture/capture-error.ts'

/** Whoever read our output has gone, as `| head` does: there is nothing more to say, and no fault in it. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone'

  static override [Symbol.hasInstance](value: unknown): value is ReaderGone {
    return hasName(value, 'ReaderGone')
  }
}

/** A full disk, a file that was taken away: what was asked for cannot be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError'

  static override [Symbol.hasInstance](value: unknown): value is OutputError {
    return hasName(value, 'OutputError')
  }
}

/** UTF-16 code units held back before a write. */
const HELD_BACK = 64 * 1024
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
    if (this.held.length >= HELD_BACK) this.flush()
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

/** A line for the person at the terminal. That nobody reads it must not end the work. */
export function writeDiagnostic(text: string): void {
  try {
    writeText(2, text)
  } catch {
    // Standard error is closed: there is nobody left to tell.
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
        throw new OutputError(`the output cannot be written (${code}): make room, or name another place`)
      pause(RETRY_MS)
    }
  }
}

/** A pipe that another process made non-blocking takes no more for now. The thread sleeps: nothing else is to be done until it does. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
