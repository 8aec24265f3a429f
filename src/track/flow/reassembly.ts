/**
 * Bytes that wait for others, of a TCP stream or of an IP datagram: copies of what segments or fragments brought, in the order of their places and
 * without overlaps. Of overlapping bytes those that came first count; where later ones differ, that is reported.
 */

/** What came: a part of a borrowed buffer. */
export interface IncomingBytes {
  /** Its place: a sequence number, or an offset. */
  readonly seq: number
  /** Where its captured bytes are, and how many it has on the wire. */
  readonly payload: number
  readonly payloadEnd: number
  readonly length: number
  /** How many of these an IP header alone speaks of (segment.ts); 0 where that is not known. */
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

/** Receives the news that the current bytes are not those of an earlier frame, `first`. */
export interface OverlapObserver {
  disagreement(first: number): void
}

/**
 * Keeps what is new in an arrival, from its byte `from` on. Places are compared modulo 2^32.
 * @returns bytes that were copied
 */
export function insertUncovered(
  pieces: HeldBytes[],
  b: Uint8Array,
  arrival: IncomingBytes,
  from: number,
  frame: number,
  time: number,
  observer: OverlapObserver,
): number {
  let copied = 0
  let next = from
  // What is new may be far behind the pieces or far before them, but less than 2^31: the arrival's own beginning may be further.
  const first = (arrival.seq + from) | 0
  let i = firstBeyond(pieces, first)
  for (; i < pieces.length && next < arrival.length; i++) {
    const piece = pieces[i]
    // Where the piece begins and ends within the arrival.
    const start = ((piece.seq - first) | 0) + from
    const end = start + piece.length
    if (start >= arrival.length) break
    if (start > next) {
      copied += insert(pieces, i++, b, arrival, next, start, frame, time)
      next = start
    }
    if (!sameBytes(b, arrival, piece, next, Math.min(end, arrival.length))) observer.disagreement(piece.frame)
    next = end
  }
  if (next < arrival.length) copied += insert(pieces, i, b, arrival, next, arrival.length, frame, time)
  return copied
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

/** Does the arrival, from its byte `from` to `to`, say what the piece says there? What the capture cut says nothing. */
export function sameBytes(
  b: Uint8Array,
  arrival: IncomingBytes,
  piece: Pick<HeldBytes, 'seq' | 'bytes'>,
  from: number,
  to: number,
): boolean {
  const offset = (arrival.seq - piece.seq) | 0
  const end = Math.min(to, arrival.payloadEnd - arrival.payload, piece.bytes.length - offset)
  for (let i = from; i < end; i++) {
    if (b[arrival.payload + i] !== piece.bytes[offset + i]) return false
  }
  return true
}

/** Copies bytes [from, to) of the arrival to place `i`; how many were there to copy. */
function insert(
  pieces: HeldBytes[],
  i: number,
  b: Uint8Array,
  { seq, payload, payloadEnd }: IncomingBytes,
  from: number,
  to: number,
  frame: number,
  time: number,
): number {
  const bytes = new Uint8Array(b.subarray(Math.min(payload + from, payloadEnd), Math.min(payload + to, payloadEnd)))
  pieces.splice(i, 0, { seq: (seq + from) | 0, bytes, length: to - from, frame, time })
  return bytes.length
}
