/** Compressed inputs, recognised by their first bytes. Another compression is one more signature here and one more stream that unpacks it. */
import { createGunzip, type Gunzip } from 'node:zlib'
import { type ByteSource, Joiner, memorySource } from './byte-source.ts'

export type Compression = 'gzip'

/** A piece may unpack to a thousand times its size: so much is done before anybody can stop it. */
const INPUT_BYTES = 32 * 1024
/** Larger than zlib's own 16 KiB: a third faster. */
const OUTPUT_BYTES = 256 * 1024

/** Is it gzip (RFC 1952) with deflate inside, its only method? */
export function detectCompression(bytes: Uint8Array, start: number, end: number): Compression | null {
  return end - start >= 3 && bytes[start] === 0x1f && bytes[start + 1] === 0x8b && bytes[start + 2] === 8
    ? 'gzip'
    : null
}

/** Why unpacking ended before the end of the input. */
export interface UnpackFault {
  code: 'truncated-gzip' | 'corrupt-gzip'
  /** What is wrong, with the position in the compressed file. */
  what: string
}

/** Who gets the unpacked bytes: as ByteSource has it, `consume` returns how far it came. */
export interface Unpacked {
  readonly stopped: boolean
  consume(bytes: Uint8Array, start: number, end: number): number
}

/**
 * Unpacks what `source` has at hand and all that follows (all members of a gzip file) into `to`, until it stops. Resolves with what `to` left of the
 * last bytes, and with the fault that ended the unpacking, if one did and `to` had not stopped. Rejects with the errors of `source` and of `to`.
 *
 * Damage costs nothing that stands before it: `to` gets every byte that can be unpacked without the damaged one, however the input's bytes come.
 * zlib drops what the step that fails had unpacked. So a second one follows a step behind, and is fed that step byte by byte: from the start of the
 * input where that can be read again, and where it cannot, all along.
 *
 * @param afterChunk called and waited for now and then; it may throw
 */
export async function gunzip(
  source: ByteSource,
  headroom: number,
  to: Unpacked,
  afterChunk: () => Promise<void> | undefined,
): Promise<{ left: Uint8Array; fault: UnpackFault | null }> {
  const delivery = new Delivery(headroom, to)
  const leader = new Unpacker((bytes) => delivery.take(bytes))
  const follower = source.again ? null : new Follower(delivery)
  /** Bytes of the input that were unpacked without a fault. */
  let whole = source.position - (source.end - source.start)
  const first = whole
  let fault: UnpackFault | null = null
  const running = (): boolean => leader.running && delivery.open

  try {
    do {
      const { bytes, end } = source
      for (let at = source.start; at < end && running(); at += INPUT_BYTES) {
        // The source's memory is free again when the write calls back.
        const piece = bytes.subarray(at, Math.min(end, at + INPUT_BYTES))
        await Promise.all([leader.write(piece), follower?.follow()])
        if (leader.fault) {
          fault = await salvage(source, follower ?? new Follower(delivery), first, whole, piece, afterChunk)
          break
        }
        whole += piece.length
        follower?.willFollow(piece)
        await afterChunk()
      }
    } while (running() && (await source.next(source.end)))
    if (running()) {
      await leader.end()
      if (leader.fault) fault = faultOf(leader.fault, source.position)
    } else if (leader.ended && delivery.open) fault = await behindTheEnd(source, first + leader.taken, afterChunk)
  } finally {
    leader.destroy()
    follower?.destroy()
  }
  // Whoever had enough before the damage need not know of it, which depends on how large the steps are.
  const told = delivery.open ? fault : null
  return { left: delivery.close(), fault: told }
}

/** What the step that failed had unpacked before its damage goes to the delivery. Returns the damage. */
async function salvage(
  source: ByteSource,
  follower: Follower,
  first: number,
  whole: number,
  piece: Uint8Array,
  afterChunk: () => Promise<void> | undefined,
): Promise<UnpackFault> {
  const again = source.again?.() ?? null
  try {
    if (again) {
      while (again.position < whole && (await again.next(again.end))) {
        const to = again.end - Math.max(0, again.position - whole)
        for (let at = again.start; at < to; at += INPUT_BYTES) {
          await follower.write(again.bytes.subarray(at, Math.min(to, at + INPUT_BYTES)))
          await afterChunk()
        }
      }
    } else await follower.follow()
    for (let i = 0; i < piece.length; i++) {
      await follower.write(piece.subarray(i, i + 1))
      if (follower.fault) return faultOf(follower.fault, whole + i)
      if (i % 1024 === 1023) await afterChunk()
    }
    // The file is another one by now.
    return { code: 'corrupt-gzip', what: `the gzip data from byte ${first} on changed while they were read` }
  } finally {
    follower.destroy()
    await again?.close()
  }
}

/** Zeros may follow the last member, as tapes pad files with them. Anything else may be a member that cannot be read. */
async function behindTheEnd(
  source: ByteSource,
  from: number,
  afterChunk: () => Promise<void> | undefined,
): Promise<UnpackFault | null> {
  do {
    const { bytes, start, end, position } = source
    for (let at = Math.max(start, end - (position - from)); at < end; at++) {
      if (bytes[at] === 0) continue
      return { code: 'corrupt-gzip', what: `what follows the gzip data is not gzip, at byte ${position - (end - at)}` }
    }
    await afterChunk()
  } while (await source.next(source.end))
  return null
}

function faultOf(error: NodeJS.ErrnoException, position: number): UnpackFault {
  return error.code === 'Z_BUF_ERROR'
    ? { code: 'truncated-gzip', what: `the gzip data end early, at byte ${position}` }
    : { code: 'corrupt-gzip', what: `the gzip data are damaged at byte ${position} (${error.message})` }
}

/** Unpacked bytes on their way to who wants them. */
class Delivery {
  /** Bytes that were delivered. */
  count = 0
  private readonly joiner: Joiner
  private readonly to: Unpacked
  /** What `to` threw: it must not leave through an event of the stream. */
  private readonly thrown: unknown[] = []

  constructor(headroom: number, to: Unpacked) {
    this.joiner = new Joiner(headroom)
    this.to = to
  }

  get open(): boolean {
    return this.thrown.length === 0 && !this.to.stopped
  }

  take(piece: Uint8Array): void {
    const { joiner, to } = this
    this.count += piece.length
    let taken = 0
    try {
      while (taken < piece.length && this.open) {
        taken += joiner.append(piece, taken)
        joiner.start = to.consume(joiner.bytes, joiner.start, joiner.end)
      }
    } catch (error) {
      this.thrown.push(error)
    }
  }

  /** The bytes that were not consumed. Throws what `to` threw. */
  close(): Uint8Array {
    if (this.thrown.length > 0) throw this.thrown[0]
    return this.joiner.bytes.subarray(this.joiner.start, this.joiner.end)
  }
}

/** zlib, a piece at a time. */
class Unpacker {
  fault: NodeJS.ErrnoException | null = null
  /** It came to the end of the data by itself, at zeros behind the last member. */
  ended = false
  private readonly stream: Gunzip
  private settle: () => void = () => undefined

  constructor(onBytes: (bytes: Uint8Array) => void) {
    this.stream = createGunzip({ chunkSize: OUTPUT_BYTES })
    this.stream.on('data', onBytes)
    this.stream.on('error', (error: NodeJS.ErrnoException) => {
      this.fault ??= error
      this.settle()
    })
    // A write that it ends in has no answer.
    this.stream.on('end', () => {
      this.ended = true
      this.settle()
    })
  }

  get running(): boolean {
    return this.fault === null && !this.ended
  }

  /** Bytes of the input that were used. */
  get taken(): number {
    return this.stream.bytesWritten
  }

  write(piece: Uint8Array): Promise<void> {
    return this.step((done) => this.stream.write(piece, () => done()))
  }

  end(): Promise<void> {
    return this.step(() => this.stream.end())
  }

  destroy(): void {
    this.stream.destroy()
  }

  /** Waits for `act` to call back, or for the stream to fail or end. */
  private step(act: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      this.settle = resolve
      if (this.running) act(resolve)
      else resolve()
    })
  }
}

/** Unpacks once more what was unpacked before, a step behind, and delivers only what goes beyond that. */
class Follower extends Unpacker {
  private next: Uint8Array | null = null

  constructor(delivery: Delivery) {
    let unpacked = 0
    super((bytes) => {
      const before = unpacked
      unpacked += bytes.length
      if (unpacked > delivery.count) delivery.take(bytes.subarray(Math.max(0, delivery.count - before)))
    })
  }

  /** Copies `piece`, for the next call of `follow`. */
  willFollow(piece: Uint8Array): void {
    this.next = piece.slice()
  }

  async follow(): Promise<void> {
    const piece = this.next
    this.next = null
    if (piece) await this.write(piece)
  }
}

/**
 * The first bytes inside gzip data of which only the head is given, `most` of them or less; null where the data are cut or damaged before any.
 */
export async function gunzipHead(head: Uint8Array, most: number): Promise<Uint8Array | null> {
  const inside = new Uint8Array(most)
  let length = 0
  const to: Unpacked = {
    get stopped() {
      return length === most
    },
    consume(bytes, start, end) {
      const count = Math.min(end - start, most - length)
      inside.set(bytes.subarray(start, start + count), length)
      length += count
      return end
    },
  }
  const { fault } = await gunzip(memorySource(head), 0, to, () => undefined)
  return fault && length === 0 ? null : inside.subarray(0, length)
}
