/**
 * Segments of a connection that answer what has not been seen yet. Captures put the two directions out of order, taps that are merged have clocks
 * apart, and a segment that the capture lost keeps those behind it waiting (tcp-stream.ts): a response may be read before its request. What
 * acknowledges bytes that the other direction has not delivered waits until they are there, and so does what comes behind it in its own direction.
 *
 * If both directions wait for each other, a segment is missing: it is given up after a few more have come. If only one direction waits, the other may
 * be late as a whole: the first waits as long as clocks may differ, and as the limits on held bytes allow.
 */
import type { Segment } from '../../../../dissectors/layers/segment.ts'
import { HELD_OVERHEAD, type IncomingBytes } from './reassembly.ts'
import type { StreamsShared } from './stream-owner.ts'
import { PATIENCE, type Stream } from './tcp-stream.ts'

/** Microseconds by which the clocks of two taps may differ. */
const CLOCKS_APART = 10e6

interface DeferredSegment extends IncomingBytes {
  bytes: Uint8Array
  ack: number
  frame: number
  time: number
}

/** The segments of one direction. */
interface Waiting {
  /** In the order in which they came; those before `first` have gone. */
  segments: DeferredSegment[]
  first: number
  /** Bytes of the other direction up to this sequence number were given up: nothing waits for them any more. */
  givenUp: number | null
  /** The other direction did not come in time, and has been silent since. */
  alone: boolean
}

/** The connection that the segments belong to: tcp-flow.ts. */
export interface DeferredOwner {
  stream(fromA: boolean): Stream
  at(frame: number, time: number): void
  limited(name: 'heldBytes' | 'heldBytesInAll'): void
}

export interface DeferredLimits {
  /** Memory of what one connection defers. */
  heldBytes: number
  /** Memory of what all hold and defer. */
  heldBytesInAll: number
}

export class DeferredSegments {
  private readonly owner: DeferredOwner
  private readonly shared: StreamsShared
  private readonly limits: DeferredLimits
  private readonly a: Waiting = { segments: [], first: 0, givenUp: null, alone: false }
  private readonly b: Waiting = { segments: [], first: 0, givenUp: null, alone: false }
  private memory = 0
  /** Segments that have come since both directions wait, and since the last was given up. */
  private stuck = 0

  constructor(owner: DeferredOwner, shared: StreamsShared, limits: DeferredLimits) {
    this.owner = owner
    this.shared = shared
    this.limits = limits
  }

  /** Nothing waits, and nothing was given up for the silence of the other direction. */
  get isIdle(): boolean {
    return isEmpty(this.a) && isEmpty(this.b) && !this.a.alone && !this.b.alone
  }

  /** Takes a copy of a segment; true where it has to wait. */
  takes(b: Uint8Array, s: Segment, fromA: boolean, frame: number, time: number): boolean {
    const own = fromA ? this.a : this.b
    const other = fromA ? this.b : this.a
    other.alone = false
    // What is sent again, or fills a hole, need not wait for those behind it.
    const isFirst = isEmpty(own) || ((s.seq - own.segments[own.first].seq) | 0) < 0
    if (isFirst && !this.mustWait(own, fromA, s.ack)) return false
    const bytes = new Uint8Array(b.subarray(s.payload, s.payloadEnd))
    const { seq, ack, length, claimed } = s
    own.segments.push({ bytes, seq, ack, payload: 0, payloadEnd: bytes.length, length, claimed, frame, time })
    this.hold(bytes.length + HELD_OVERHEAD)
    this.enforcePatience(time)
    return true
  }

  /** The streams have moved on: delivers what need not wait any longer. */
  release(): void {
    while (this.releaseFirst(this.a, true) || this.releaseFirst(this.b, false));
    if (isEmpty(this.a) || isEmpty(this.b)) this.stuck = 0
  }

  /** No more segments come. */
  finish(): void {
    while (!isEmpty(this.a) || !isEmpty(this.b)) this.giveUp()
  }

  private enforcePatience(time: number): void {
    const { limits, shared, owner } = this
    if (!isEmpty(this.a) && !isEmpty(this.b)) {
      if (++this.stuck > PATIENCE) {
        this.giveUp()
        // Of those that still wait, an equal number on each side have been waiting for each other.
        this.stuck = 2 * Math.min(count(this.a), count(this.b))
      }
    } else {
      const waiting = isEmpty(this.a) ? this.b : this.a
      if (time - waiting.segments[waiting.first].time > CLOCKS_APART) this.giveUpAlone(waiting)
    }
    while (this.memory > limits.heldBytes) {
      owner.limited('heldBytes')
      this.giveUpAlone(this.oldest())
    }
    if (shared.heldBytes > limits.heldBytesInAll && this.memory > 0) {
      owner.limited('heldBytesInAll')
      this.finish()
    }
  }

  private releaseFirst(own: Waiting, fromA: boolean): boolean {
    if (isEmpty(own) || this.mustWait(own, fromA, own.segments[own.first].ack)) return false
    this.deliver(own, fromA)
    return true
  }

  private mustWait({ alone, givenUp }: Waiting, fromA: boolean, ack: number): boolean {
    if (alone || !this.owner.stream(!fromA).lacks(ack)) return false
    return givenUp === null || ((ack - givenUp) | 0) > 0
  }

  /** The direction whose first segment has waited longest. */
  private oldest(): Waiting {
    const { a, b } = this
    if (isEmpty(a)) return b
    return isEmpty(b) || a.segments[a.first].frame < b.segments[b.first].frame ? a : b
  }

  /** The oldest has waited long enough. */
  private giveUp(): void {
    const waiting = this.oldest()
    const { ack } = waiting.segments[waiting.first]
    const asked = this.owner.stream(waiting !== this.a)
    while (asked.lacks(ack) && asked.skipsTo(ack));
    if (asked.lacks(ack)) waiting.givenUp = ack
    this.release()
  }

  /** The other direction does not come: nothing waits for it until it is seen again. */
  private giveUpAlone(waiting: Waiting): void {
    waiting.alone = true
    this.giveUp()
  }

  private deliver(own: Waiting, fromA: boolean): void {
    const s = own.segments[own.first++]
    if (own.first * 2 >= own.segments.length) {
      own.segments = own.segments.slice(own.first)
      own.first = 0
    }
    this.hold(-(s.bytes.length + HELD_OVERHEAD))
    this.owner.at(s.frame, s.time)
    this.owner.stream(fromA).segment(s.bytes, s, s.frame, s.time)
  }

  private hold(bytes: number): void {
    this.memory += bytes
    this.shared.heldBytes += bytes
  }
}

function count({ segments, first }: Waiting): number {
  return segments.length - first
}

function isEmpty(waiting: Waiting): boolean {
  return count(waiting) === 0
}
