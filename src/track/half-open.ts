/**
 * SYNs to an SMB port that nobody has answered yet. A scan or a flood is made of them, so they are kept small: a connection is made of one only when
 * it is answered. Of those that never are the oldest go to the ledger as attempts when the table is full.
 */
import { ipText } from '../../dissectors/net/addresses.ts'
import type { Segment } from '../../dissectors/net/segment.ts'
import { connectionId, newConnectionFacts } from './connection-facts.ts'
import { hit, type TrackContext } from './context.ts'
import type { FrameRef } from './ledger.ts'
import { dropOldest } from './oldest.ts'
import { NETBIOS_SESSION_PORT } from './ports.ts'
import { hasRoomForAttempt, keepConnection } from './retention.ts'

export interface HalfOpen {
  readonly src0: number
  readonly src1: number
  readonly src2: number
  readonly src3: number
  readonly srcPort: number
  readonly dst0: number
  readonly dst1: number
  readonly dst2: number
  readonly dst3: number
  readonly dstPort: number
  readonly isn: number
  readonly firstFrame: number
  readonly firstTime: number
  lastFrame: number
  lastTime: number
}

export class HalfOpenTable {
  private readonly context: TrackContext
  /** By flow hash, oldest first. */
  private readonly waiting = new Map<number, HalfOpen>()

  constructor(context: TrackContext) {
    this.context = context
  }

  /** A SYN without ACK. Sent again it is the same attempt; with another sequence number, or from another host, it is a new one. */
  note(s: Segment, hash: number, frame: number, time: number): void {
    const before = this.waiting.get(hash)
    if (before !== undefined) {
      if (before.isn === s.seq && isFrom(before, s)) {
        before.lastFrame = frame
        before.lastTime = time
        return
      }
      this.settle(hash, before)
    }
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
    })
    dropOldest(this.waiting, this.context.limits.halfOpen, (_hash, attempt) => {
      hit(this.context, 'halfOpen', attempt.firstFrame)
      this.keep(attempt, null)
    })
  }

  /** Takes the attempt that a segment, of either side, belongs to; null where its SYN was not seen. */
  take(s: Segment, hash: number): HalfOpen | null {
    const found = this.waiting.get(hash)
    if (found === undefined || !(isFrom(found, s) || isTo(found, s))) return null
    this.waiting.delete(hash)
    return found
  }

  /** The server, or a firewall on the way, answered with RST. */
  refused(attempt: HalfOpen, at: FrameRef): void {
    this.keep(attempt, at)
  }

  /** Gives up those that nobody answered and that were not sent again since `before`, in microseconds. */
  expire(before: number): void {
    for (const [hash, attempt] of this.waiting) if (attempt.lastTime < before) this.settle(hash, attempt)
  }

  /** What is left was never answered. */
  finish(): void {
    for (const [hash, attempt] of this.waiting) this.settle(hash, attempt)
  }

  private settle(hash: number, attempt: HalfOpen): void {
    this.waiting.delete(hash)
    this.keep(attempt, null)
  }

  private keep(a: HalfOpen, reset: FrameRef | null): void {
    if (!hasRoomForAttempt(this.context, a.firstFrame)) return
    const client = { ip: ipText(a.src0, a.src1, a.src2, a.src3), port: a.srcPort }
    const server = { ip: ipText(a.dst0, a.dst1, a.dst2, a.dst3), port: a.dstPort }
    const facts = newConnectionFacts(this.context, client, server, a.firstFrame, a.firstTime)
    facts.state = reset === null ? 'attempted' : 'refused'
    facts.lastFrame = reset?.frame ?? a.lastFrame
    facts.lastTime = reset?.time ?? a.lastTime
    if (reset !== null) facts.end = { by: 'server', how: 'rst', at: reset }
    if (server.port === NETBIOS_SESSION_PORT) facts.transport = 'netbios-session'
    facts.id = connectionId(this.context, facts)
    keepConnection(this.context, facts)
  }
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
