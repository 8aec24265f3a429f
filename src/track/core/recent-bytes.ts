/**
 * What streams delivered lately, so that bytes which are sent again can be compared with those that came first: a sender that shows the observer
 * one thing and the receiver another sends the same sequence numbers twice. Kept are segments in which messages begin or are read, by their
 * first bytes, in one ring for all streams: memory is fixed, and nothing is allocated per segment.
 */

const RING_BYTES = 1 << 21
const ENTRIES = 1 << 14
/** Bytes of one segment: messages with facts are shorter, and of file contents the beginning is enough. */
const SEGMENT_BYTES = 512
/** The most entries of one stream that are examined. */
const MAX_LOOKS = 64

/** No entry: what `note` is given for a stream's first segment. */
export const NONE = -1

export class RecentBytes {
  private readonly ring = new Uint8Array(RING_BYTES)
  private readonly seqs = new Int32Array(ENTRIES)
  private readonly lengths = new Int32Array(ENTRIES)
  private readonly frames = new Float64Array(ENTRIES)
  /** Where the entry's bytes begin, counted over all bytes that were ever put into the ring. */
  private readonly starts = new Float64Array(ENTRIES)
  private readonly previous = new Float64Array(ENTRIES)
  private entries = 0
  private written = 0

  /**
   * Keeps the first of the bytes [from, to) of `b`, which the stream has at sequence number `seq`.
   * @param before the stream's entry before this one, or NONE
   * @returns the new entry
   */
  note(before: number, b: Uint8Array, from: number, to: number, seq: number, frame: number): number {
    const { ring } = this
    const length = Math.min(to - from, SEGMENT_BYTES)
    let at = this.written & (RING_BYTES - 1)
    if (at + length > RING_BYTES) {
      // In one piece: the end of the ring is left out.
      this.written += RING_BYTES - at
      at = 0
    }
    // With a built-in function, not byte by byte: a run of one second would spend much of its time in a loop that is not compiled yet.
    ring.set(b.subarray(from, from + length), at)
    const entry = this.entries++
    const slot = entry & (ENTRIES - 1)
    this.seqs[slot] = seq
    this.lengths[slot] = length
    this.frames[slot] = frame
    this.starts[slot] = this.written
    this.previous[slot] = before
    this.written += length
    return entry
  }

  /**
   * The frame that delivered other bytes for the sequence numbers of [from, to) of `b`, which start at `seq`; 0 where none is known.
   * @param last the stream's last entry
   */
  disagrees(last: number, b: Uint8Array, from: number, to: number, seq: number): number {
    const { ring } = this
    let entry = last
    for (let looks = 0; looks < MAX_LOOKS && this.isKept(entry); looks++) {
      const slot = entry & (ENTRIES - 1)
      const offset = (seq - this.seqs[slot]) | 0
      const end = Math.min(this.lengths[slot], offset + to - from)
      const at = this.starts[slot] & (RING_BYTES - 1)
      for (let i = Math.max(0, offset); i < end; i++) {
        if (ring[at + i] !== b[from + i - offset]) return this.frames[slot]
      }
      entry = this.previous[slot]
    }
    return 0
  }

  private isKept(entry: number): boolean {
    if (entry < 0 || this.entries - entry > ENTRIES) return false
    return this.written - this.starts[entry & (ENTRIES - 1)] <= RING_BYTES
  }
}
