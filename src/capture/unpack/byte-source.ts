/**
 * The bytes of an input, one chunk at a time, in memory that is reused. The reader says how much it consumed; what is left is put in front of the next
 * chunk, so that the reader sees every record in one piece.
 */
import { closeSync, read, readSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { hasName } from '../../base/error-name.ts'

/** The bytes at hand are `bytes[start..end)`, valid until `next` is called. There are none before the first call. */
export interface ByteSource {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** Bytes taken from the input so far. */
  readonly position: number
  /**
   * Keeps the bytes between `from` and `end`, which must fit the source's headroom, and puts the next bytes behind them.
   * False: the input has ended, and the bytes at hand are unchanged. Rejects with ReadError.
   */
  next(from: number): Promise<boolean>
  /** Starts a second reading of the input beside this one; it must be closed before this one. Null if the input can be read only once. */
  readonly again: (() => ByteSource) | null
  close(): Promise<void>
}

/** The input failed; `cause` is the error of the system or of the stream. */
export class ReadError extends Error {
  override readonly name = 'ReadError'

  static override [Symbol.hasInstance](value: unknown): value is ReadError {
    return hasName(value, 'ReadError')
  }

  constructor(cause: unknown) {
    super('the input failed', { cause })
  }
}

/** How much is read from a file at once: with less the calls cost time, with more the data leaves the processor's cache. */
const CHUNK_BYTES = 1024 * 1024
/** A chunk that took longer did not come from the page cache, unless this thread was delayed. Several in a row are certain. */
const SLOW_READ_MS = 2
const SLOW_READS = 4
/** How many chunks are then read ahead, each while the one before it is processed, before reading without that is tried again. */
const CHUNKS_AHEAD = 64
/** How long reading may block the event loop. */
const TURN_MS = 20
/** Standard input stays open. */
const STDIN = 0
/** Room for the pieces of a stream. */
const PIECE_BYTES = 256 * 1024

/**
 * A regular file, closed by `close`. Each of two buffers keeps `headroom` bytes free in front of the chunk, so that only the unread part of a record is
 * ever copied.
 *
 * A file in the page cache is read on this thread: the bytes are then in the cache of this core, and no other thread is involved. A slower file is read
 * ahead on libuv's threads.
 *
 * @param from the first byte to read; null: the present position of the descriptor
 */
export function fileSource(fd: number, headroom: number, from: number | null = null): ByteSource {
  return new FileSource(fd, headroom, from)
}

interface Buffers {
  headroom: number
  front: Uint8Array
  back: Uint8Array
}

/** The buffers of the last file: a folder of a thousand captures is read with one pair. */
let spare: Buffers | null = null

function takeBuffers(headroom: number): Buffers {
  const taken = spare
  spare = null
  if (taken?.headroom === headroom) return taken
  return { headroom, front: new Uint8Array(headroom + CHUNK_BYTES), back: new Uint8Array(headroom + CHUNK_BYTES) }
}

class FileSource implements ByteSource {
  start: number
  end: number
  position: number
  /** Where the next chunk is read; null: at the position of the descriptor. */
  private at: number | null
  private readonly fd: number
  private readonly buffers: Buffers
  /** Slow reads in a row, and chunks still to be read ahead. */
  private slowReads = 0
  private chunksAhead = 0
  private ahead: Promise<number> | null = null
  readonly again: (() => ByteSource) | null
  private readonly ownsFile: boolean

  constructor(fd: number, headroom: number, from: number | null, ownsFile = true) {
    this.fd = fd
    this.at = from
    this.again = from === null ? null : () => new FileSource(fd, headroom, from, false)
    this.ownsFile = ownsFile
    this.position = from ?? 0
    this.buffers = takeBuffers(headroom)
    this.start = headroom
    this.end = headroom
  }

  get bytes(): Uint8Array {
    return this.buffers.front
  }

  async next(from: number): Promise<boolean> {
    const { buffers } = this
    const { headroom, front, back } = buffers
    const count = await (this.ahead ?? this.readNow(back))
    if (count === 0) return false
    if (this.at !== null) this.at += count
    const left = this.end - from
    back.set(front.subarray(from, this.end), headroom - left)
    buffers.front = back
    buffers.back = front
    this.start = headroom - left
    this.end = headroom + count
    this.position += count
    // A short chunk is most likely the last one.
    this.ahead = count === CHUNK_BYTES && this.isSlow() ? this.readAhead(front) : null
    if (!this.ahead) await giveTurn()
    return true
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => 0)
    spare = this.buffers
    if (this.ownsFile && this.fd !== STDIN) closeSync(this.fd)
  }

  private readNow(into: Uint8Array): number {
    const before = performance.now()
    try {
      return readSync(this.fd, into, this.buffers.headroom, CHUNK_BYTES, this.at)
    } catch (error) {
      throw new ReadError(error)
    } finally {
      this.slowReads = performance.now() - before > SLOW_READ_MS ? this.slowReads + 1 : 0
    }
  }

  private isSlow(): boolean {
    if (this.slowReads >= SLOW_READS) {
      this.slowReads = 0
      this.chunksAhead = CHUNKS_AHEAD
    }
    return this.chunksAhead-- > 0
  }

  private readAhead(into: Uint8Array): Promise<number> {
    const { fd, buffers, at } = this
    const reading = new Promise<number>((resolve, reject) => {
      read(fd, into, buffers.headroom, CHUNK_BYTES, at, (error, count) => {
        if (error) reject(new ReadError(error))
        else resolve(count)
      })
    })
    // It may fail before it is awaited; awaiting it gives the error then.
    reading.catch(() => undefined)
    return reading
  }
}

let lastTurn = performance.now()

async function giveTurn(): Promise<void> {
  if (performance.now() - lastTurn < TURN_MS) return
  await turn()
  lastTurn = performance.now()
}

/** A pipe, socket or standard input: every piece is delivered as soon as it arrives. `close` destroys the stream. */
export function streamSource(stream: Readable, headroom: number): ByteSource {
  return new StreamSource(stream, headroom)
}

class StreamSource implements ByteSource {
  position = 0
  readonly again = null
  private readonly joiner: Joiner
  private readonly pieces: AsyncIterator<Uint8Array>
  private piece: Uint8Array = new Uint8Array(0)
  /** How much of `piece` was delivered. */
  private taken = 0

  constructor(stream: Readable, headroom: number) {
    this.joiner = new Joiner(headroom)
    this.pieces = stream[Symbol.asyncIterator]()
  }

  get bytes(): Uint8Array {
    return this.joiner.bytes
  }

  get start(): number {
    return this.joiner.start
  }

  get end(): number {
    return this.joiner.end
  }

  async next(from: number): Promise<boolean> {
    while (this.taken === this.piece.length) {
      const piece = await this.nextPiece()
      if (piece === null) return false
      this.piece = piece
      this.taken = 0
    }
    this.joiner.start = from
    const count = this.joiner.append(this.piece, this.taken)
    this.taken += count
    this.position += count
    return true
  }

  async close(): Promise<void> {
    await this.pieces.return?.()
  }

  private async nextPiece(): Promise<Uint8Array | null> {
    try {
      const { done, value } = await this.pieces.next()
      return done ? null : value
    } catch (error) {
      throw new ReadError(error)
    }
  }
}

/** Bytes in memory, all of them at hand. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    bytes,
    start: 0,
    end: bytes.length,
    position: bytes.length,
    next: async () => false,
    again: () => memorySource(bytes),
    close: async () => undefined,
  }
}

/** Appends pieces of any size to what is left of those before: `bytes[start..end)`. */
export class Joiner {
  readonly bytes: Uint8Array
  start = 0
  end = 0

  constructor(headroom: number) {
    this.bytes = new Uint8Array(headroom + PIECE_BYTES)
  }

  /** Moves what is left to the front and appends as much of `piece` from index `at` on as there is room for. Returns how much that was. */
  append(piece: Uint8Array, at: number): number {
    const { bytes } = this
    bytes.copyWithin(0, this.start, this.end)
    this.end -= this.start
    this.start = 0
    const count = Math.min(piece.length - at, bytes.length - this.end)
    bytes.set(piece.subarray(at, at + count), this.end)
    this.end += count
    return count
  }
}
