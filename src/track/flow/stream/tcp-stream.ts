/**
 * One direction of a TCP connection: puts segments into order and feeds its reader. Sequence arithmetic is modulo 2^32 on signed 32-bit
 * integers, so that `a - b | 0` is the distance even across the wrap (RFC 9293 3.4).
 *
 * Of overlapping data the bytes that came first count, and those that came later and differ are reported. The stream waits for a hole until its
 * bytes arrive, or until the receiver has acknowledged them and traffic has continued (the capture lost them), or until a limit is reached. Then the
 * hole is reported as lost.
 *
 * The position of the stream is known from its SYN, else from segments that the other side acknowledges or that agree with each other. The first
 * guess may be wrong: a stray segment, the SYN-ACK of a proxy. Segments far from the position are set aside (unplaced-segments.ts); the stream
 * moves to them once they are acknowledged, or agree while nothing else arrives. Segments that never fit are reported as stray.
 */

import type { StreamReader } from '../../core/protocol.ts'
import { NONE, RecentBytes } from '../../core/recent-bytes.ts'
import { HELD_OVERHEAD, type HeldBytes, type IncomingBytes, insertUncovered } from './reassembly.ts'
import type { StreamLimits, StreamOwner, StreamsShared } from './stream-owner.ts'
import { isNear, NEAR, UnplacedSegments } from './unplaced-segments.ts'

/** Segments that may pass after the receiver acknowledged a hole: captures put frames a little out of order, and a late one still fills it. */
export const PATIENCE = 8

/** No capture loses this many bytes between two segments: sequence numbers that are further ahead belong to something else. */
const FAR = 1 << 26
/** How many of the delivered bytes are remembered as delivered: a quarter of the sequence space. */
const REMEMBERED = 1 << 30
/** Segments that must agree with each other for a stream to begin there, and for one that has begun to move there. */
const RUN_TO_BEGIN = 2
const RUN_TO_MOVE = 3
/** Stands for a loss of unknown length: more than a message can hold. */
const UNKNOWN_LOSS = 0x7fffffff

export class Stream {
  private reader: StreamReader
  private readonly fromA: boolean
  private readonly owner: StreamOwner
  private readonly limits: StreamLimits
  private readonly shared: StreamsShared
  private started = false
  private next = 0
  /** The sequence number of the first byte that was seen, or of one less than REMEMBERED before the next. */
  private first = 0
  /** The stream began with a SYN, behind this sequence number. */
  private synchronised = false
  private isn = 0
  /** How far the sequence numbers of a second SYN-ACK are above those of the first: either may be used from there on. */
  private shift = 0
  /** The latest acknowledgement of the other side. */
  private acked = 0
  private hasAck = false
  private unplaced: UnplacedSegments | null = null
  /** In the order of their sequence numbers, without overlaps; most streams never hold any. */
  private held: HeldBytes[] | null = null
  private heldBytes = 0
  /** Where the last bytes begin and end that only an IP header claims: nothing else shows that they exist. */
  private claimStart = 0
  private claimEnd = 0
  private hasClaim = false
  /** In shared.recent. */
  private lastEntry = NONE

  constructor(reader: StreamReader, fromA: boolean, owner: StreamOwner, limits: StreamLimits, shared: StreamsShared) {
    this.reader = reader
    this.fromA = fromA
    this.owner = owner
    this.limits = limits
    this.shared = shared
  }

  get isSearching(): boolean {
    return this.reader.isSearching
  }

  /** Nothing has been delivered yet: everything will go to another reader. */
  readBy(reader: StreamReader): void {
    this.reader = reader
  }

  /** A SYN was seen: the stream starts behind its sequence number. A second SYN with another number gives the same place another number. */
  synchronise(seq: number): void {
    if (this.synchronised) {
      this.shift = (seq - this.isn) | 0
      return
    }
    if (this.started) return
    this.synchronised = true
    this.isn = seq
    this.begin((seq + 1) | 0)
    if (this.unplaced !== null) this.place(this.next)
  }

  /** Was `seq` the sequence number of the SYN of this stream, as far as its first byte shows? */
  beginsBehind(seq: number): boolean {
    return this.started && this.first === ((seq + 1) | 0)
  }

  /** Is this the next byte that is awaited? */
  isNext(seq: number): boolean {
    return this.started && seq === this.next
  }

  /** Bytes from the next byte to this sequence number, as far as that is known; null before the stream has a place. */
  distance(seq: number): number | null {
    if (this.started) return (this.inSequence(seq) - this.next) | 0
    if (this.unplaced !== null) {
      const from = this.unplaced.pieces[0].seq
      return (this.unplaced.run(seq).length > 0 ? 0 : seq - from) | 0
    }
    return this.hasAck ? (seq - this.acked) | 0 : null
  }

  /** Is this sequence number, of a byte or of an acknowledgement, far from all that this stream has sent? */
  isFar(seq: number): boolean {
    if (!this.started) {
      const distance = this.distance(seq)
      return distance !== null && Math.abs(distance) > NEAR
    }
    return this.isOutside(this.inSequence(seq))
  }

  get hasBegun(): boolean {
    return this.started
  }

  /** Does a message begin in one of the segments that wait for a place? */
  get hasMessageAside(): boolean {
    return this.unplaced?.pieces.some(({ bytes }) => this.owner.startsMessage(bytes)) === true
  }

  segment(b: Uint8Array, s: IncomingBytes, frame: number, time: number): void {
    if (this.started && s.seq === this.next && this.held === null) {
      this.deliver(b, s.payload, s.payloadEnd, s.length, frame)
      if (s.claimed !== 0) this.noteClaim(s)
    } else {
      this.arrive(b, this.shift === 0 ? s : this.translated(s), frame, time)
    }
  }

  private arrive(b: Uint8Array, s: IncomingBytes, frame: number, time: number): void {
    if (!this.started && !this.beginsWith(b, s, frame, time)) return
    if (this.hasClaim && this.refutesClaim(s)) this.takeBackClaim()
    const ahead = (s.seq - this.next) | 0
    if (this.isOutside(s.seq)) {
      this.setAside(b, s, frame, time)
      return
    }
    const repeated = isKeepAlive(b, s, ahead) ? 0 : Math.min(-ahead, s.length)
    if (repeated > 0) {
      const before = (this.first - s.seq) | 0
      if (before > 0) this.beforeFirst(b, s, Math.min(before, s.length), frame)
      this.compare(b, s.payload, Math.min(s.payload + repeated, s.payloadEnd), s.seq)
    }
    if (ahead + s.length <= 0) return
    if (ahead <= 0 && this.held === null) {
      this.deliver(b, Math.min(s.payload - ahead, s.payloadEnd), s.payloadEnd, s.length + ahead, frame)
      this.noteClaim(s)
    } else {
      this.hold(b, s, Math.max(0, -ahead), frame, time)
      this.drain(false)
      this.enforceLimits()
    }
  }

  /** The other direction acknowledged up to `ack`: what is missing before it will not come again. */
  acknowledged(ack: number): void {
    this.acked = this.shift === 0 ? ack : this.inSequence(ack)
    this.hasAck = true
    if (this.unplaced !== null) {
      const piece = this.unplaced.acknowledgedBy(this.acked)
      if (piece !== null) this.place(piece.seq)
    }
    if (this.held !== null && this.held.length >= PATIENCE && ((this.acked - this.held[0].seq) | 0) >= 0)
      this.skipHole()
  }

  /** Has the other direction acknowledged bytes that were not delivered yet? */
  lacks(ack: number): boolean {
    if (!this.started) return false
    const missing = (this.inSequence(ack) - this.next) | 0
    return missing > 0 && missing <= FAR
  }

  /** Gives up the first hole, if bytes behind it are held and `ack` says that the receiver got it. */
  skipsTo(ack: number): boolean {
    if (this.held === null || ((this.inSequence(ack) - this.held[0].seq) | 0) < 0) return false
    this.skipHole()
    return true
  }

  /** Delivers the bytes that wait behind a hole, with the hole as lost. */
  finish(): void {
    if (this.unplaced !== null) this.place(this.unplaced.longest().seq)
    while (this.held !== null) this.skipHole()
    this.reader.finish()
  }

  /** The segments that were set aside belong to no conversation: they are reported, and not read. */
  discard(): void {
    if (this.unplaced === null) return
    this.shared.heldBytes -= this.unplaced.memory
    for (const { frame } of this.unplaced.pieces) this.owner.stray(frame)
    this.unplaced = null
  }

  private noteClaim({ claimed = 0 }: IncomingBytes): void {
    if (claimed === 0) return
    this.hasClaim = true
    this.claimEnd = this.next
    this.claimStart = (this.next - claimed) | 0
  }

  /** Do these bytes begin where others were claimed, and nothing came behind those? */
  private refutesClaim({ seq, length, claimed = 0 }: IncomingBytes): boolean {
    return seq === this.claimStart && this.next === this.claimEnd && length > claimed
  }

  /** The bytes that an IP header claimed were not there: the stream continues before them. The current message was given up when they were believed. */
  private takeBackClaim(): void {
    this.hasClaim = false
    this.next = this.claimStart
    this.reader.lost(UNKNOWN_LOSS)
  }

  private begin(seq: number): void {
    this.started = true
    this.next = this.first = seq
  }

  /** Does the stream begin now that this segment has come? It begins with this one, or with those that were set aside. */
  private beginsWith(b: Uint8Array, s: IncomingBytes, frame: number, time: number): boolean {
    if (this.unplaced === null && this.hasAck && isNear(s.seq, this.acked)) {
      this.begin(s.seq)
      return true
    }
    this.setAside(b, s, frame, time)
    return false
  }

  /** The same place under the first SYN's numbers, where a second SYN gave others and those are nearer. */
  private inSequence(seq: number): number {
    if (this.shift === 0) return seq
    const other = (seq - this.shift) | 0
    return Math.abs((other - this.next) | 0) < Math.abs((seq - this.next) | 0) ? other : seq
  }

  private translated({ seq, payload, payloadEnd, length, claimed }: IncomingBytes): IncomingBytes {
    return { seq: this.inSequence(seq), payload, payloadEnd, length, claimed }
  }

  private isOutside(seq: number): boolean {
    const ahead = (seq - this.next) | 0
    if (ahead >= 0) return ahead > FAR
    // Nothing comes before a SYN, except a keep-alive that repeats its number.
    return ((seq - this.first) | 0) < (this.synchronised ? -1 : -NEAR)
  }

  private setAside(b: Uint8Array, s: IncomingBytes, frame: number, time: number): void {
    this.unplaced ??= new UnplacedSegments()
    const { unplaced, shared } = this
    const before = unplaced.memory
    const dropped = unplaced.add(b, s, frame, time)
    shared.heldBytes += unplaced.memory - before
    if (dropped !== null) this.owner.stray(dropped.frame)
    const acked = this.hasAck ? unplaced.acknowledgedBy(this.acked) : null
    if (acked !== null) this.place(acked.seq)
    else if (unplaced.run(s.seq).length >= (this.started ? RUN_TO_MOVE : RUN_TO_BEGIN)) this.place(s.seq)
    else if (shared.heldBytes > this.limits.heldBytesInAll) {
      this.owner.limited('heldBytesInAll')
      if (this.started) this.discard()
      else this.place(s.seq)
    }
  }

  /** The stream begins at, or moves to, the run of segments around `seq`. */
  private place(seq: number): void {
    const unplaced = this.unplaced!
    const run = unplaced.run(seq)
    this.shared.heldBytes -= unplaced.memory
    this.unplaced = null
    for (const piece of unplaced.pieces) if (!run.includes(piece)) this.owner.stray(piece.frame)
    if (run.length === 0) return
    const start = run.reduce((least, p) => (((p.seq - least) | 0) < 0 ? p.seq : least), run[0].seq)
    if (!this.started) this.begin(start)
    else if (this.isOutside(start)) this.moveTo(start, run[0])
    for (const { bytes, seq: at, length, frame, time } of run) {
      this.owner.at(frame, time)
      this.segment(bytes, { seq: at, payload: 0, payloadEnd: bytes.length, length }, frame, time)
    }
  }

  /** Continues at a position that does not follow the bytes before it. */
  private moveTo(seq: number, at: HeldBytes): void {
    while (this.held !== null) this.skipHole()
    this.owner.at(at.frame, at.time)
    // Where nothing was delivered the SYN was misleading, and nothing is missing.
    if (this.next !== this.first) {
      const missing = (seq - this.next) | 0
      this.owner.gap(Math.max(0, missing))
      this.reader.lost(missing > 0 ? missing : UNKNOWN_LOSS)
    }
    this.shift = 0
    this.synchronised = false
    this.begin(seq)
  }

  /** Bytes from before the first that was seen: what is whole in them is read. The place of bytes that do not reach up to it is not known. */
  private beforeFirst(b: Uint8Array, s: IncomingBytes, length: number, frame: number): void {
    if (((s.seq + length - this.first) | 0) !== 0) {
      this.owner.stray(frame)
      return
    }
    this.owner.readEarly(b, s.payload, Math.min(s.payload + length, s.payloadEnd), this.fromA)
    this.first = s.seq
  }

  private deliver(b: Uint8Array, from: number, to: number, length: number, frame: number): void {
    if (this.unplaced !== null) this.discard()
    // Skipped bytes are file contents: forged ones cannot mislead a reader of messages.
    if (!this.reader.skips(length) && from < to) {
      this.shared.recent ??= new RecentBytes()
      this.lastEntry = this.shared.recent.note(this.lastEntry, b, from, to, this.next, frame)
    }
    this.next = (this.next + length) | 0
    if (((this.next - this.first) | 0) > REMEMBERED) this.first = (this.next - (REMEMBERED >> 1)) | 0
    this.reader.feed(b, from, to)
    const cut = length - (to - from)
    if (cut > 0) {
      this.owner.cut()
      this.reader.lost(cut)
    }
  }

  /** Bytes that were delivered before: are they the same? */
  private compare(b: Uint8Array, from: number, to: number, seq: number): void {
    const first = this.shared.recent?.disagrees(this.lastEntry, b, from, to, seq) ?? 0
    if (first !== 0) this.owner.disagreement(first)
  }

  /** Holds what is new in a segment, from its byte `skip` on. */
  private hold(b: Uint8Array, s: IncomingBytes, skip: number, frame: number, time: number): void {
    this.held ??= []
    const pieces = this.held.length
    const copied = insertUncovered(this.held, b, s, skip, { frame, time }, this.owner)
    this.heldBytes += copied
    this.shared.heldBytes += copied + (this.held.length - pieces) * HELD_OVERHEAD
  }

  private enforceLimits(): void {
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
      this.shared.heldBytes -= h.bytes.length + HELD_OVERHEAD
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
    this.reader.lost(missing)
    this.next = first.seq
    this.drain(true)
  }
}

/** A keep-alive repeats the last byte, with any value, mostly zero (RFC 9293 3.8.4); copies of one may come late. */
function isKeepAlive(b: Uint8Array, s: IncomingBytes, ahead: number): boolean {
  return s.length === 1 && (ahead === -1 || (s.payload < s.payloadEnd && b[s.payload] === 0))
}
