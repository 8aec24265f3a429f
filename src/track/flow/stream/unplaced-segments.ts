/**
 * Segments of one direction whose place is not known: the first ones where no SYN was seen, and those whose sequence numbers are far from
 * everything that the direction sent before. A single one proves nothing: it may be forged, stray, or of another conversation. They wait until
 * the other side acknowledges them, or until several agree with each other.
 */
import { HELD_OVERHEAD, type HeldBytes, type IncomingBytes } from './reassembly.ts'

/** How many segments wait at most: then the oldest goes. */
const MOST_PIECES = 8

/** Sequence numbers this near to each other belong to one run. No window in use is ever as full. */
export const NEAR = 1 << 20

export class UnplacedSegments {
  /** In the order in which they came. */
  readonly pieces: HeldBytes[] = []
  /** What they take in memory. */
  memory = 0

  /** Keeps a copy; a segment that came before is not kept twice. Returns the piece that had to go for it. */
  add(
    b: Uint8Array,
    { seq, payload, payloadEnd, length }: IncomingBytes,
    frame: number,
    time: number,
  ): HeldBytes | null {
    if (this.pieces.some((p) => p.seq === seq && p.length === length)) return null
    const bytes = new Uint8Array(b.subarray(payload, payloadEnd))
    this.pieces.push({ seq, bytes, length, frame, time })
    this.memory += bytes.length + HELD_OVERHEAD
    return this.pieces.length > MOST_PIECES ? this.dropOldest() : null
  }

  /** The pieces of the run around a sequence number. */
  run(seq: number): HeldBytes[] {
    return this.pieces.filter((p) => isNear(p.seq, seq))
  }

  /** The piece that `ack` acknowledges, or null. */
  acknowledgedBy(ack: number): HeldBytes | null {
    return this.pieces.find((p) => ((ack - p.seq) | 0) > 0 && isNear(p.seq, ack)) ?? null
  }

  /** A piece of the longest run, of the earliest where several are as long. */
  longest(): HeldBytes {
    let best = this.pieces[0]
    let most = 0
    for (const piece of this.pieces) {
      const { length } = this.run(piece.seq)
      if (length > most) {
        most = length
        best = piece
      }
    }
    return best
  }

  private dropOldest(): HeldBytes {
    const oldest = this.pieces.shift()!
    this.memory -= oldest.bytes.length + HELD_OVERHEAD
    return oldest
  }
}

export function isNear(a: number, b: number): boolean {
  return Math.abs((a - b) | 0) <= NEAR
}
