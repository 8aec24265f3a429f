/**
 * Bytes that wait for others, of a TCP stream or of an IP datagram: copies of what segments or fragments brought, in the order of their places and
 * without overlaps. Of overlapping bytes those that came first count; where later ones differ, that is reported.
 */
import type { FrameRef } from '../../../ledger/frame-ref.ts'

/** What came: a part of a borrowed buffer. */
export interface IncomingBytes {
  /** Its place: a sequence number, or an offset. */
  readonly seq: number
  /** Where its captured bytes are, and how many it has on the wire. */
  readonly payload: number
  readonly payloadEnd: number
  readonly length: number
  /** How many of these only an IP header claims (segment.ts); 0 if that is not known. */
  readonly claimed?: number | undefined
}

export interface HeldBytes {
  readonly seq: number
  readonly bytes: Uint8Array
  /** On the wire; more than bytes.length where the capture cut the frame. */
  readonly length: number
  readonly frame: number
  readonly time: number
}

/** What a piece takes in memory beside its bytes: a limit that counted bytes alone would let pieces of one byte take hundreds of times as much. */
export const HELD_OVERHEAD = 512

/** Called when the current bytes differ from those of an earlier frame, `first`. */
export interface OverlapObserver {
  disagreement(first: number): void
}

/**
 * Adds the incoming bytes that no piece covers yet, from byte `from` on. Places are compared modulo 2^32.
 * @param at the frame that brought them
 * @returns bytes that were copied
 */
export function insertUncovered(
  pieces: HeldBytes[],
  b: Uint8Array,
  incoming: IncomingBytes,
  from: number,
  at: FrameRef,
  observer: OverlapObserver,
): number {
  const { length } = incoming
  let copied = 0
  let next = from
  // What is new may be far behind the pieces or far before them, but less than 2^31: the beginning of the incoming bytes may be further.
  const first = (incoming.seq + from) | 0
  let i = firstBeyond(pieces, first)
  for (; i < pieces.length && next < length; i++) {
    const piece = pieces[i]
    // Where the piece begins and ends within the incoming bytes.
    const start = ((piece.seq - first) | 0) + from
    if (start >= length) break
    if (start > next) {
      const gap = held(b, incoming, next, start, at)
      pieces.splice(i++, 0, gap)
      copied += gap.bytes.length
      next = start
    }
    const end = start + piece.length
    if (!sameBytes(b, incoming, piece, next, Math.min(end, length))) observer.disagreement(piece.frame)
    next = end
  }
  if (next >= length) return copied
  const rest = held(b, incoming, next, length, at)
  pieces.splice(i, 0, rest)
  return copied + rest.bytes.length
}

/** The first piece that ends behind `seq`; pieces.length where none does. */
function firstBeyond(pieces: readonly HeldBytes[], seq: number): number {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const piece = pieces[middle]
    if (((piece.seq - seq) | 0) + piece.length <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Are the incoming bytes [from, to) those that the piece has there? What the capture cut does not count. */
export function sameBytes(
  b: Uint8Array,
  incoming: IncomingBytes,
  piece: Pick<HeldBytes, 'seq' | 'bytes'>,
  from: number,
  to: number,
): boolean {
  const offset = (incoming.seq - piece.seq) | 0
  const end = Math.min(to, incoming.payloadEnd - incoming.payload, piece.bytes.length - offset)
  for (let i = from; i < end; i++) {
    if (b[incoming.payload + i] !== piece.bytes[offset + i]) return false
  }
  return true
}

/** A copy of the incoming bytes [from, to), which came with the frame `at`. */
function held(
  b: Uint8Array,
  { seq, payload, payloadEnd }: IncomingBytes,
  from: number,
  to: number,
  { frame, time }: FrameRef,
): HeldBytes {
  const bytes = new Uint8Array(b.subarray(Math.min(payload + from, payloadEnd), Math.min(payload + to, payloadEnd)))
  return { seq: (seq + from) | 0, bytes, length: to - from, frame, time }
}
