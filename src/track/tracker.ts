/** Frames in, ledger out: the one object that a capture is fed to. */
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { decodeIpPayload } from '../../dissectors/frame/decode-ip-payload.ts'
import { LINKTYPE } from '../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, type Segment } from '../../dissectors/layers/segment.ts'
import { UNREAD } from '../../dissectors/layers/unread.ts'
import { runToEnd } from '../base/steps.ts'
import type { FrameSink } from '../capture/frame-sink.ts'
import type { CaptureFacts, UnreadFacts } from '../ledger/capture-facts.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MessageSink } from '../ledger/smb-message.ts'
import { emptyFactLists } from '../ledger/tables.ts'
import { finishTables } from '../ledger/whole/packed-tables.ts'
import { CaptureIdentity, IDENTIFYING } from './capture-identity.ts'
import {
  type Context,
  createContext,
  limitsReached,
  noteLimit,
  warn,
  warnOfDisagreements,
  warnOfLimits,
  warnOfStrays,
} from './core/context.ts'
import { DEFAULT_LIMITS, type Limits } from './core/limits.ts'
import type {
  DatagramProtocol,
  DatagramTracker,
  FlowReader,
  ProtocolTracker,
  StreamProtocol,
  StreamTracker,
} from './core/protocol.ts'
import { FastPath } from './flow/fast-path.ts'
import { Fragments } from './flow/ip-fragments.ts'
import { DatagramPorts, ProtocolPorts } from './flow/protocol-ports.ts'
import { type IdleSince, TcpFlows } from './flow/tcp-flows.ts'
import { limitOpenBytes } from './open-limit.ts'
import { type PartialLedger, partialLedgerOf, type ReadPosition } from './partial-ledger.ts'
import { DATAGRAM_PROTOCOLS, STREAM_PROTOCOLS } from './protocols.ts'
import { hasMoreThan, retire } from './retire.ts'
import { UnreadPackets } from './unread/unread-packets.ts'

export type { IdleSince } from './flow/tcp-flows.ts'

export interface TrackerOptions {
  limits?: Partial<Limits> | undefined
  /** Called for every SMB message. */
  messages?: MessageSink | undefined
  /** False for traffic without an end, of which parts are returned before the whole capture is known: it has no identity. */
  identity?: boolean
  /** The protocols to read; all of them unless given. */
  streamProtocols?: readonly StreamProtocol[]
  datagramProtocols?: readonly DatagramProtocol[]
}

/** What the reader knows of the capture; the tracker adds what it saw in it. */
export type CaptureDescription = Omit<
  CaptureFacts,
  'path' | 'captureId' | 'smbMessages' | 'limits' | 'damaged' | 'unreadPackets'
>

/** Connections or sessions that are ended between two rests. */
const PIECE = 64

export class Tracker implements FrameSink {
  private readonly context: Context
  private readonly segment: Segment
  /** Null where the capture has none. */
  private readonly identity: CaptureIdentity | null
  private readonly streamTrackers: readonly StreamTracker[]
  private readonly datagramTrackers: readonly DatagramTracker[]
  /** Both. */
  private readonly trackers: readonly ProtocolTracker[]
  /** Null where there is no protocol over UDP. */
  private readonly datagrams: DatagramPorts | null
  private readonly flows: TcpFlows
  private readonly fastPath: FastPath
  private readonly fragments: Fragments
  private readonly unread = new UnreadPackets()
  /** Did the last frame belong to what is followed, or may it still turn out to? SYNs and fragments may. */
  followed = false

  constructor(capture: string, options: TrackerOptions = {}) {
    const { limits, messages, identity } = options
    const { streamProtocols = STREAM_PROTOCOLS, datagramProtocols = DATAGRAM_PROTOCOLS } = options
    this.identity = identity === false ? null : new CaptureIdentity()
    const context = createContext(capture, { ...DEFAULT_LIMITS, ...limits }, messages ?? null)
    this.context = context
    this.segment = createSegment(context.limits.depth)
    this.streamTrackers = streamProtocols.map((protocol) => protocol.track(context))
    this.datagramTrackers = datagramProtocols.map((protocol) => protocol.track(context))
    this.trackers = [...this.streamTrackers, ...this.datagramTrackers]
    this.datagrams = this.datagramTrackers.length > 0 ? new DatagramPorts(this.datagramTrackers) : null
    const ports = new ProtocolPorts(this.streamTrackers)
    this.flows = new TcpFlows(context, ports, this.segment)
    this.fastPath = new FastPath(ports, this.datagrams, this.unread)
    this.fragments = new Fragments(context)
  }

  // biome-ignore lint/complexity/useMaxParams: called for every packet: an object for its arguments would be garbage each time
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
    if (linkType === LINKTYPE.ETHERNET && this.fastPath.isIrrelevant(bytes, start, start + captured, number)) return
    const s = this.segment
    const decoded = decodeFrame(linkType, bytes, start, start + captured, start + original, s)
    if (decoded === DECODED.TCP) this.tcp(bytes, time, number)
    else if (decoded === DECODED.FRAGMENT) this.fragment(bytes, time, number)
    else this.take(decoded, bytes, time, number)
  }

  /** What a frame, or a datagram in fragments, was decoded to. */
  private take(decoded: number, bytes: Uint8Array, time: number, number: number): void {
    if (decoded === DECODED.TCP) this.tcp(bytes, time, number)
    else if (decoded === DECODED.UDP) this.udp(bytes, time, number)
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
    this.take(decoded, from, time, number)
  }

  /** What is known by now. `position` is what the call before returned, null for the first. */
  partialLedger(position: ReadPosition | null = null): PartialLedger {
    const open = emptyFactLists()
    for (const flow of this.flows.table.flows()) flow.addOpenFacts(open)
    for (const tracker of this.trackers) tracker.addOpenFacts(open)
    return partialLedgerOf(this.context, open, position)
  }

  /** What has not been read by now, of this many packets. */
  unreadSoFar(packets: number): UnreadFacts[] {
    return this.unread.facts(packets)
  }

  /**
   * Ends what was not used for a while, by the times of frames: for traffic that has no end. A connection that is used again after that is
   * another one, seen from its middle on.
   */
  expire(idle: IdleSince): void {
    this.flows.expire(idle)
    for (const tracker of this.datagramTrackers) tracker.expire(idle.open)
  }

  /** Takes facts that nothing will change out of the ledger, until `keep` connections are left; null where there are not more. */
  retire(keep: number): Ledger | null {
    if (!hasMoreThan(this.context, keep)) return null
    for (const tracker of this.streamTrackers) tracker.sweep(this.readersOf(tracker))
    const open = new Set<string>()
    for (const { facts } of this.flows.table.flows()) if (facts.id !== '') open.add(facts.id)
    return retire(this.context, this.trackers, open, keep)
  }

  private readersOf(tracker: StreamTracker): FlowReader[] {
    const readers: FlowReader[] = []
    for (const flow of this.flows.table.flows()) if (flow.tracker === tracker) readers.push(flow.reader)
    return readers
  }

  /** Closes what is open and returns the ledger. The tracker cannot be used after that. */
  finish(description: CaptureDescription): Ledger {
    return runToEnd(this.finishSteps(description))
  }

  /** The same in pieces, with a rest after each. */
  *finishSteps(description: CaptureDescription): Generator<null, Ledger> {
    const { context } = this
    yield* this.flows.finish(PIECE)
    if (context.cutSegments > 0) {
      const message = `${context.cutSegments} packets with SMB were captured in part: what their ends held is unknown`
      warn(context, 'cut-packets', message, context.firstCut)
    }
    const { unfinished, firstFrame } = this.fragments.finish()
    if (unfinished > 0) {
      const message = `${unfinished} fragmented IP datagrams are not in the capture as a whole: they were not read`
      warn(context, 'ip-fragments', message, firstFrame)
    }
    for (const tracker of this.trackers) yield* tracker.finish()
    warnOfDisagreements(context)
    warnOfStrays(context)
    warnOfLimits(context)
    const limits = limitsReached(context)
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
    const { context, flows } = this
    const flow = flows.take(bytes, time, number)
    this.followed = flows.followed
    if (flow === null) return
    if (context.opened >= context.nextCheckAt) limitOpenBytes(flows.table, this.trackers, context)
    if (flow.tracker.isSweepDue) flow.tracker.sweep(this.readersOf(flow.tracker))
  }

  private udp(bytes: Uint8Array, time: number, number: number): void {
    const { context, datagrams, segment: s } = this
    const tracker = datagrams === null ? null : datagrams.ofPorts(s.srcPort, s.dstPort)
    if (tracker === null) {
      this.unread.udp(bytes, s.payload, s.payloadEnd, s.srcPort, s.dstPort, number)
      return
    }
    this.followed = true
    context.frame = number
    context.time = time
    tracker.datagram(bytes, s.payload, s.payloadEnd, s.length, s)
    if (context.opened >= context.nextCheckAt) limitOpenBytes(this.flows.table, this.trackers, context)
  }

  private undecoded(decoded: number, b: Uint8Array, frame: number): void {
    const { payload, payloadEnd, srcPort, dstPort, unread } = this.segment
    if (decoded === DECODED.TOO_DEEP) noteLimit(this.context, 'depth', frame)
    else if (unread === UNREAD.UDP) this.unread.udp(b, payload, payloadEnd, srcPort, dstPort, frame)
    else if (unread !== UNREAD.NOTHING) this.unread.packet(unread, frame)
  }
}
