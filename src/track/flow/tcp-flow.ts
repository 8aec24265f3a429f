/**
 * One TCP connection: its endpoints, which of them is the client, its handshake and its end, and its two streams. What the streams hold is read by a
 * FlowReader, which the connection's protocol makes. Direction is a parameter everywhere: "a" is the endpoint that sorts first.
 */
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../../dissectors/net/tcp.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { FactLists } from '../../ledger/tables.ts'
import { connectionId } from '../core/connection-id.ts'
import { type Context, noteDisagreement, noteLimit, noteStray } from '../core/context.ts'
import type { LimitName } from '../core/limits.ts'
import type { FlowEnds, FlowFacts, FlowReader, StreamTracker } from '../core/protocol.ts'
import type { HalfOpen } from './half-open.ts'
import type { ProtocolPorts } from './protocol-ports.ts'
import type { Handshake } from './recent-syns.ts'
import { type DeferredOwner, DeferredSegments } from './stream/deferred-segments.ts'
import type { StreamOwner } from './stream/stream-owner.ts'
import { Stream } from './stream/tcp-stream.ts'

const BOTH_SIDES = 3

interface AddressWords {
  w0: number
  w1: number
  w2: number
  w3: number
  port: number
}

export class TcpFlow implements FlowEnds, StreamOwner, DeferredOwner {
  private readonly context: Context
  private readonly protocols: ProtocolPorts
  readonly hash: number
  readonly a: AddressWords
  readonly b: AddressWords
  readonly endpointA: Endpoint
  readonly endpointB: Endpoint

  tracker: StreamTracker
  reader: FlowReader
  /** The reader's: this class fills the part that concerns TCP. */
  facts: FlowFacts
  /** Is the port of "a", or of "b", one of the protocol's own? */
  private isServerPortA: boolean
  private isServerPortB: boolean

  /** Null until a SYN, the ports or a message have shown which side is the client. */
  clientIsA: boolean | null = null
  /** It was a message's flag that showed it: the flags of the others are believed too. */
  private byFlag = false
  /** Made for the first payload or SYN: many connections consist of a handshake only. */
  private streamA: Stream | null = null
  private streamB: Stream | null = null
  /** Segments that wait for the other direction; most connections never have any. */
  private deferred: DeferredSegments | null = null
  /** The sequence number of the client's SYN, from that itself or from its answer. */
  isn = 0
  isnKnown = false
  /** Bytes that came with the client's SYN. */
  synData = 0
  private hasData = false
  private done = false
  /** Sides from which anything came: 1 for "a", 2 for "b". */
  private sidesSeen = 0
  /** Sides whose FIN was seen, in the same way; both after a RST. */
  private closedSides = 0
  /** The frame with which it was closed, 0 while it is open. */
  closedIn = 0
  /** On a foreign port: it looked like the protocol, and was not. */
  private ignored = false
  /** Another connection between the same endpoints, made before this one (flow-table.ts). */
  older: TcpFlow | null = null
  /** There are others between its endpoints: it counts as a connection only if messages are seen in it. */
  hasRivals = false

  constructor(
    context: Context,
    protocols: ProtocolPorts,
    tracker: StreamTracker,
    s: Segment,
    hash: number,
    fromA: boolean,
  ) {
    this.context = context
    this.protocols = protocols
    this.hash = hash
    const source = { w0: s.src0, w1: s.src1, w2: s.src2, w3: s.src3, port: s.srcPort }
    const destination = { w0: s.dst0, w1: s.dst1, w2: s.dst2, w3: s.dst3, port: s.dstPort }
    this.a = fromA ? source : destination
    this.b = fromA ? destination : source
    this.endpointA = endpoint(context, this.a)
    this.endpointB = endpoint(context, this.b)
    this.tracker = tracker
    const { ports } = tracker.protocol
    this.isServerPortA = ports.includes(this.a.port)
    this.isServerPortB = ports.includes(this.b.port)
    this.reader = tracker.open(this, context.frame, context.time)
    this.facts = this.reader.facts
  }

  /** Is this segment, from "a" or from "b", between the same two endpoints? */
  matches(s: Segment, fromA: boolean): boolean {
    const source = fromA ? this.a : this.b
    const destination = fromA ? this.b : this.a
    return (
      source.w3 === s.src3 &&
      destination.w3 === s.dst3 &&
      source.port === s.srcPort &&
      destination.port === s.dstPort &&
      source.w2 === s.src2 &&
      destination.w2 === s.dst2 &&
      source.w1 === s.src1 &&
      destination.w1 === s.dst1 &&
      source.w0 === s.src0 &&
      destination.w0 === s.dst0
    )
  }

  /** Is this, of all segments, the next that its direction awaits? */
  isNext(s: Segment, fromA: boolean): boolean {
    const stream = fromA ? this.streamA : this.streamB
    return stream?.isNext(s.seq) === true
  }

  /** Null where nothing came from this side yet. */
  openStreamOf(fromA: boolean): Stream | null {
    return fromA ? this.streamA : this.streamB
  }

  /** The SYN was seen before the connection was made of its answer. */
  openedBy({ isn, firstFrame, firstTime, data }: HalfOpen, fromClient: boolean, fromA: boolean): void {
    this.facts.firstFrame = firstFrame
    this.facts.firstTime = firstTime
    this.facts.state = 'attempted'
    this.clientIsA = fromA === fromClient
    this.isn = isn
    this.isnKnown = true
    const stream = this.stream(this.clientIsA)
    stream.synchronise(isn)
    if (data === null) return
    this.synData = data.length
    this.at(firstFrame, firstTime)
    this.recogniseFirstData(data, 0, data.length)
    const arrival = { seq: (isn + 1) | 0, payload: 0, payloadEnd: data.length, length: data.length }
    stream.segment(data, arrival, firstFrame, firstTime)
  }

  /** The handshake was seen before the connection was recognised. */
  startedAt({ frame, time, clientIsA, clientIsn, serverIsn }: Handshake): void {
    this.facts.firstFrame = frame
    this.facts.firstTime = time
    this.facts.state = 'established'
    this.clientIsA = clientIsA
    this.isn = clientIsn
    this.isnKnown = true
    this.stream(clientIsA).synchronise(clientIsn)
    this.stream(!clientIsA).synchronise(serverIsn)
  }

  /** Did it begin with this handshake? */
  hasStartedAt({ clientIsA, clientIsn }: Handshake): boolean {
    return this.isnKnown && this.isn === clientIsn && this.clientIsA === clientIsA
  }

  segment(bytes: Uint8Array, s: Segment, fromA: boolean, frame: number, time: number): void {
    if (this.ignored) return
    this.sidesSeen |= fromA ? 1 : 2
    this.facts.lastFrame = frame
    this.facts.lastTime = time
    if ((s.flags & (TCP_SYN | TCP_RST | TCP_FIN)) !== 0) this.tcpControl(s, fromA, frame, time)
    if ((s.flags & (TCP_ACK | TCP_RST)) === TCP_ACK) this.stream(!fromA).acknowledged(s.ack)
    this.deferred?.release()
    this.at(frame, time)
    if (s.length > 0 && (s.flags & TCP_RST) === 0) {
      if (!this.hasData) this.recogniseFirstData(bytes, s.payload, s.payloadEnd)
      if ((s.flags & TCP_SYN) !== 0) s.seq = (s.seq + 1) | 0
      else if (this.facts.state === 'attempted') this.facts.state = 'established'
      const stream = this.stream(fromA)
      if (this.mayHaveToWait(s, fromA) && this.deferSegment(bytes, s, fromA, frame, time)) return
      stream.segment(bytes, s, frame, time)
      this.deferred?.release()
      if (!this.hasServerPort && stream.isSearching && !this.reader.hasMessages) this.ignored = true
    }
  }

  /** The first payload may show another protocol than the ports do: the reader is then that protocol's. */
  private recogniseFirstData(b: Uint8Array, start: number, end: number): void {
    this.hasData = true
    const tracker = this.protocols.recognised(b, start, end, this.tracker)
    if (tracker === this.tracker) return
    const { firstFrame, firstTime, lastFrame, lastTime, state, end: ended } = this.facts
    const { ports } = tracker.protocol
    this.tracker = tracker
    this.isServerPortA = ports.includes(this.a.port)
    this.isServerPortB = ports.includes(this.b.port)
    this.reader = tracker.open(this, firstFrame, firstTime)
    this.facts = this.reader.facts
    Object.assign(this.facts, { lastFrame, lastTime, state, end: ended })
    this.streamA?.readBy(this.reader.newSide(true))
    this.streamB?.readBy(this.reader.newSide(false))
  }

  /** Does this segment answer bytes that the other direction has not delivered, or come behind one that does? */
  private mayHaveToWait(s: Segment, fromA: boolean): boolean {
    if (this.deferred !== null && !this.deferred.isIdle) return true
    const asked = fromA ? this.streamB : this.streamA
    return asked !== null && (s.flags & TCP_ACK) !== 0 && asked.lacks(s.ack)
  }

  private deferSegment(bytes: Uint8Array, s: Segment, fromA: boolean, frame: number, time: number): boolean {
    const { context } = this
    this.deferred ??= new DeferredSegments(this, context, context.limits)
    return this.deferred.takes(bytes, s, fromA, frame, time)
  }

  /** DeferredOwner. */
  stream(fromA: boolean): Stream {
    const stream = fromA ? this.streamA : this.streamB
    return stream ?? this.newStream(fromA)
  }

  private newStream(fromA: boolean): Stream {
    const { limits } = this.context
    const stream = new Stream(this.reader.newSide(fromA), fromA, this, limits, this.context)
    if (fromA) this.streamA = stream
    else this.streamB = stream
    return stream
  }

  /** StreamOwner. */
  readEarly(b: Uint8Array, from: number, to: number, fromA: boolean): void {
    const side = this.reader.newSide(fromA)
    side.feed(b, from, to)
    side.finish()
  }

  startsMessage(b: Uint8Array): boolean {
    const { protocol } = this.tracker
    return b.length >= protocol.recognisableBytes && protocol.starts(b, 0, b.length)
  }

  stray(frame: number): void {
    noteStray(this.context, frame)
  }

  at(frame: number, time: number): void {
    this.context.frame = frame
    this.context.time = time
    // Deferred segments may be older than the first frame so far.
    if (frame < this.facts.firstFrame) {
      this.facts.firstFrame = frame
      this.facts.firstTime = time
    }
  }

  cut(): void {
    if (this.context.cutSegments++ === 0) this.context.firstCut = this.context.frame
  }

  disagreement(first: number): void {
    noteDisagreement(this.context, first)
  }

  limited(name: LimitName): void {
    noteLimit(this.context, name, this.context.frame)
  }

  gap(bytes: number): void {
    this.facts.gaps++
    this.facts.missedBytes += bytes
  }

  private tcpControl(s: Segment, fromA: boolean, frame: number, time: number): void {
    const { facts } = this
    if ((s.flags & (TCP_FIN | TCP_RST)) !== 0) {
      this.closedSides |= (s.flags & TCP_RST) !== 0 ? BOTH_SIDES : fromA ? 1 : 2
      if (this.closedSides === BOTH_SIDES && this.closedIn === 0) this.closedIn = frame
    }
    if ((s.flags & TCP_SYN) !== 0) {
      this.handshake(s, fromA)
    } else if ((s.flags & TCP_RST) !== 0) {
      if (facts.state === 'attempted' && fromA !== this.clientIsA) facts.state = 'refused'
      facts.end ??= { by: this.isClient(fromA) ? 'client' : 'server', how: 'rst', at: { frame, time } }
    } else {
      facts.end ??= { by: this.isClient(fromA) ? 'client' : 'server', how: 'fin', at: { frame, time } }
    }
  }

  private handshake(s: Segment, fromA: boolean): void {
    const { facts } = this
    this.stream(fromA).synchronise(s.seq)
    if ((s.flags & TCP_ACK) === 0) {
      this.isn = s.seq
      this.isnKnown = true
      this.clientIsA = fromA
      this.byFlag = false
      if (facts.state === 'midstream') facts.state = this.hasData ? 'established' : 'attempted'
      return
    }
    this.clientIsA ??= !fromA
    facts.state = 'established'
    if (!this.isnKnown) {
      this.isn = (s.ack - 1) | 0
      this.isnKnown = true
      this.stream(!fromA).synchronise(this.isn)
    }
  }

  /** Was it closed, and has it been silent since? If not, it continues: the RST was not for it, or belonged to another. */
  staysClosed(): boolean {
    if (this.closedIn === this.facts.lastFrame) return true
    this.closedIn = 0
    return false
  }

  /**
   * FlowEnds. The side that opened the connection decides, and else the ports: some clients set the flag in their requests. Where neither helps, the
   * first message's flag decides, and each message's own from then on.
   */
  isResponse(fromA: boolean, flag: boolean): boolean {
    if (this.clientIsA === null) {
      this.byFlag = !this.hasOneServerPort
      this.clientIsA = this.byFlag ? fromA !== flag : this.isClient(true)
    }
    return this.byFlag ? flag : !this.isClient(fromA)
  }

  isClient(fromA: boolean): boolean {
    if (this.clientIsA !== null) return fromA === this.clientIsA
    return fromA !== (this.hasOneServerPort ? this.isServerPortA : this.a.port < this.b.port)
  }

  private get hasOneServerPort(): boolean {
    return this.isServerPortA !== this.isServerPortB
  }

  /** Is it on a port of its protocol? */
  private get hasServerPort(): boolean {
    return this.isServerPortA || this.isServerPortB
  }

  private isServerSeen(): boolean {
    return (this.sidesSeen & (this.isClient(true) ? 2 : 1)) !== 0
  }

  settle(): string {
    const { facts } = this
    if (facts.id !== '') return facts.id
    if (this.clientIsA === null) {
      this.byFlag = !this.hasOneServerPort
      this.clientIsA = this.isClient(true)
    }
    facts.client = this.clientIsA ? this.endpointA : this.endpointB
    facts.server = this.clientIsA ? this.endpointB : this.endpointA
    facts.id = connectionId(this.context, facts)
    return facts.id
  }

  /** Was nothing seen of it except segments that fit nowhere and contain no message? */
  private isStray(): boolean {
    return this.hasRivals && !this.isnKnown && isUnproved(this.streamA) && isUnproved(this.streamB)
  }

  /** Adds the facts as they are now, which later frames change; none while nothing shows that it is of its protocol. */
  addOpenFacts(facts: FactLists): void {
    if (this.isStray()) return
    if (this.done || this.ignored || (!this.hasServerPort && !this.reader.hasMessages)) return
    this.facts.serverSeen = this.isServerSeen()
    this.reader.addOpenFacts(facts)
  }

  /** No more segments come: waiting ones are read, and the facts are completed. */
  finish(): void {
    if (this.done) return
    this.done = true
    if (this.isStray()) {
      this.streamA?.discard()
      this.streamB?.discard()
      return
    }
    this.deferred?.finish()
    // Messages that never ended belong to the connection's last frame.
    this.at(this.facts.lastFrame, this.facts.lastTime)
    this.streamA?.finish()
    this.at(this.facts.lastFrame, this.facts.lastTime)
    this.streamB?.finish()
    if (!this.hasServerPort && !this.reader.hasMessages) return
    this.facts.serverSeen = this.isServerSeen()
    this.reader.closed()
  }
}

function endpoint(context: Context, e: AddressWords): Endpoint {
  return { ip: context.interned.text(ipText(e.w0, e.w1, e.w2, e.w3)), port: e.port }
}

function isUnproved(stream: Stream | null): boolean {
  return stream === null || !(stream.hasBegun || stream.hasMessageAside)
}
