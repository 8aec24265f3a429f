/**
 * Text for a reader who may be slow, stuck or not there yet, without ever waiting for one inside a write: the event loop goes on, so that signals are
 * answered and captures end. What is handed over is whole lines, and a file that is full ends with one.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { errorCode } from '../../capture/capture-error.ts'
import { OutputError, ReaderGone } from './descriptor-sink.ts'

/** Bytes that wait for the reader before whoever writes has to. */
const ENOUGH = 256 * 1024
const RETRY_MS = 5
const RETRY_MOST_MS = 100
/** Once the end was asked for: how long a reader may take nothing, and how long it is waited for in all. */
const STUCK_MS = 3000
const HURRY_MS = 10_000

/** Where the bytes go. Gives null where nobody is there yet to take them. */
type Open = () => number | null

/** Standard output or standard error, or another descriptor that we were started with. To be called while we may still open what root owns. */
export function writerTo(descriptor: number): PatientWriter {
  const fd = withoutWaiting(descriptor)
  return new PatientWriter(() => fd)
}

/**
 * A file that is added to, from a fresh line on; or a named pipe, which may have no reader yet.
 * @throws an error of the system where it cannot be written
 */
export function writerToPath(path: string): PatientWriter {
  let fd = openUnlessUnread(path)
  const writer = new PatientWriter(() => {
    fd ??= openUnlessUnread(path)
    return fd
  })
  if (fd !== null && endsInHalfALine(path)) writer.put('\n')
  return writer
}

export class PatientWriter {
  private readonly open: Open
  private held: Buffer[] = []
  private heldBytes = 0
  /** Bytes of the first piece that are written. */
  private written = 0
  private timer: NodeJS.Timeout | undefined
  private delay = RETRY_MS
  private waiting: (() => void)[] = []
  /** Why nothing can be written any more; whoever writes is told once. */
  failure: Error | null = null
  private told = false
  private hurrying = false
  /** Milliseconds, since the end was asked for, in which nothing was taken: in a row, and in all. */
  private stuck = 0
  private waited = 0

  constructor(open: Open) {
    this.open = open
  }

  /** Bytes that the reader has not taken. */
  get behind(): number {
    return this.heldBytes - this.written
  }

  /** Takes whole lines. Where that is too much for now it gives a promise to wait for. @throws ReaderGone, OutputError, once */
  put(text: string): Promise<void> | undefined {
    if (this.failure !== null) return undefined
    const bytes = Buffer.from(text)
    this.held.push(bytes)
    this.heldBytes += bytes.length
    if (this.heldBytes < ENOUGH) return undefined
    this.flush()
    return this.behind < ENOUGH ? undefined : this.until(() => this.behind < ENOUGH)
  }

  /** Writes as much as is taken at once, and the rest later. @throws ReaderGone, OutputError, once */
  flush(): void {
    this.attempt()
    const { failure } = this
    if (failure !== null && !this.told) {
      this.told = true
      throw failure
    }
  }

  /** From now on nobody is waited for without an end. */
  hurry(): void {
    this.hurrying = true
  }

  /** Resolves when all is written. @throws ReaderGone, OutputError, once */
  async finish(): Promise<void> {
    this.flush()
    await this.until(() => this.heldBytes === 0)
  }

  private async until(holds: () => boolean): Promise<void> {
    while (this.failure === null && !holds()) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.flush()
  }

  private attempt(): void {
    clearTimeout(this.timer)
    if (this.failure !== null || this.heldBytes === 0) return
    const before = this.behind
    try {
      this.writeHeld()
    } catch (error) {
      this.fail(asOutputError(error))
    }
    if (this.behind < before) {
      this.delay = RETRY_MS
      this.stuck = 0
    }
    if (this.heldBytes > 0 && this.failure === null) this.later()
    for (const resolve of this.waiting.splice(0)) resolve()
  }

  private writeHeld(): void {
    const fd = this.open()
    if (fd === null) return
    while (this.heldBytes > 0) {
      if (this.held.length > 1 && this.written === 0) this.held = [Buffer.concat(this.held)]
      const piece = this.held[0]!
      try {
        this.written += writeSync(fd, piece, this.written)
      } catch (error) {
        if (errorCode(error) === 'EAGAIN') return
        endWithALine(fd, piece.subarray(0, this.written))
        throw error
      }
      if (this.written < piece.length) continue
      this.held.shift()
      this.heldBytes -= piece.length
      this.written = 0
    }
  }

  private later(): void {
    const { delay } = this
    this.timer = setTimeout(() => {
      if (this.hurrying) {
        this.stuck += delay
        this.waited += delay
      }
      if (this.stuck > STUCK_MS || this.waited > HURRY_MS) this.fail(unread(this.behind))
      this.attempt()
      for (const resolve of this.waiting.splice(0)) resolve()
    }, delay)
    this.delay = Math.min(RETRY_MOST_MS, 2 * delay)
  }

  private fail(error: Error): void {
    this.failure ??= error
    this.held = []
    this.heldBytes = 0
    this.written = 0
  }
}

function unread(bytes: number): OutputError {
  return new OutputError(
    `nobody reads the output: ${bytes} bytes of records and what comes after them were not written`,
  )
}

function asOutputError(error: unknown): Error {
  const code = errorCode(error)
  if (code === 'EPIPE' || code === 'EOF') return new ReaderGone()
  return new OutputError(`the output cannot be written (${code}): make room, or name another place`)
}

/**
 * The descriptor, or another one of the same pipe or terminal, whose writes never wait. Another one where that is possible, since who started us may
 * write to the same: on Linux.
 */
function withoutWaiting(descriptor: number): number {
  let stat: ReturnType<typeof fstatSync>
  try {
    stat = fstatSync(descriptor)
  } catch {
    // It is closed: writing says so.
    return descriptor
  }
  if (!stat.isFIFO() && !stat.isCharacterDevice() && !stat.isSocket()) return descriptor
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    if (!stat.isCharacterDevice())
      neverWaits.push(new Socket({ fd: descriptor, readable: false }).on('error', () => {}))
    return descriptor
  }
}

/** Sockets over descriptors: nothing is written through them, but Node has made the descriptors such that no write waits. */
const neverWaits: Socket[] = []

/** Null: a pipe that nobody reads yet. */
function openUnlessUnread(path: string): number | null {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    if (errorCode(error) === 'ENXIO' && statSync(path, { throwIfNoEntry: false })?.isFIFO() === true) return null
    throw error
  }
}

/** A run that was killed while it wrote leaves one. Where we may not read, nobody can tell. */
function endsInHalfALine(path: string): boolean {
  let fd: number | null = null
  try {
    const { size } = statSync(path)
    if (size === 0 || !statSync(path).isFile()) return false
    fd = openSync(path, 'r')
    const last = Buffer.alloc(1)
    return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
  } catch {
    return false
  } finally {
    if (fd !== null) closeSync(fd)
  }
}

/** A full disk takes a part of what is written: the half line at its end goes. */
function endWithALine(fd: number, written: Buffer): void {
  try {
    const stat = fstatSync(fd)
    const half = written.length - (written.lastIndexOf(0x0a) + 1)
    if (stat.isFile() && half > 0) ftruncateSync(fd, stat.size - half)
  } catch {
    // What went wrong before is what is told.
  }
}
