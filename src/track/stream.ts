/**
 * One direction of a TCP connection: puts segments into order and feeds the framer. Sequence arithmetic is modulo 2^32 on signed 32-bit
 * integers, so that `a - b | 0` is the distance whatever the wrap (RFC 9293 3.4).
 *
 * Of overlapping data the bytes that came first count, and those that came later and differ are reported. A hole is waited for until its bytes
 * arrive, or until the receiver has acknowledged them and traffic has gone on (the capture lost them), or until a limit is reached; then it is
 * reported as lost.
 */
import type { Framer } from './framer.ts'
import { type Arrival, keepNew, PIECE_OVERHEAD, type Piece, type Witness } from './pieces.ts'
import { NONE, RecentBytes } from './recent-bytes.ts'

export interface StreamLimits {
  /** Bytes held behind a hole, per direction. */
  heldBytes: number
  /** Segments held behind a hole, per direction. */
  heldSegments: number
  /** Memory of what all streams together hold behind holes. */
  heldBytesInAll: number
}

/** What all streams of a capture share. */
export interface StreamsShared {
  /** Memory of what waits behind holes: bytes, and PIECE_OVERHEAD for each segment. */
  heldBytes: number
  /** Made when the first stream delivers something. */
  recent: RecentBytes | null
}

/** Who is told: src/track/connection.ts. */
export interface StreamOwner extends Witness {
  /** The frame from which the following bytes come. */
  at(frame: number, time: number): void
  gap(bytes: number): void
  /** The capture holds only the beginning of the frame at hand. */
  cut(): void
  /** A hole was given up because of this limit. */
  limited(name: keyof StreamLimits): void
}

/** Segments that may pass after the receiver acknowledged a hole: captures put frames a little out of order, and a late one still fills it. */
export const PATIENCE = 8

export class Stream {
  private readonly framer: Framer
  private readonly owner: StreamOwner
  private readonly limits: StreamLimits
  private readonly shared: StreamsShared
  private started = false
  private next = 0
  /** The sequence number of the first byte that was seen. */
  private first = 0
  /** In the order of their sequence numbers, without overlaps; most streams never hold any. */
  private held: Piece[] | null = null
  private heldBytes = 0
  /** In shared.recent. */
  private lastEntry = NONE

  constructor(framer: Framer, owner: StreamOwner, limits: StreamLimits, shared: StreamsShared) {
    this.framer = framer
    this.owner = owner
    this.limits = limits
    this.shared = shared
  }

  get isSearching(): boolean {
    return this.framer.isSearching
  }

  /** A SYN was seen: the stream starts behind its sequence number. */
  synchronise(seq: number): void {
    if (this.started) return
    this.started = true
    this.next = this.first = (seq + 1) | 0
  }

  /** Was `seq` the sequence number of the SYN of this stream, as far as its first byte tells? */
  beginsBehind(seq: number): boolean {
    return this.started && this.first === ((seq + 1) | 0)
  }

  segment(b: Uint8Array, s: Arrival, frame: number, time: number): void {
    if (!this.started) {
      this.started = true
      this.next = this.first = s.seq
    }
    const ahead = (s.seq - this.next) | 0
    if (ahead === 0 && this.held === null) {
      this.deliver(b, s.payload, s.payloadEnd, s.length, frame)
      return
    }
    const repeated = isKeepAlive(b, s, ahead) ? 0 : Math.min(-ahead, s.length)
    if (repeated > 0) this.compare(b, s.payload, Math.min(s.payload + repeated, s.payloadEnd), s.seq)
    if (ahead + s.length <= 0) return
    if (ahead <= 0 && this.held === null) {
      this.deliver(b, Math.min(s.payload - ahead, s.payloadEnd), s.payloadEnd, s.length + ahead, frame)
    } else {
      this.hold(b, s, Math.max(0, -ahead), frame, time)
      this.drain(false)
      this.keepLimits()
    }
  }

  /** The other direction acknowledged up to `ack`: what is missing before it will not come again. */
  acknowledged(ack: number): void {
    if (this.held !== null && this.held.length >= PATIENCE && ((ack - this.held[0].seq) | 0) >= 0) this.skipHole()
  }

  /** Has the other direction acknowledged bytes that were not delivered yet? */
  lacks(ack: number): boolean {
    return this.started && ((ack - this.next) | 0) > 0
  }

  /** Gives up the first hole, if bytes behind it are held and `ack` says that the receiver got it. */
  skipsTo(ack: number): boolean {
    if (this.held === null || ((ack - this.held[0].seq) | 0) < 0) return false
    this.skipHole()
    return true
  }

  /** Bytes that wait behind a hole are handed over, with the hole as lost. */
  finish(): void {
    while (this.held !== null) this.skipHole()
    this.framer.finish()
  }

  private deliver(b: Uint8Array, from: number, to: number, length: number, frame: number): void {
    // What is skipped, a file's contents, has nothing in it that anybody would forge to deceive a reader of messages.
    if (!this.framer.skips(length) && from < to) {
      this.shared.recent ??= new RecentBytes()
      this.lastEntry = this.shared.recent.note(this.lastEntry, b, from, to, this.next, frame)
    }
    this.next = (this.next + length) | 0
    this.framer.feed(b, from, to)
    const cut = length - (to - from)
    if (cut > 0) {
      this.owner.cut()
      this.framer.lost(cut)
    }
  }

  /** Bytes that were delivered before: are they the same? */
  private compare(b: Uint8Array, from: number, to: number, seq: number): void {
    const first = this.shared.recent?.disagrees(this.lastEntry, b, from, to, seq) ?? 0
    if (first !== 0) this.owner.disagreement(first)
  }

  /** Holds what is new in a segment, from its byte `skip` on. */
  private hold(b: Uint8Array, s: Arrival, skip: number, frame: number, time: number): void {
    this.held ??= []
    const pieces = this.held.length
    const copied = keepNew(this.held, b, s, skip, frame, time, this.owner)
    this.heldBytes += copied
    this.shared.heldBytes += copied + (this.held.length - pieces) * PIECE_OVERHEAD
  }

  private keepLimits(): void {
    const { limits, shared } = this
    while (this.held !== null) {
      if (this.heldBytes > limits.heldBytes) this.owner.limited('heldBytes')
      else if (this.held.length > limits.heldSegments) this.owner.limited('heldSegments')
      else if (shared.heldBytes > limits.heldBytesInAll) this.owner.limited('heldBytesInAll')
      else return
      this.skipHole()
    }
  }

  /**
   * Delivers held segments as far as they connect. They belong to the frame that closed the hole, but each to its own where the hole was
   * given up.
   */
  private drain(givenUp: boolean): void {
    const held = this.held!
    while (held.length > 0 && held[0].seq === this.next) {
      const h = held.shift()!
      this.heldBytes -= h.bytes.length
      this.shared.heldBytes -= h.bytes.length + PIECE_OVERHEAD
      if (givenUp) this.owner.at(h.frame, h.time)
      this.deliver(h.bytes, 0, h.bytes.length, h.length, h.frame)
    }
    if (held.length === 0) this.held = null
  }

  private skipHole(): void {
    const first = this.held![0]
    const missing = (first.seq - this.next) | 0
    this.owner.gap(missing)
    this.owner.at(first.frame, first.time)
    this.framer.lost(missing)
    this.next = first.seq
    this.drain(true)
  }
}

/** A keep-alive repeats the last byte, as any other it likes, mostly zero (RFC 9293 3.8.4); copies of one may come late. */
function isKeepAlive(b: Uint8Array, s: Arrival, ahead: number): boolean {
  return s.length === 1 && (ahead === -1 || (s.payload < s.payloadEnd && b[s.payload] === 0))
}
