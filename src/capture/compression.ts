/** Compressed inputs, recognised by their first bytes. Another compression is one more signature here and one more stream that unpacks it. */
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { type ByteSource, Joiner } from './chunks.ts'

export type Compression = 'gzip'

/** A piece may unpack to a thousand times its size: so much is done before anybody can stop it. */
const INPUT_BYTES = 64 * 1024
/** Larger than zlib's own 16 KiB: a third faster. It is also how much may get lost in front of damage, as zlib drops the step that fails. */
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
 * last bytes, and with the fault that ended the unpacking, if one did. Rejects with the errors of `source` and of `to`.
 *
 * @param afterChunk called and waited for now and then; it may throw
 */
export async function gunzip(
  source: ByteSource,
  headroom: number,
  to: Unpacked,
  afterChunk: () => Promise<void> | undefined,
): Promise<{ left: Uint8Array; fault: UnpackFault | null }> {
  const unpacker = createGunzip({ chunkSize: OUTPUT_BYTES })
  const joiner = new Joiner(headroom)
  /** What `to` threw: it must not leave through the event. */
  const thrown: unknown[] = []
  let fault: UnpackFault | null = null
  let ended = false
  let settle: () => void = () => undefined

  unpacker.on('data', (piece: Uint8Array) => {
    let taken = 0
    try {
      while (taken < piece.length && !to.stopped && thrown.length === 0) {
        taken += joiner.append(piece, taken)
        joiner.start = to.consume(joiner.bytes, joiner.start, joiner.end)
      }
    } catch (error) {
      thrown.push(error)
    }
  })
  unpacker.on('error', (error: NodeJS.ErrnoException) => {
    const at = source.position
    fault ??=
      error.code === 'Z_BUF_ERROR'
        ? { code: 'truncated-gzip', what: `the gzip data end early, at byte ${at}` }
        : { code: 'corrupt-gzip', what: `the gzip data are damaged before byte ${at} (${error.message})` }
    settle()
  })
  // It also ends by itself, at zeros behind the last member, and then leaves a write without an answer.
  unpacker.on('end', () => {
    ended = true
    settle()
  })
  const running = (): boolean => fault === null && !ended && thrown.length === 0 && !to.stopped
  /** Waits for `act` to call back, or for the unpacker to fail or end. */
  const step = (act: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve
      if (running()) act(resolve)
      else resolve()
    })

  try {
    do {
      const { bytes, end } = source
      for (let at = source.start; at < end && running(); at += INPUT_BYTES) {
        // The source's memory is free again when the write calls back.
        const piece = bytes.subarray(at, Math.min(end, at + INPUT_BYTES))
        await step((done) => unpacker.write(piece, () => done()))
        await afterChunk()
      }
    } while (running() && (await source.next(source.end)))
    if (running()) await step(() => unpacker.end())
  } finally {
    unpacker.destroy()
  }
  if (thrown.length > 0) throw thrown[0]
  return { left: joiner.bytes.subarray(joiner.start, joiner.end), fault }
}

/** The first bytes inside gzip data of which only the head is given; null where there are none. */
export function gunzipHead(head: Uint8Array): Uint8Array | null {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return null
  }
}
