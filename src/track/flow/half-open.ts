/**
 * Unanswered SYNs to the ports of protocols. A scan or a flood is made of them, so they are kept small: a connection is made of one
 * only when it is answered. Those that never are go to their protocol as attempts, the oldest when the table is full.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { TCP_ACK } from '../../../dissectors/net/tcp.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import { type Context, noteLimit } from '../core/context.ts'
import type { Attempt } from '../core/protocol.ts'
import type { ProtocolPorts } from './protocol-ports.ts'

export interface HalfOpen extends Attempt {
  readonly isn: number
  lastFrame: number
  lastTime: number
  /** Data that came with the SYN (RFC 7413); null where none did, or where there was no room for it. */
  readonly data: Uint8Array | null
  /** Another attempt between the same two ports, before this one. */
  older: HalfOpen | null
}

/** Attempts between the same two ports that wait at the same time: networks may use the same addresses, and some SYNs are stray. */
const MOST_ALIKE = 4

export class HalfOpenTable {
  private readonly context: Context
  private readonly protocols: ProtocolPorts
  /** By flow hash, the least recently begun first; of attempts with one hash the newest, which leads to the older ones. */
  private readonly waiting = new Map<number, HalfOpen>()
  private count = 0

  constructor(context: Context, protocols: ProtocolPorts) {
    this.context = context
    this.protocols = protocols
  }

  /**
   * A SYN without ACK, with the data that it carries. A SYN that is sent again is the same attempt. With another sequence number, or from another
   * host, it is another attempt.
   */
  note(b: Uint8Array, s: Segment, hash: number, frame: number, time: number): void {
    const newest = this.waiting.get(hash) ?? null
    let alike = 0
    for (let a = newest; a !== null; a = a.older, alike++) {
      if (a.isn !== s.seq || !isFrom(a, s)) continue
      a.lastFrame = frame
      a.lastTime = time
      return
    }
    if (alike >= MOST_ALIKE) this.settleOldest(newest!)
    this.waiting.set(hash, {
      src0: s.src0,
      src1: s.src1,
      src2: s.src2,
      src3: s.src3,
      srcPort: s.srcPort,
      dst0: s.dst0,
      dst1: s.dst1,
      dst2: s.dst2,
      dst3: s.dst3,
      dstPort: s.dstPort,
      isn: s.seq,
      firstFrame: frame,
      firstTime: time,
      lastFrame: frame,
      lastTime: time,
      data: this.dataOf(b, s),
      older: newest,
    })
    this.count++
    if (this.count > this.context.limits.halfOpen) this.dropOldest()
  }

  /**
   * Takes the attempt that a segment of either side continues, as its sequence number or acknowledgement shows.
   * @param any take any attempt between the two ports where the numbers fit none
   */
  take(s: Segment, hash: number, any: boolean): HalfOpen | null {
    const newest = this.waiting.get(hash)
    if (newest === undefined) return null
    let found: HalfOpen | null = null
    for (let a: HalfOpen | null = newest; a !== null; a = a.older) {
      if (goesOn(a, s)) {
        found = a
        break
      }
      if (any && found === null && (isFrom(a, s) || isTo(a, s))) found = a
    }
    if (found !== null) this.remove(hash, found)
    return found
  }

  /** The server, or a firewall on the way, answered with RST. */
  refused(attempt: HalfOpen, at: FrameRef): void {
    this.report(attempt, at)
  }

  /** Gives up those that were neither answered nor sent again since `before`, in microseconds. */
  expire(before: number): void {
    for (const [hash, newest] of this.waiting) {
      for (let a: HalfOpen | null = newest; a !== null; a = a.older) if (a.lastTime < before) this.settle(hash, a)
    }
  }

  /** The remaining SYNs were never answered. */
  finish(): void {
    for (const hash of this.waiting.keys()) this.settleAll(hash)
  }

  /** A quarter goes at a time, as in drop-oldest.ts. */
  private dropOldest(): void {
    const limit = this.context.limits.halfOpen
    for (const [hash, attempt] of this.waiting) {
      if (this.count <= limit * 0.75) return
      for (let a: HalfOpen | null = attempt; a !== null; a = a.older) noteLimit(this.context, 'halfOpen', a.firstFrame)
      this.settleAll(hash)
    }
  }

  private settleOldest(newest: HalfOpen): void {
    let last = newest
    while (last.older?.older != null) last = last.older
    if (last.older === null) return
    this.report(last.older, null)
    this.forget(last.older)
    last.older = null
  }

  private settleAll(hash: number): void {
    for (let a = this.waiting.get(hash) ?? null; a !== null; a = a.older) {
      this.report(a, null)
      this.forget(a)
    }
    this.waiting.delete(hash)
  }

  private settle(hash: number, attempt: HalfOpen): void {
    this.remove(hash, attempt)
    this.report(attempt, null)
  }

  private remove(hash: number, attempt: HalfOpen): void {
    const newest = this.waiting.get(hash)!
    if (newest !== attempt) {
      let newer = newest
      while (newer.older !== attempt) newer = newer.older!
      newer.older = attempt.older
    } else if (attempt.older === null) {
      this.waiting.delete(hash)
    } else {
      this.waiting.set(hash, attempt.older)
    }
    this.forget(attempt)
  }

  private forget(attempt: HalfOpen): void {
    this.count--
    this.context.heldBytes -= attempt.data?.length ?? 0
  }

  private dataOf(b: Uint8Array, s: Segment): Uint8Array | null {
    if (s.length === 0 || this.context.heldBytes > this.context.limits.heldBytesInAll) return null
    const data = new Uint8Array(b.subarray(s.payload, s.payloadEnd))
    this.context.heldBytes += data.length
    return data
  }

  private report(attempt: HalfOpen, reset: FrameRef | null): void {
    this.protocols.ofPorts(attempt.srcPort, attempt.dstPort)?.attempted(attempt, reset)
  }
}

/** Does this segment, from the client or to it, follow from the SYN? What came with the SYN may have been accepted or not. */
function goesOn(a: HalfOpen, s: Segment): boolean {
  const most = 1 + (a.data?.length ?? 0)
  if (isFrom(a, s)) return isWithin((s.seq - a.isn) | 0, most)
  return (s.flags & TCP_ACK) !== 0 && isWithin((s.ack - a.isn) | 0, most) && isTo(a, s)
}

function isWithin(distance: number, most: number): boolean {
  return distance >= 1 && distance <= most
}

function isFrom(a: HalfOpen, s: Segment): boolean {
  return (
    a.src3 === s.src3 &&
    a.dst3 === s.dst3 &&
    a.srcPort === s.srcPort &&
    a.dstPort === s.dstPort &&
    a.src2 === s.src2 &&
    a.src1 === s.src1 &&
    a.src0 === s.src0 &&
    a.dst2 === s.dst2 &&
    a.dst1 === s.dst1 &&
    a.dst0 === s.dst0
  )
}

function isTo(a: HalfOpen, s: Segment): boolean {
  return (
    a.src3 === s.dst3 &&
    a.dst3 === s.src3 &&
    a.srcPort === s.dstPort &&
    a.dstPort === s.srcPort &&
    a.src2 === s.dst2 &&
    a.src1 === s.dst1 &&
    a.src0 === s.dst0 &&
    a.dst2 === s.src2 &&
    a.dst1 === s.src1 &&
    a.dst0 === s.src0
  )
}
