/**
 * Segments of a connection that answer what has not been seen yet. Captures put the two directions out of order, and a segment that the capture
 * lost keeps those behind it waiting (stream.ts): in both cases an answer may be read before its question. What acknowledges bytes that the other
 * direction has not delivered waits until they are there, or until so much waits that they will not come.
 */
import type { Segment } from '../../dissectors/net/segment.ts'
import { type Arrival, PIECE_OVERHEAD } from './pieces.ts'
import { PATIENCE, type Stream, type StreamsShared } from './stream.ts'

interface DeferredSegment extends Arrival {
  bytes: Uint8Array
  ack: number
  fromA: boolean
  frame: number
  time: number
}

/** Who the segments belong to: src/track/connection.ts. */
export interface DeferredOwner {
  stream(fromA: boolean): Stream
  at(frame: number, time: number): void
  limited(name: 'heldBytesInAll'): void
}

export class Deferred {
  private readonly owner: DeferredOwner
  private readonly shared: StreamsShared
  private readonly limit: number
  private readonly waiting: DeferredSegment[] = []
  /** Up to which sequence number the acknowledged bytes of each direction were given up, and are waited for no more. */
  private givenUpA: number | null = null
  private givenUpB: number | null = null

  constructor(owner: DeferredOwner, shared: StreamsShared, limit: number) {
    this.owner = owner
    this.shared = shared
    this.limit = limit
  }

  /** Takes a copy of a segment; true where it has to wait. */
  takes(b: Uint8Array, s: Segment, fromA: boolean, frame: number, time: number): boolean {
    if (!this.mustWait(fromA, s.ack)) return false
    const bytes = new Uint8Array(b.subarray(s.payload, s.payloadEnd))
    const { seq, ack, length } = s
    this.waiting.push({ bytes, seq, ack, payload: 0, payloadEnd: bytes.length, length, fromA, frame, time })
    this.shared.heldBytes += bytes.length + PIECE_OVERHEAD
    if (this.waiting.length > PATIENCE) this.giveUp()
    else if (this.shared.heldBytes > this.limit) {
      this.owner.limited('heldBytesInAll')
      this.finish()
    }
    return true
  }

  /** The streams have moved on: delivers what need not wait any longer, in the order in which it came. */
  release(): void {
    const { waiting } = this
    for (let i = 0; i < waiting.length; ) {
      if (this.mustWait(waiting[i].fromA, waiting[i].ack)) i++
      else {
        this.deliver(i)
        // What was delivered may be what one before it waits for.
        i = 0
      }
    }
  }

  /** No more segments come. */
  finish(): void {
    while (this.waiting.length > 0) this.giveUp()
  }

  private mustWait(fromA: boolean, ack: number): boolean {
    if (!this.owner.stream(!fromA).lacks(ack)) return false
    const givenUp = fromA ? this.givenUpB : this.givenUpA
    return givenUp === null || ((ack - givenUp) | 0) > 0
  }

  /** The oldest has waited long enough. */
  private giveUp(): void {
    const { fromA, ack } = this.waiting[0]
    const asked = this.owner.stream(!fromA)
    while (asked.lacks(ack) && asked.skipsTo(ack));
    if (asked.lacks(ack)) {
      if (fromA) this.givenUpB = ack
      else this.givenUpA = ack
    }
    this.release()
  }

  private deliver(i: number): void {
    const s = this.waiting.splice(i, 1)[0]
    this.shared.heldBytes -= s.bytes.length + PIECE_OVERHEAD
    this.owner.at(s.frame, s.time)
    this.owner.stream(s.fromA).segment(s.bytes, s, s.frame, s.time)
  }
}
