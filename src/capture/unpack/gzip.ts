/** gzip, RFC 1952: zlib unpacks it; what zlib drops in front of damage is saved here. */
import { createGunzip, type Gunzip } from 'node:zlib'
import { type ByteSource, Joiner } from './byte-source.ts'
import type { Compression, UnpackedSink, UnpackFault, UnpackResult } from './compression.ts'

export const GZIP: Compression = {
  name: 'gzip',
  // With deflate inside, its only method.
  isStart: (bytes, start, end) =>
    end - start >= 3 && bytes[start] === 0x1f && bytes[start + 1] === 0x8b && bytes[start + 2] === 8,
  unpack: gunzip,
}

/** A piece may unpack to a thousand times its size, and nothing can stop that before the piece is done. */
const INPUT_BYTES = 32 * 1024
/** Larger than zlib's own 16 KiB: a third faster. */
const OUTPUT_BYTES = 256 * 1024

/**
 * See Compression.unpack; all members of a gzip file are unpacked.
 *
 * zlib drops what it had unpacked in the step that fails. So a second zlib follows one step behind, and gets the failing step byte by byte. Where the
 * input can be read again, the second one starts only then, from the start of the input; otherwise it follows all along.
 */
async function gunzip(
  source: ByteSource,
  headroom: number,
  to: UnpackedSink,
  afterChunk: () => Promise<void> | undefined,
): Promise<UnpackResult> {
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
  // A sink that stopped before the damage is not informed of it: whether the damage was reached depends on the size of the steps.
  const reported = delivery.open ? fault : null
  return { left: delivery.close(), fault: reported }
}

/** Delivers what the failing step unpacked in front of the damage. Returns the damage. */
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
    // The file has changed since.
    return { code: 'corrupt-gzip', what: `the gzip data from byte ${first} on changed while they were being read` }
  } finally {
    follower.destroy()
    await again?.close()
  }
}

/** Zeros may follow the last member, because tapes pad files with them. Anything else may be a member that cannot be read. */
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

/** Unpacked bytes on their way to the sink. */
class Delivery {
  /** Bytes that were delivered. */
  count = 0
  private readonly joiner: Joiner
  private readonly to: UnpackedSink
  /** What `to` threw: an event of the stream must not throw it. */
  private readonly thrown: unknown[] = []

  constructor(headroom: number, to: UnpackedSink) {
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

/** zlib, one piece at a time. */
class Unpacker {
  fault: NodeJS.ErrnoException | null = null
  /** It found the end of the data by itself, at zeros behind the last member. */
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
    // zlib never calls back for the write in which it ends.
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

/** Unpacks the same data a second time, one step behind, and delivers only what goes beyond what was delivered. */
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
