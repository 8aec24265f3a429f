/**
 * Text for a reader that may be slow, stuck or not there yet. No write ever blocks: the event loop keeps running, so that signals are answered and
 * captures can end. Callers hand over whole lines, and even a file on a full disk ends with a whole line.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { errorCode } from '../../capture/capture-error.ts'
import { OutputError, ReaderGone } from './descriptor-sink.ts'

/** Bytes that may wait for the reader before the caller has to wait too. */
const ENOUGH = 256 * 1024
const RETRY_MS = 5
const RETRY_MOST_MS = 100
/** While the program ends: how long the reader may read nothing, and how long to wait for it in total. */
const STUCK_MS = 3000
const HURRY_MS = 10_000

/** The descriptor to write to; null while there is no reader yet. */
type Open = () => number | null

/** Writes to standard output, standard error, or another inherited descriptor. Call it before rights are dropped: only root may be able to open it. */
export function writerTo(descriptor: number): PatientWriter {
  const fd = withoutWaiting(descriptor)
  return new PatientWriter(() => fd)
}

/**
 * Appends to a file, starting on a new line, or writes to a named pipe, which may have no reader yet.
 * @throws the system's error if the file cannot be written
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
  /** How many bytes of the first piece have been written. */
  private written = 0
  private timer: NodeJS.Timeout | undefined
  private delay = RETRY_MS
  private waiting: (() => void)[] = []
  /** Why nothing can be written any more. It is thrown once. */
  failure: Error | null = null
  private thrown = false
  private hurrying = false
  /** Milliseconds without progress since `hurry`: in a row, and in total. */
  private stuck = 0
  private waited = 0

  constructor(open: Open) {
    this.open = open
  }

  /** Bytes that the reader has not taken yet. */
  get behind(): number {
    return this.heldBytes - this.written
  }

  /** Takes whole lines. Returns a promise if the caller must wait before the next ones. @throws ReaderGone, OutputError, once */
  put(text: string): Promise<void> | undefined {
    if (this.failure !== null) return undefined
    const bytes = Buffer.from(text)
    this.held.push(bytes)
    this.heldBytes += bytes.length
    if (this.heldBytes < ENOUGH) return undefined
    this.flush()
    return this.behind < ENOUGH ? undefined : this.until(() => this.behind < ENOUGH)
  }

  /** Writes what the reader takes at once, and the rest later. @throws ReaderGone, OutputError, once */
  flush(): void {
    this.attempt()
    const { failure } = this
    if (failure !== null && !this.thrown) {
      this.thrown = true
      throw failure
    }
  }

  /** From now on, give up on a reader that takes nothing for too long. */
  hurry(): void {
    this.hurrying = true
  }

  /** Resolves when everything is written. @throws ReaderGone, OutputError, once */
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
  return new OutputError(`the output has no reader: ${bytes} bytes of records, and all later ones, were not written`)
}

function asOutputError(error: unknown): Error {
  const code = errorCode(error)
  if (code === 'EPIPE' || code === 'EOF') return new ReaderGone()
  return new OutputError(`the output cannot be written (${code}): free some space, or choose another place`)
}

/**
 * A descriptor whose writes never block. On Linux it is a second one for the same pipe or terminal, since the process that started this one may use
 * the first; elsewhere it is the first.
 */
function withoutWaiting(descriptor: number): number {
  let stat: ReturnType<typeof fstatSync>
  try {
    stat = fstatSync(descriptor)
  } catch {
    // It is closed: the first write will report that.
    return descriptor
  }
  if (!stat.isFIFO() && !stat.isCharacterDevice() && !stat.isSocket()) return descriptor
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    if (!stat.isCharacterDevice())
      nonBlocking.push(new Socket({ fd: descriptor, readable: false }).on('error', () => {}))
    return descriptor
  }
}

/** Nothing is written through these sockets, but creating them made Node set their descriptors to non-blocking. */
const nonBlocking: Socket[] = []

/** Null for a named pipe without a reader yet. */
function openUnlessUnread(path: string): number | null {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    if (errorCode(error) === 'ENXIO' && statSync(path, { throwIfNoEntry: false })?.isFIFO() === true) return null
    throw error
  }
}

/** Whether an earlier run, killed while it wrote, left half a line. False if the file cannot be read. */
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

/** A full disk takes only a part of what is written: remove the half line at the end. */
function endWithALine(fd: number, written: Buffer): void {
  try {
    const stat = fstatSync(fd)
    const half = written.length - (written.lastIndexOf(0x0a) + 1)
    if (stat.isFile() && half > 0) ftruncateSync(fd, stat.size - half)
  } catch {
    // The earlier error is the one to report.
  }
}
