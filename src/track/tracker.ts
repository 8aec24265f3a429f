/** Frames in, ledger out: the one object that a capture is fed to. */
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { decodeIpPayload } from '../../dissectors/frame/decode-ip-payload.ts'
import { LINKTYPE } from '../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, type Segment } from '../../dissectors/layers/segment.ts'
import { UNREAD } from '../../dissectors/layers/unread.ts'
import { TCP_ACK, TCP_RST, TCP_SYN } from '../../dissectors/net/tcp.ts'
import { runToEnd } from '../base/steps.ts'
import type { FrameSink } from '../capture/frame-sink.ts'
import type { CaptureFacts, UnreadFacts } from '../ledger/capture-facts.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { finishTables } from '../ledger/packed-tables.ts'
import type { MessageSink } from '../ledger/smb-message.ts'
import { emptyFactLists } from '../ledger/tables.ts'
import { CaptureIdentity, IDENTIFYING } from './capture-identity.ts'
import {
  createContext,
  hit,
  settleDisagreements,
  settleLimits,
  settleStrays,
  type TrackContext,
  warn,
} from './core/context.ts'
import { DEFAULT_LIMITS, type Limits } from './core/limits.ts'
import { DIRECT_TCP_PORT, isSmbPort, NETBIOS_SESSION_PORT } from './core/smb-ports.ts'
import { mayBeSmb, passesBy } from './flow/fast-path.ts'
import { FlowTable, flowHash, sourceIsA } from './flow/flow-table.ts'
import { type HalfOpen, HalfOpenTable } from './flow/half-open.ts'
import { Fragments } from './flow/ip-fragments.ts'
import { SynMemory } from './flow/recent-syns.ts'
import { bestFit, FIT, isHandshakeOf, isSyn, ownerOfSyn } from './flow/segment-owner.ts'
import { keepOpenBytes, OPEN } from './open-limit.ts'
import { type PartialLedger, partialLedgerOf, type ReadPosition } from './partial-ledger.ts'
import { retire } from './retire.ts'
import { isMessageStart } from './smb/nbss-framer.ts'
import { Connection } from './smb/smb-flow.ts'
import type { LiveSession } from './smb/state/live-session.ts'
import { sweepSessions } from './smb/state/session-store.ts'
import { UnreadPackets } from './unread/unread-packets.ts'

export interface TrackerOptions {
  limits?: Partial<Limits> | undefined
  /** Called for every SMB message. */
  messages?: MessageSink | undefined
  /** False for traffic without an end, of which parts are handed over before all of the capture is known: it has no identity. */
  identity?: boolean
}

/** What the reader knows of the capture; the tracker adds what it saw in it. */
export type CaptureDescription = Omit<
  CaptureFacts,
  'path' | 'captureId' | 'smbMessages' | 'limits' | 'damaged' | 'unreadPackets'
>

/** Times in microseconds, as frames have them: what was used last before, or after the last of them, is ended. */
export interface IdleSince {
  open: number
  /** Of closed connections, and of SYNs without an answer. */
  closed: number
  /** Nothing can be later: what is was noted before the clock was set back. */
  future: number
}

/** How many idle connections go at once when the table is full: enough to pay for the sorting. */
const EVICTED_SHARE = 1 / 4

/** Closed connections that are remembered: copies and stragglers of their last segments are still to come. */
const LINGERING = 1024

/** Connections between the same endpoints that are followed at one time. */
const MOST_ALIKE = 4

/** Connections or sessions that are ended between two rests. */
const PIECE = 64

/** Prefix and protocol id: what a payload must hold to be recognised as SMB. */
const RECOGNISABLE = 8

export class Tracker implements FrameSink {
  private readonly context: TrackContext
  private readonly segment: Segment
  /** Null where the capture has none. */
  private readonly identity: CaptureIdentity | null
  private readonly flows = new FlowTable()
  private readonly syns = new SynMemory()
  private readonly halfOpen: HalfOpenTable
  /** Connections that were closed, in a ring: the oldest is where the next will be. */
  private readonly lingering: Connection[] = []
  private closed = 0
  /** By port: 1 where a connection with this port may be followed. */
  private readonly ports = new Uint8Array(65_536)
  private readonly fragments: Fragments
  private readonly unread = new UnreadPackets()
  /** Did the last frame belong to what is followed, or may it still turn out so? SYNs and fragments may. */
  followed = false

  constructor(capture: string, options: TrackerOptions = {}) {
    this.identity = options.identity === false ? null : new CaptureIdentity()
    this.ports[DIRECT_TCP_PORT] = this.ports[NETBIOS_SESSION_PORT] = 1
    this.context = createContext(capture, { ...DEFAULT_LIMITS, ...options.limits }, options.messages ?? null)
    this.segment = createSegment(this.context.limits.depth)
    this.halfOpen = new HalfOpenTable(this.context)
    this.fragments = new Fragments(this.context)
  }

  frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    linkType: number,
    time: number,
    number: number,
  ): void {
    this.followed = false
    if (number <= IDENTIFYING && this.identity !== null) {
      this.identity.add(bytes, start, captured, original, linkType, time)
    }
    if (linkType === LINKTYPE.ETHERNET && passesBy(bytes, start, start + captured, this.ports, this.unread, number))
      return
    const s = this.segment
    const decoded = decodeFrame(linkType, bytes, start, start + captured, start + original, s)
    if (decoded === DECODED.TCP) this.tcp(bytes, time, number)
    else if (decoded === DECODED.FRAGMENT) this.fragment(bytes, time, number)
    else this.undecoded(decoded, bytes, number)
  }

  /** One of several that make a datagram, which may hold fragments of another in turn. */
  private fragment(bytes: Uint8Array, time: number, number: number): void {
    const s = this.segment
    this.followed = true
    let from = bytes
    let decoded: number = DECODED.FRAGMENT
    while (decoded === DECODED.FRAGMENT) {
      this.context.frame = number
      const joined = this.fragments.add(from, s, number, time)
      if (joined === null) return
      from = joined.bytes
      decoded = decodeIpPayload(joined.protocol, from, 0, joined.captured, from.length, s.depth, s)
    }
    if (decoded === DECODED.TCP) this.tcp(from, time, number)
    else this.undecoded(decoded, from, number)
  }

  /** What is known by now. `position` is what the call before returned, null for the first. */
  partialLedger(position: ReadPosition | null = null): PartialLedger {
    const open = emptyFactLists()
    for (const connection of this.flows.connections()) {
      const facts = connection.soFar()
      if (facts !== null) open.connections.push(facts)
    }
    for (const session of this.context.awake) open.sessions.push(session.facts)
    return partialLedgerOf(this.context, open, position)
  }

  /** What was not read of so many packets by now. */
  unreadSoFar(packets: number): UnreadFacts[] {
    return this.unread.facts(packets)
  }

  /**
   * Ends what nobody has used for a while, as the times of frames tell it: for traffic that has no end of its own. A connection that is used again
   * after that is another one, seen from its midst.
   */
  expire(idle: IdleSince): void {
    const { flows, ports } = this
    const over: Connection[] = []
    for (const connection of flows.connections()) {
      const { lastTime } = connection.facts
      const closed = connection.closedIn !== 0 && connection.staysClosed()
      if (lastTime < (closed ? idle.closed : idle.open) || lastTime > idle.future) over.push(connection)
    }
    for (const connection of over.sort((x, y) => byFirstFrame(x.facts, y.facts))) {
      connection.finish()
      flows.remove(connection)
    }
    this.halfOpen.expire(idle.closed)
    ports.fill(0)
    ports[DIRECT_TCP_PORT] = ports[NETBIOS_SESSION_PORT] = 1
    for (const { a, b } of flows.connections())
      if (!isSmbPort(a.port) && !isSmbPort(b.port)) ports[a.port] = ports[b.port] = 1
  }

  /** Takes what is over out of the ledger until `keep` connections of it are left; null where they are not more. */
  retire(keep: number): Ledger | null {
    if (this.context.connections.size <= keep) return null
    this.sweep()
    const open = new Set<string>()
    for (const { facts } of this.flows.connections()) if (facts.id !== '') open.add(facts.id)
    return retire(this.context, open, keep)
  }

  /** Closes what is open and hands over the ledger; the tracker is done after that. */
  finish(description: CaptureDescription): Ledger {
    return runToEnd(this.finishSteps(description))
  }

  /** The same in pieces, with a rest after each. */
  *finishSteps(description: CaptureDescription): Generator<null, Ledger> {
    const { context } = this
    // In the order of the capture: the table's own is another one in every run.
    const open = this.flows.connections().sort((x, y) => byFirstFrame(x.facts, y.facts))
    for (const [i, connection] of open.entries()) {
      if (i % PIECE === 0) yield null
      connection.finish()
    }
    yield null
    this.halfOpen.finish()
    yield null
    if (context.cutSegments > 0) {
      const message = `${context.cutSegments} packets with SMB were captured in part: what their ends held is unknown`
      warn(context, 'cut-packets', message, context.firstCut)
    }
    const { unfinished, firstFrame } = this.fragments.finish()
    if (unfinished > 0) {
      const message = `${unfinished} fragmented IP datagrams are not in the capture as a whole: they were not read`
      warn(context, 'ip-fragments', message, firstFrame)
    }
    for (const [i, session] of [...context.awake].entries()) {
      if (i % PIECE === 0) yield null
      session.sleep()
    }
    settleDisagreements(context)
    settleStrays(context)
    const limits = settleLimits(context)
    const captureId = this.identity?.text() ?? ''
    const tables = yield* finishTables(context.tables, captureId)
    const unread = this.unread.facts(description.packets)
    const unreadWarnings = this.unread.warnings(description.packets, context.smbMessages > 0)
    return {
      captures: [
        {
          ...description,
          path: context.capture,
          captureId,
          smbMessages: context.smbMessages,
          limits,
          complete: description.complete && unread.every(({ kind }) => kind !== 'link-type'),
          damaged: !description.complete,
          unreadPackets: unread,
          warnings: [...description.warnings, ...unreadWarnings, ...context.warnings.values()],
        },
      ],
      ...tables,
    }
  }

  private tcp(bytes: Uint8Array, time: number, number: number): void {
    const s = this.segment
    const { ports } = this
    // The usual packet of a mixed capture: on no port that is followed, no SYN, and nothing in it that looks like SMB.
    if ((ports[s.srcPort] | ports[s.dstPort] | (s.flags & TCP_SYN)) === 0 && !mayBeSmb(bytes, s.payload, s.payloadEnd))
      return
    const fromA = sourceIsA(s)
    const hash = flowHash(s, fromA)
    const newest = this.flows.find(s, fromA, hash)
    this.followed = true
    if (newest === null) this.unknown(bytes, hash, fromA, time, number)
    else if (newest.isNext(s, fromA) && !isSyn(s)) this.deliver(newest, bytes, fromA, time, number)
    else this.choose(newest, bytes, hash, fromA, time, number)
  }

  /** A segment of a connection that is followed. */
  private deliver(connection: Connection, bytes: Uint8Array, fromA: boolean, time: number, number: number): void {
    const { context, segment: s } = this
    const wasOpen = connection.closedIn === 0
    connection.segment(bytes, s, fromA, number, time)
    if (wasOpen && connection.closedIn !== 0) this.linger(connection)
    if (context.opened >= context.lookAt) keepOpenBytes(this.flows, context)
    if (context.awake.size >= context.sweepAt || context.opened >= context.sweepAtBytes) this.sweep()
  }

  /** A segment between endpoints of which connections are followed: it is of one of them, or begins another. */
  private choose(
    newest: Connection,
    bytes: Uint8Array,
    hash: number,
    fromA: boolean,
    time: number,
    number: number,
  ): void {
    const s = this.segment
    if (isSyn(s)) {
      const owner = ownerOfSyn(newest, s, fromA)
      if (owner !== null) this.deliver(owner, bytes, fromA, time, number)
      else this.beginsAnother(bytes, hash, fromA, time, number)
      return
    }
    const connection = bestFit(newest, s, fromA)
    const fit = connection.fit(s, fromA)
    if (fit < FIT.NEXT && this.begins(newest, bytes, hash, fromA, time, number)) return
    if (fit > FIT.NONE) this.deliver(connection, bytes, fromA, time, number)
    else if (s.length > 0) this.follow(bytes, hash, fromA, null, time, number)
  }

  /** A SYN or SYN-ACK of no connection that is followed between these endpoints: those go on until it is answered and goes on itself. */
  private beginsAnother(bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const s = this.segment
    if (!isSmbPort(s.srcPort) && !isSmbPort(s.dstPort)) {
      this.syns.note(s, fromA, number, time)
      if (this.isRecognised(bytes, fromA)) this.follow(bytes, hash, fromA, null, time, number)
    } else if ((s.flags & TCP_ACK) === 0) {
      this.halfOpen.note(bytes, s, hash, number, time)
    } else {
      const attempt = this.halfOpen.take(s, hash, false)
      this.follow(bytes, hash, fromA, attempt, time, number)
    }
  }

  /** Does this segment go on with a SYN that has begun another connection between its endpoints? */
  private begins(
    newest: Connection,
    bytes: Uint8Array,
    hash: number,
    fromA: boolean,
    time: number,
    number: number,
  ): boolean {
    const s = this.segment
    if (!isSmbPort(s.srcPort) && !isSmbPort(s.dstPort)) {
      const slot = s.length === 0 ? -1 : this.syns.find(s, fromA)
      if (slot < 0 || isHandshakeOf(newest, this.syns.start(slot)) || !this.isRecognised(bytes, fromA)) return false
      this.follow(bytes, hash, fromA, null, time, number)
      return true
    }
    const attempt = this.halfOpen.take(s, hash, false)
    if (attempt === null) return false
    if ((s.flags & TCP_RST) !== 0) this.halfOpen.refused(attempt, { frame: number, time })
    else this.follow(bytes, hash, fromA, attempt, time, number)
    return true
  }

  /** A segment between endpoints of which no connection is followed. */
  private unknown(bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const s = this.segment
    if (isSmbPort(s.srcPort) || isSmbPort(s.dstPort)) {
      this.onSmbPort(bytes, hash, fromA, time, number)
      return
    }
    if (isSyn(s)) this.syns.note(s, fromA, number, time)
    else this.followed = false
    if (this.isRecognised(bytes, fromA)) this.follow(bytes, hash, fromA, null, time, number)
  }

  /** A segment on an SMB port, of no connection yet: it opens, refuses or is one. */
  private onSmbPort(bytes: Uint8Array, hash: number, fromA: boolean, time: number, number: number): void {
    const s = this.segment
    if ((s.flags & (TCP_SYN | TCP_ACK)) === TCP_SYN) {
      this.halfOpen.note(bytes, s, hash, number, time)
      return
    }
    const attempt = this.halfOpen.take(s, hash, !isSyn(s))
    if ((s.flags & TCP_RST) !== 0) {
      if (attempt !== null) this.halfOpen.refused(attempt, { frame: number, time })
    } else if (attempt !== null || s.length > 0 || isSyn(s)) {
      this.follow(bytes, hash, fromA, attempt, time, number)
    }
  }

  /**
   * Does SMB begin in this payload, on a port that says nothing? One too short to tell may, where it is the stream's very first: the next
   * segments decide.
   */
  private isRecognised(b: Uint8Array, fromA: boolean): boolean {
    const s = this.segment
    if (!mayBeSmb(b, s.payload, s.payloadEnd)) return false
    if (s.payloadEnd - s.payload >= RECOGNISABLE) return isMessageStart(b, s.payload, s.payloadEnd)
    return this.syns.find(s, fromA) >= 0
  }

  private follow(
    bytes: Uint8Array,
    hash: number,
    fromA: boolean,
    attempt: HalfOpen | null,
    time: number,
    number: number,
  ): void {
    const { context, segment: s } = this
    this.keepAlike(hash, fromA)
    if (this.flows.size >= context.limits.flows) {
      const idle = this.flows.evict(EVICTED_SHARE)
      hit(context, 'flows', number, idle.length)
      for (const connection of idle) connection.finish()
    }
    this.followed = true
    const connection = new Connection(context, s, hash, fromA, number, time)
    context.opened += OPEN.connection
    const slot = this.syns.find(s, fromA)
    if (attempt !== null) connection.openedBy(attempt, attempt.srcPort === s.srcPort && attempt.src3 === s.src3, fromA)
    else if (slot >= 0) connection.startedAt(this.syns.start(slot))
    this.flows.add(connection, s, fromA, hash)
    if (!isSmbPort(s.srcPort) && !isSmbPort(s.dstPort)) this.ports[s.srcPort] = this.ports[s.dstPort] = 1
    connection.segment(bytes, s, fromA, number, time)
  }

  /** Of connections between the same endpoints the longest idle one ends where they are too many. */
  private keepAlike(hash: number, fromA: boolean): void {
    let longestIdle = this.flows.find(this.segment, fromA, hash)
    let alike = 0
    for (let c = longestIdle; c !== null; c = c.older) {
      alike++
      if (c.facts.lastFrame < longestIdle!.facts.lastFrame) longestIdle = c
    }
    if (longestIdle === null || alike < MOST_ALIKE) return
    longestIdle.finish()
    this.flows.remove(longestIdle)
  }

  /** A closed connection is let go when so many others have been closed after it. */
  private linger(connection: Connection): void {
    const place = this.closed++ % LINGERING
    const oldest = this.lingering[place]
    this.lingering[place] = connection
    if (oldest === undefined || !oldest.staysClosed()) return
    oldest.finish()
    this.flows.remove(oldest)
  }

  private sweep(): void {
    const busy = new Set<LiveSession>()
    for (const { exchanges, pending } of this.flows.connections()) {
      for (const session of exchanges?.keys() ?? []) busy.add(session)
      for (const { session, logon } of pending) if (session !== null && logon !== null) busy.add(session)
    }
    sweepSessions(this.context, busy, this.flows.size)
  }

  private undecoded(decoded: number, b: Uint8Array, frame: number): void {
    const { payload, payloadEnd, srcPort, dstPort, unread } = this.segment
    if (decoded === DECODED.TOO_DEEP) hit(this.context, 'depth', frame)
    else if (unread === UNREAD.UDP) this.unread.udp(b, payload, payloadEnd, srcPort, dstPort, frame)
    else if (unread !== UNREAD.NOTHING) this.unread.packet(unread, frame)
  }
}

function byFirstFrame(x: { firstFrame: number }, y: { firstFrame: number }): number {
  return x.firstFrame - y.firstFrame
}
