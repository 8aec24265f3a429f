/**
 * One direction of a TCP connection: puts segments into order and feeds the framer. Sequence arithmetic is modulo 2^32 on signed 32-bit
 * integers, so that `a - b | 0` is the distance whatever the wrap (RFC 9293 3.4).
 *
 * Of overlapping data the bytes that came first count. A hole is waited for until its bytes arrive, or until the receiver has acknowledged
 * them and traffic has gone on (the capture lost them), or until the limit of held bytes is reached; then it is reported as lost.
 */
import type { Segment } from '../../dissectors/net/segment.ts'
import type { Framer } from './framer.ts'

export interface StreamLimits {
  /** Bytes held behind a hole, per direction. */
  heldBytes: number
  /** Segments held behind a hole, per direction. */
  heldSegments: number
  /** Bytes held behind holes by all streams together. */
  heldBytesInAll: number
}

/** What all streams of a capture hold together. */
export interface HeldTotal {
  heldBytes: number
}

/** A copy of a segment that waits behind a hole. */
interface HeldSegment {
  seq: number
  bytes: Uint8Array
  /** On the wire; more than bytes.length where the capture cut the frame. */
  length: number
  frame: number
  time: number
}

/** Who is told: src/track/connection.ts. */
export interface StreamOwner {
  /** The frame from which the following bytes come. */
  at(frame: number, time: number): void
  gap(bytes: number): void
  /** The capture holds only the beginning of the frame at hand. */
  cut(): void
}

/** Segments that may pass after the receiver acknowledged a hole: captures put frames a little out of order, and a late one still fills it. */
const PATIENCE = 8

export class Stream {
  private readonly framer: Framer
  private readonly owner: StreamOwner
  private readonly limits: StreamLimits
  private readonly total: HeldTotal
  private started = false
  private next = 0
  private held: HeldSegment[] = []
  private heldBytes = 0

  constructor(framer: Framer, owner: StreamOwner, limits: StreamLimits, total: HeldTotal) {
    this.framer = framer
    this.owner = owner
    this.limits = limits
    this.total = total
  }

  get isSearching(): boolean {
    return this.framer.isSearching
  }

  /** A SYN was seen: the stream starts behind its sequence number. */
  synchronise(seq: number): void {
    if (this.started) return
    this.started = true
    this.next = (seq + 1) | 0
  }

  segment(b: Uint8Array, s: Segment, frame: number, time: number): void {
    if (!this.started) {
      this.started = true
      this.next = s.seq
    }
    const ahead = (s.seq - this.next) | 0
    if (ahead === 0 && this.held.length === 0) {
      this.deliver(b, s.payload, s.payloadEnd, s.length)
    } else if (ahead <= 0) {
      if (ahead + s.length <= 0) return
      this.deliverFrom(b, s.payload, s.payloadEnd, s.length, -ahead)
      this.drain(false)
    } else {
      this.hold(b, s, frame, time)
    }
  }

  /** The other direction acknowledged up to `ack`: what is missing before it will not come again. */
  acknowledged(ack: number): void {
    if (this.held.length >= PATIENCE && ((ack - this.held[0].seq) | 0) >= 0) this.skipHole()
  }

  /** Bytes that wait behind a hole are handed over, with the hole as lost. */
  finish(): void {
    while (this.held.length > 0) this.skipHole()
    this.framer.finish()
  }

  private deliver(b: Uint8Array, from: number, to: number, length: number): void {
    this.next = (this.next + length) | 0
    this.framer.feed(b, from, to)
    const cut = length - (to - from)
    if (cut > 0) {
      this.owner.cut()
      this.framer.lost(cut)
    }
  }

  /** Delivers a segment without its first `skip` bytes, which were delivered before. */
  private deliverFrom(b: Uint8Array, from: number, to: number, length: number, skip: number): void {
    this.deliver(b, Math.min(from + skip, to), to, length - skip)
  }

  private hold(b: Uint8Array, s: Segment, frame: number, time: number): void {
    const held = this.held
    let i = held.length
    while (i > 0 && ((held[i - 1].seq - s.seq) | 0) > 0) i--
    // A retransmission of what is held already.
    if (i > 0 && held[i - 1].seq === s.seq && held[i - 1].length >= s.length) return
    const bytes = new Uint8Array(b.subarray(s.payload, s.payloadEnd))
    held.splice(i, 0, { seq: s.seq, bytes, length: s.length, frame, time })
    this.heldBytes += bytes.length
    this.total.heldBytes += bytes.length
    while (held.length > 0 && this.holdsTooMuch()) this.skipHole()
  }

  private holdsTooMuch(): boolean {
    const { heldBytes, heldSegments, heldBytesInAll } = this.limits
    return this.heldBytes > heldBytes || this.held.length > heldSegments || this.total.heldBytes > heldBytesInAll
  }

  /**
   * Delivers held segments as far as they connect. They belong to the frame that closed the hole, but each to its own where the hole was
   * given up.
   */
  private drain(givenUp: boolean): void {
    while (this.held.length > 0 && ((this.held[0].seq - this.next) | 0) <= 0) {
      const h = this.held.shift()!
      this.heldBytes -= h.bytes.length
      this.total.heldBytes -= h.bytes.length
      const old = (this.next - h.seq) | 0
      if (givenUp) this.owner.at(h.frame, h.time)
      if (old < h.length) this.deliverFrom(h.bytes, 0, h.bytes.length, h.length, old)
    }
  }

  private skipHole(): void {
    const first = this.held[0]
    const missing = (first.seq - this.next) | 0
    this.owner.gap(missing)
    this.owner.at(first.frame, first.time)
    this.framer.lost(missing)
    this.next = first.seq
    this.drain(true)
  }
}
