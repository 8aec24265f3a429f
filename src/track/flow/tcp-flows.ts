/**
 * The TCP connections of a capture: which connection a segment belongs to, which segments begin another, and when a connection is forgotten. Every
 * segment that the fast path lets through comes here.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { TCP_ACK, TCP_RST, TCP_SYN } from '../../../dissectors/net/tcp.ts'
import { type Context, noteLimit } from '../core/context.ts'
import type { StreamTracker } from '../core/protocol.ts'
import { flowHash, sourceIsA } from './flow-hash.ts'
import { FlowTable } from './flow-table.ts'
import { type HalfOpen, HalfOpenTable } from './half-open.ts'
import type { ProtocolPorts } from './protocol-ports.ts'
import { RecentSyns } from './recent-syns.ts'
import { bestFit, FIT, fitOf, isHandshakeOf, isSyn, ownerOfSyn } from './segment-owner.ts'
import { TcpFlow } from './tcp-flow.ts'

/** Bytes of memory that a connection takes, about, without what its reader keeps. */
export const FLOW_BYTES = 2048

/** How many idle connections are dropped at once when the table is full: enough to justify the sorting. */
const EVICTED_SHARE = 1 / 4

/** Closed connections that are remembered: copies of their last segments may still come. */
const LINGERING = 1024

/** Connections between the same endpoints that are followed at the same time. */
const MOST_ALIKE = 4

/** Times in microseconds, as frames have them: what was used last before, or after the last of them, is ended. */
export interface IdleSince {
  open: number
  /** Of closed connections, and of SYNs without an answer. */
  closed: number
  /** Nothing can be later: such a time was noted before the clock was set back. */
  future: number
}

export class TcpFlows {
  private readonly context: Context
  private readonly protocols: ProtocolPorts
  /** The segment that every call is about; the tracker fills it. */
  private readonly segment: Segment
  readonly table = new FlowTable()
  private readonly syns = new RecentSyns()
  private readonly halfOpen: HalfOpenTable
  /** Connections that were closed, in a ring: the oldest is where the next will be. */
  private readonly lingering: TcpFlow[] = []
  private closed = 0
  /** The connection that the last segment was delivered to; null where there was none. */
  private delivered: TcpFlow | null = null
  /** Did the last segment belong to a connection that is followed, or may it still turn out to? */
  followed = false

  constructor(context: Context, protocols: ProtocolPorts, segment: Segment) {
    this.context = context
    this.protocols = protocols
    this.segment = segment
    this.halfOpen = new HalfOpenTable(context, protocols)
  }

  /** A segment; its payload is in `bytes`. Returns the connection that it was delivered to, null where there is none. */
  take(bytes: Uint8Array, time: number, number: number): TcpFlow | null {
    const { segment: s, protocols } = this
    this.followed = false
    // The usual packet of a mixed capture: on no port that is followed, no SYN, and nothing in it that a protocol begins with.
    if (
      (protocols.isFollowed(s.srcPort, s.dstPort) | (s.flags & TCP_SYN)) === 0 &&
      !protocols.mayStart(bytes, s.payload, s.payloadEnd)
    )
      return null
    const fromA = sourceIsA(s)
    const hash = flowHash(s, fromA)
    const newest = this.table.find(s, fromA, hash)
    this.followed = true
    this.delivered = null
    if (newest === null) this.takeUnknown(bytes, hash, fromA, time, number)
    else if (newest.isNext(s, fromA) && !isSyn(s)) this.deliver(newest, bytes, fromA, time, number)
    else this.choose(newest, bytes, hash, fromA, time, number)
    return this.delivered
  }

  /** Ends connections that were not used for a while. */
  expire(idle: IdleSince): void {
    const { table, protocols } = this
    const ended: TcpFlow[] = []
    for (const flow of table.flows()) {
      const { lastTime } = flow.facts
      const closed = flow.closedIn !== 0 && flow.staysClosed()
      if (lastTime < (closed ? idle.closed : idle.open) || lastTime > idle.future) ended.push(flow)
    }
    for (const flow of ended.sort(byFirstFrame)) {
      flow.finish()
      table.remove(flow)
    }
    this.halfOpen.expire(idle.closed)
    protocols.forgetFollowed()
    for (const { a, b } of table.flows())
      if (protocols.ofPorts(a.port, b.port) === null) protocols.follow(a.port, b.port)
  }

  /** No more segments come. In pieces of `piece` connections, with a yield after each. */
  *finish(piece: number): Generator<null, void> {
    // In the order of the capture: the table's own order differs in every run.
    const open = this.table.flows().sort(byFirstFrame)
    for (const [i, flow] of open.entries()) {
      if (i % piece === 0) yield null
      flow.finish()
    }
    yield null
    this.halfOpen.finish()
    yield null
  }

  /** A segment of a connection that is followed. */
  private deliver(flow: TcpFlow, bytes: Uint8Array, fromA: boolean, time: number, number: number): void {
    const wasOpen = flow.closedIn === 0
    flow.segment(bytes, this.segment, fromA, number, time)
    if (wasOpen && flow.closedIn !== 0) this.linger(flow)
    this.delivered = flow
  }

  /** A segment between endpoints of which connections are followed: it belongs to one of them, or begins another. */
  private choose(newest: TcpFlow, bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const s = this.segment
    if (isSyn(s)) {
      const owner = ownerOfSyn(newest, s, fromA)
      if (owner !== null) this.deliver(owner, bytes, fromA, time, number)
      else this.beginAnother(bytes, hash, fromA, time, number)
      return
    }
    const flow = bestFit(newest, s, fromA)
    const fit = fitOf(flow, s, fromA)
    if (fit < FIT.NEXT && this.goesOnWithSyn(newest, bytes, hash, fromA, time, number)) return
    if (fit > FIT.NONE) this.deliver(flow, bytes, fromA, time, number)
    else if (s.length > 0) this.follow(flow.tracker, null, bytes, hash, time, number)
  }

  /** A SYN or SYN-ACK of a new connection between these endpoints. Those that are followed continue until it is answered and continued. */
  private beginAnother(bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const { segment: s } = this
    const byPort = this.protocols.ofPorts(s.srcPort, s.dstPort)
    if (byPort === null) {
      this.syns.note(s, fromA, number, time)
      const tracker = this.recognised(bytes, fromA)
      if (tracker !== null) this.follow(tracker, null, bytes, hash, time, number)
    } else if ((s.flags & TCP_ACK) === 0) {
      this.halfOpen.note(bytes, s, hash, number, time)
    } else {
      const attempt = this.halfOpen.take(s, hash, false)
      this.follow(byPort, attempt, bytes, hash, time, number)
    }
  }

  /** Does this segment continue another connection between its endpoints, which a SYN has begun? */
  private goesOnWithSyn(
    newest: TcpFlow,
    bytes: Uint8Array,
    hash: number,
    fromA: boolean,
    time: number,
    number: number,
  ): boolean {
    const { segment: s } = this
    const byPort = this.protocols.ofPorts(s.srcPort, s.dstPort)
    if (byPort === null) {
      const slot = s.length === 0 ? -1 : this.syns.find(s, fromA)
      if (slot < 0 || isHandshakeOf(newest, this.syns.start(slot))) return false
      const tracker = this.recognised(bytes, fromA)
      if (tracker === null) return false
      this.follow(tracker, null, bytes, hash, time, number)
      return true
    }
    const attempt = this.halfOpen.take(s, hash, false)
    if (attempt === null) return false
    if ((s.flags & TCP_RST) !== 0) this.halfOpen.refused(attempt, { frame: number, time })
    else this.follow(byPort, attempt, bytes, hash, time, number)
    return true
  }

  /** A segment between endpoints of which no connection is followed. */
  private takeUnknown(bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const { segment: s } = this
    const byPort = this.protocols.ofPorts(s.srcPort, s.dstPort)
    if (byPort !== null) {
      this.takeOnOwnPort(byPort, bytes, hash, time, number)
      return
    }
    if (isSyn(s)) this.syns.note(s, fromA, number, time)
    else this.followed = false
    const tracker = this.recognised(bytes, fromA)
    if (tracker !== null) this.follow(tracker, null, bytes, hash, time, number)
  }

  /** A segment on a protocol's port, of no connection yet: it opens or refuses one, or belongs to one whose start was not seen. */
  private takeOnOwnPort(tracker: StreamTracker, bytes: Uint8Array, hash: number, time: number, number: number): void {
    const s = this.segment
    if ((s.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
      this.halfOpen.note(bytes, s, hash, number, time)
      return
    }
    const attempt = this.halfOpen.take(s, hash, !isSyn(s))
    if ((s.flags & TCP_RST) !== 0) {
      if (attempt !== null) this.halfOpen.refused(attempt, { frame: number, time })
    } else if (attempt !== null || s.length > 0 || isSyn(s)) {
      this.follow(tracker, attempt, bytes, hash, time, number)
    }
  }

  /**
   * The protocol that begins in this payload, on ports of none. A payload too short to decide counts if it is the very first of its stream: the
   * next segments decide.
   */
  private recognised(b: Uint8Array, fromA: boolean): StreamTracker | null {
    const { protocols, syns, segment: s } = this
    const tracker = protocols.ofPayload(b, s.payload, s.payloadEnd)
    if (tracker !== null) return tracker
    const perhaps = protocols.ofShortPayload(b, s.payload, s.payloadEnd)
    return perhaps !== null && syns.find(s, fromA) >= 0 ? perhaps : null
  }

  /** A connection begins, or is seen from its middle on. */
  private follow(
    tracker: StreamTracker,
    attempt: HalfOpen | null,
    bytes: Uint8Array,
    hash: number,
    time: number,
    number: number,
  ): void {
    const { context, protocols, segment: s, table } = this
    const fromA = sourceIsA(s)
    this.limitAlike(hash, fromA)
    if (table.size >= context.limits.flows) {
      const idle = table.evict(EVICTED_SHARE)
      noteLimit(context, 'flows', number, idle.length)
      for (const flow of idle) flow.finish()
    }
    this.followed = true
    context.frame = number
    context.time = time
    const flow = new TcpFlow(context, protocols, tracker, s, hash, fromA)
    context.opened += FLOW_BYTES
    const slot = this.syns.find(s, fromA)
    if (attempt !== null) flow.openedBy(attempt, attempt.srcPort === s.srcPort && attempt.src3 === s.src3, fromA)
    else if (slot >= 0) flow.startedAt(this.syns.start(slot))
    table.add(flow, s, fromA, hash)
    if (protocols.ofPorts(s.srcPort, s.dstPort) === null) protocols.follow(s.srcPort, s.dstPort)
    flow.segment(bytes, s, fromA, number, time)
  }

  /** Of connections between the same endpoints the longest idle one ends when there are too many. */
  private limitAlike(hash: number, fromA: boolean): void {
    let longestIdle = this.table.find(this.segment, fromA, hash)
    let alike = 0
    for (let flow = longestIdle; flow !== null; flow = flow.older) {
      alike++
      if (flow.facts.lastFrame < longestIdle!.facts.lastFrame) longestIdle = flow
    }
    if (longestIdle === null || alike < MOST_ALIKE) return
    longestIdle.finish()
    this.table.remove(longestIdle)
  }

  /** A closed connection is forgotten once a number of others have been closed after it. */
  private linger(flow: TcpFlow): void {
    const place = this.closed++ % LINGERING
    const oldest = this.lingering[place]
    this.lingering[place] = flow
    if (oldest === undefined || !oldest.staysClosed()) return
    oldest.finish()
    this.table.remove(oldest)
  }
}

function byFirstFrame({ facts: x }: TcpFlow, { facts: y }: TcpFlow): number {
  return x.firstFrame - y.firstFrame
}
