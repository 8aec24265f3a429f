/** A compression of whole files: how packed data begins, and what unpacks it. compressions.ts lists them. */
import { type ByteSource, memorySource } from './byte-source.ts'

export interface Compression {
  /** As records name it, such as "gzip". */
  readonly name: string
  /** Is [start, end), the beginning of an input, the beginning of data that are packed like this? */
  isStart(bytes: Uint8Array, start: number, end: number): boolean
  /**
   * Unpacks what `source` has at hand and all that follows into `to`, until it stops. Damage loses nothing in front of it: `to` gets every byte that
   * can be unpacked without the damaged one, for any size of the chunks in which the input comes. Rejects with the errors of `source` and `to`.
   *
   * @param headroom what `to` may leave unconsumed, in bytes
   * @param afterChunk called and waited for now and then; it may throw
   */
  unpack(
    source: ByteSource,
    headroom: number,
    to: UnpackedSink,
    afterChunk: () => Promise<void> | undefined,
  ): Promise<UnpackResult>
}

/** Takes the unpacked bytes: like a user of ByteSource, `consume` returns how far it came. */
export interface UnpackedSink {
  readonly stopped: boolean
  consume(bytes: Uint8Array, start: number, end: number): number
}

export interface UnpackResult {
  /** What the sink left of the last bytes. */
  left: Uint8Array
  /** What ended the unpacking before the end of the input, unless the sink had stopped before. */
  fault: UnpackFault | null
}

export interface UnpackFault {
  /** Of the warning, such as "truncated-gzip". */
  code: string
  /** What is wrong, with the position in the packed file. */
  what: string
}

/**
 * The first bytes of what is packed in data of which only the head is given, at most `most` of them; null if the data are cut or damaged before
 * any.
 */
export async function unpackHead(compression: Compression, head: Uint8Array, most: number): Promise<Uint8Array | null> {
  const inside = new Uint8Array(most)
  let length = 0
  const to: UnpackedSink = {
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
  const { fault } = await compression.unpack(memorySource(head), 0, to, () => undefined)
  return fault && length === 0 ? null : inside.subarray(0, length)
}
