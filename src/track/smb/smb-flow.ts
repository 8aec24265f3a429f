/**
 * One TCP connection that speaks SMB: its two streams, what was negotiated on it, and the sessions on it. Direction is a parameter
 * everywhere; "a" is the endpoint that sorts first, client and server are known once a SYN or a message says so.
 */
import { u32le } from '../../../dissectors/bytes.ts'
import type { Segment } from '../../../dissectors/layers/segment.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../../dissectors/net/tcp.ts'
import { POSITIVE_SESSION_RESPONSE, SESSION_REQUEST } from '../../../dissectors/netbios/session-service.ts'
import {
  PROTOCOL_ID_COMPRESSION,
  PROTOCOL_ID_SMB1,
  PROTOCOL_ID_SMB2,
  PROTOCOL_ID_TRANSFORM,
} from '../../../dissectors/smb2/header.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { MessageSink } from '../../ledger/smb-message.ts'
import { disagree, hit, noteStray, type TrackContext } from '../core/context.ts'
import type { LimitName } from '../core/limits.ts'
import { isSmbPort, NETBIOS_SESSION_PORT } from '../core/smb-ports.ts'
import { connectionId, newConnectionFacts } from '../flow/connection-facts.ts'
import { Deferred, type DeferredOwner } from '../flow/deferred-segments.ts'
import type { HalfOpen } from '../flow/half-open.ts'
import type { Handshake } from '../flow/recent-syns.ts'
import { FIT } from '../flow/segment-owner.ts'
import { Stream, type StreamOwner } from '../flow/tcp-stream.ts'
import { Framer, type MessageReader } from './nbss-framer.ts'
import { smb1Message, smb1Wanted } from './smb1/messages.ts'
import { type AwaitedSignature, type RecentSignatures, settleSignatures } from './smb1/signing.ts'
import { smb2Message, smb2Wanted } from './smb2/messages.ts'
import { COMPRESSED_WANTED, compressedMessage, transformMessage } from './smb2/transform.ts'
import { KnownSessions } from './state/known-sessions.ts'
import type { LiveSession } from './state/live-session.ts'
import { settlePending } from './state/pending-requests.ts'
import { hasRoom, keepConnection } from './state/session-store.ts'

/** A request whose answer carries facts. */
export interface PendingRequest extends FrameRef {
  /** MessageId low word, or MID. */
  id: number
  command: number
  session: LiveSession | null
  logon: LogonFacts | null
  /** TREE_CONNECT: the path asked for. */
  path: string | null
  /** SMB1 TREE_CONNECT: the service asked for. IOCTL: the control code. */
  detail: string | number | null
}

/** A security blob of which the first pieces came, each in a SESSION_SETUP of its own. */
export interface SplitBlob {
  session: LiveSession
  /** What came of it, and how much it says there is. */
  bytes: Uint8Array
  wireLength: number
  pieces: number
}

const BOTH_SIDES = 3

export class Connection implements MessageReader, StreamOwner, DeferredOwner {
  readonly context: TrackContext
  readonly facts: ConnectionFacts
  readonly hash: number

  readonly endpointA: Endpoint
  readonly endpointB: Endpoint
  /** Null until a SYN, the ports or a message have told which side is the client. */
  clientIsA: boolean | null = null
  /** It was a message that told: the flags of the others are believed too. */
  private byFlag = false

  readonly pending: PendingRequest[] = []
  /** SMB1 requests whose signatures are compared with their answers'. */
  readonly awaitedSignatures: AwaitedSignature[] = []
  /** Signatures of the last SMB1 messages; made when the first comes. */
  recentSignatures: RecentSignatures | null = null
  readonly sessions = new KnownSessions()
  /** A session on it was kept for good: its id is one that the server knows. */
  carries = false
  splitBlob: SplitBlob | null = null
  /** Authentications under way, from the first request to the last answer: each channel of a session runs its own. */
  exchanges: Map<LiveSession, LogonFacts> | null = null
  /** The session of the last look-up: the next message is nearly always of the same one. */
  lastSession: LiveSession | null = null
  /** Ids of the message before, for related operations of a compound. */
  previousSessionLow = 0
  previousSessionHigh = 0

  readonly a: { w0: number; w1: number; w2: number; w3: number; port: number }
  readonly b: { w0: number; w1: number; w2: number; w3: number; port: number }
  /** Made when a payload or a SYN calls for them: many connections are a handshake and no more. */
  private streamA: Stream | null = null
  private streamB: Stream | null = null
  /** Segments that wait for the other direction; most connections never have any. */
  private deferred: Deferred | null = null
  /** Of the client's SYN, as itself or its answer tells. */
  private isn = 0
  private isnKnown = false
  /** Bytes that came with the client's SYN. */
  private synData = 0
  private hasData = false
  private messages = 0
  /** Who is told about the message at hand. */
  rows: MessageSink | null = null
  private done = false
  /** Sides from which anything came, 1 and 2 as below. */
  private sidesSeen = 0
  /** Sides whose FIN was seen: 1 for "a", 2 for "b"; both after a RST. */
  private closedSides = 0
  /** The frame with which it was closed, 0 while it is open. */
  closedIn = 0
  private readonly onSmbPort: boolean
  /** What looked like SMB on another port was not. */
  private ignored = false
  private netbios = false
  /** Another connection between the same endpoints, made before this one (flow-table.ts). */
  older: Connection | null = null
  /** There are others between its endpoints: it is one itself only if messages are seen of it. */
  hasRivals = false

  constructor(context: TrackContext, s: Segment, hash: number, fromA: boolean, frame: number, time: number) {
    this.context = context
    this.hash = hash
    const source = { w0: s.src0, w1: s.src1, w2: s.src2, w3: s.src3, port: s.srcPort }
    const destination = { w0: s.dst0, w1: s.dst1, w2: s.dst2, w3: s.dst3, port: s.dstPort }
    this.a = fromA ? source : destination
    this.b = fromA ? destination : source
    this.endpointA = endpoint(context, this.a)
    this.endpointB = endpoint(context, this.b)
    this.onSmbPort = isSmbPort(s.srcPort) || isSmbPort(s.dstPort)
    this.facts = newConnectionFacts(context, this.endpointA, this.endpointB, frame, time)
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

  /** Is this the SYN that opened it? It may come behind the first data, where the capture is out of order. */
  isOpenedBy(s: Segment, fromA: boolean): boolean {
    if (this.isnKnown) return s.seq === this.isn && fromA === this.clientIsA
    const stream = fromA ? this.streamA : this.streamB
    return stream === null || !stream.hasBegun || stream.beginsBehind(s.seq)
  }

  /** Is this a SYN-ACK of it? Of several, which proxies and strays send, each is. */
  isAnsweredBy(s: Segment, fromA: boolean): boolean {
    if (this.isnKnown) {
      const answered = (s.ack - this.isn) | 0
      return fromA !== this.clientIsA && answered >= 1 && answered <= 1 + this.synData
    }
    const stream = fromA ? this.streamA : this.streamB
    return stream === null || !stream.hasBegun || stream.beginsBehind(s.seq)
  }

  /** A FIT (segment-owner.ts) of a segment without SYN. */
  fit(s: Segment, fromA: boolean): number {
    if (this.isNext(s, fromA)) return FIT.NEXT
    const own = fromA ? this.streamA : this.streamB
    if (own?.isFar(s.seq) === true) {
      const other = fromA ? this.streamB : this.streamA
      const hasAck = (s.flags & TCP_ACK) !== 0
      return !hasAck || this.closedIn !== 0 || other?.isFar(s.ack) === true ? FIT.NONE : FIT.HALF
    }
    return FIT.NEAR
  }

  /** How far a segment is from the next that its direction awaits; 0 where nobody knows what that is. */
  distance(s: Segment, fromA: boolean): number {
    const stream = fromA ? this.streamA : this.streamB
    return Math.abs(stream?.distance(s.seq) ?? 0)
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
      this.hasData = true
      if ((s.flags & TCP_SYN) !== 0) s.seq = (s.seq + 1) | 0
      else if (this.facts.state === 'attempted') this.facts.state = 'established'
      const stream = this.stream(fromA)
      if (this.mayHaveToWait(s, fromA) && this.deferSegment(bytes, s, fromA, frame, time)) return
      stream.segment(bytes, s, frame, time)
      this.deferred?.release()
      if (this.messages === 0 && !this.onSmbPort && stream.isSearching) this.ignored = true
    }
  }

  /** Does this segment answer bytes that the other direction has not delivered, or come behind one that does? */
  private mayHaveToWait(s: Segment, fromA: boolean): boolean {
    if (this.deferred !== null && !this.deferred.isIdle) return true
    const asked = fromA ? this.streamB : this.streamA
    return asked !== null && (s.flags & TCP_ACK) !== 0 && asked.lacks(s.ack)
  }

  private deferSegment(bytes: Uint8Array, s: Segment, fromA: boolean, frame: number, time: number): boolean {
    const { context } = this
    this.deferred ??= new Deferred(this, context, context.limits)
    return this.deferred.takes(bytes, s, fromA, frame, time)
  }

  /** DeferredOwner. */
  stream(fromA: boolean): Stream {
    const stream = fromA ? this.streamA : this.streamB
    return stream ?? this.openStream(fromA)
  }

  private openStream(fromA: boolean): Stream {
    const { limits } = this.context
    const stream = new Stream(this.newFramer(fromA), this, limits, this.context)
    if (fromA) this.streamA = stream
    else this.streamB = stream
    return stream
  }

  private newFramer(fromA: boolean): Framer {
    return new Framer(this, fromA, this.context.limits, this.context.arenas)
  }

  /** StreamOwner. */
  early(b: Uint8Array, from: number, to: number, fromA: boolean): void {
    const framer = this.newFramer(fromA)
    framer.feed(b, from, to)
    framer.finish()
  }

  stray(frame: number): void {
    noteStray(this.context, frame)
  }

  at(frame: number, time: number): void {
    this.context.frame = frame
    this.context.time = time
    // What was held back may be older than what the connection was known by.
    if (frame < this.facts.firstFrame) {
      this.facts.firstFrame = frame
      this.facts.firstTime = time
    }
  }

  cut(): void {
    if (this.context.cutSegments++ === 0) this.context.firstCut = this.context.frame
  }

  disagreement(first: number): void {
    disagree(this.context, first)
  }

  limited(name: LimitName): void {
    hit(this.context, name, this.context.frame)
  }

  gap(bytes: number): void {
    this.facts.gaps++
    this.facts.missedBytes += bytes
  }

  /** MessageReader. */
  wanted(bytes: Uint8Array, start: number, length: number): number {
    switch (u32le(bytes, start)) {
      case PROTOCOL_ID_SMB2:
        return smb2Wanted(bytes, start, length)
      case PROTOCOL_ID_SMB1:
        return smb1Wanted(bytes, start, length)
      case PROTOCOL_ID_COMPRESSION:
        return COMPRESSED_WANTED
      default:
        return 0
    }
  }

  message(fromA: boolean, bytes: Uint8Array, start: number, captured: number, length: number, ended: boolean): void {
    this.messages++
    this.rows = ended ? this.context.messages : null
    if (ended) this.context.smbMessages++
    switch (u32le(bytes, start)) {
      case PROTOCOL_ID_SMB2:
        smb2Message(this, fromA, bytes, start, captured, length)
        break
      case PROTOCOL_ID_SMB1:
        smb1Message(this, fromA, bytes, start, captured, length)
        break
      case PROTOCOL_ID_TRANSFORM:
        transformMessage(this, fromA, bytes, start, captured, length)
        break
      case PROTOCOL_ID_COMPRESSION:
        compressedMessage(this, fromA, bytes, start, captured, length)
    }
  }

  control(_fromA: boolean, type: number): void {
    if (type === SESSION_REQUEST || type === POSITIVE_SESSION_RESPONSE) this.netbios = true
  }

  private tcpControl(s: Segment, fromA: boolean, frame: number, time: number): void {
    const { facts } = this
    if ((s.flags & (TCP_FIN | TCP_RST)) !== 0) {
      this.closedSides |= (s.flags & TCP_RST) !== 0 ? BOTH_SIDES : fromA ? 1 : 2
      if (this.closedSides === BOTH_SIDES && this.closedIn === 0) this.closedIn = frame
    }
    if ((s.flags & TCP_SYN) !== 0) {
      this.stream(fromA).synchronise(s.seq)
      if ((s.flags & TCP_ACK) === 0) {
        this.isn = s.seq
        this.isnKnown = true
        this.clientIsA = fromA
        this.byFlag = false
        if (facts.state === 'midstream') facts.state = this.hasData ? 'established' : 'attempted'
      } else {
        this.clientIsA ??= !fromA
        facts.state = 'established'
        if (!this.isnKnown) {
          this.isn = (s.ack - 1) | 0
          this.isnKnown = true
          this.stream(!fromA).synchronise(this.isn)
        }
      }
    } else if ((s.flags & TCP_RST) !== 0) {
      if (facts.state === 'attempted' && fromA !== this.clientIsA) facts.state = 'refused'
      facts.end ??= { by: this.isClient(fromA) ? 'client' : 'server', how: 'rst', at: { frame, time } }
    } else {
      facts.end ??= { by: this.isClient(fromA) ? 'client' : 'server', how: 'fin', at: { frame, time } }
    }
  }

  /** Was it closed, and has been silent since? If not it goes on: the RST was not for it, or another's. */
  staysClosed(): boolean {
    if (this.closedIn === this.facts.lastFrame) return true
    this.closedIn = 0
    return false
  }

  /**
   * Is a message an answer? Who opened the connection tells, and else the port: some clients set the flag in their requests. Where neither tells, the
   * first message's flag does, and each message's own from then on.
   */
  isResponse(fromA: boolean, flag: boolean): boolean {
    if (this.clientIsA === null) {
      this.byFlag = !this.hasServerPort()
      this.clientIsA = this.byFlag ? fromA !== flag : this.isClient(true)
    }
    return this.byFlag ? flag : !this.isClient(fromA)
  }

  /** By the ports where nothing else is known. */
  isClient(fromA: boolean): boolean {
    if (this.clientIsA !== null) return fromA === this.clientIsA
    return fromA !== (this.hasServerPort() ? isSmbPort(this.a.port) : this.a.port < this.b.port)
  }

  private hasServerPort(): boolean {
    return isSmbPort(this.a.port) !== isSmbPort(this.b.port)
  }

  private isServerSeen(): boolean {
    return (this.sidesSeen & (this.isClient(true) ? 2 : 1)) !== 0
  }

  /** Which side is the client is settled from here on, and with it the connection's id. */
  settle(): string {
    const { facts } = this
    if (facts.id !== '') return facts.id
    if (this.clientIsA === null) {
      this.byFlag = !this.hasServerPort()
      this.clientIsA = this.isClient(true)
    }
    facts.client = this.clientIsA ? this.endpointA : this.endpointB
    facts.server = this.clientIsA ? this.endpointB : this.endpointA
    facts.id = connectionId(this.context, facts)
    return facts.id
  }

  /** Has nothing been seen of it but segments that fit nowhere, and that hold no message? */
  private isStray(): boolean {
    return this.hasRivals && !this.isnKnown && isUnproved(this.streamA) && isUnproved(this.streamB)
  }

  /** The facts as they are now, which later frames change; null while nothing says that it is SMB. */
  soFar(): ConnectionFacts | null {
    const { context, facts } = this
    if (this.isStray()) return null
    if (this.done || this.ignored || (this.messages === 0 && !this.onSmbPort)) return null
    facts.serverSeen = this.isServerSeen()
    if (facts.id !== '') return facts
    // Which side is the client may yet turn out otherwise.
    const [client, server] = this.isClient(true) ? [this.endpointA, this.endpointB] : [this.endpointB, this.endpointA]
    const assumed = { ...facts, client, server }
    assumed.id = connectionId(context, assumed)
    return assumed
  }

  /** Everything is in: the facts are completed and go to the ledger. */
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
    settleSignatures(this)
    settlePending(this)
    const { context, facts } = this
    if (this.messages === 0 && !this.onSmbPort) return
    // Without an id it carried no session.
    if (facts.id === '' && !hasRoom(context, facts)) return
    this.settle()
    facts.serverSeen = this.isServerSeen()
    if (this.netbios || facts.server.port === NETBIOS_SESSION_PORT) facts.transport = 'netbios-session'
    keepConnection(context, facts)
  }
}

function endpoint(
  context: TrackContext,
  e: { w0: number; w1: number; w2: number; w3: number; port: number },
): Endpoint {
  return { ip: context.interned.text(ipText(e.w0, e.w1, e.w2, e.w3)), port: e.port }
}

function isUnproved(stream: Stream | null): boolean {
  return stream === null || !(stream.hasBegun || stream.hasMessageAside)
}
