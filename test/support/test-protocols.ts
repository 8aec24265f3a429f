/**
 * Two protocols that exist only in tests, built like real ones. Each reports what it sees as lines of text.
 *
 * "echo" is a stream of messages on TCP port 7007: a mark of three bytes, one byte of length, and text. "beacon" is one text a datagram on UDP port 7008.
 */
import type { Context } from '../../src/track/core/context.ts'
import type {
  DatagramProtocol,
  DatagramTracker,
  FlowEnds,
  FlowFacts,
  FlowReader,
  StreamProtocol,
  StreamReader,
  StreamTracker,
} from '../../src/track/core/protocol.ts'

export const ECHO_PORT = 7007
export const BEACON_PORT = 7008

const MARK = [0x7e, 0x45, 0x43]
const HEADER = 4

export function echoMessage(text: string): Uint8Array {
  return Uint8Array.of(...MARK, text.length, ...new TextEncoder().encode(text))
}

function isMark(b: ArrayLike<number>, at: number): boolean {
  return MARK.every((byte, i) => b[at + i] === byte)
}

/** The bytes of state that the reader of a connection reports. */
const OPEN_BYTES = 1000

class EchoSide implements StreamReader {
  isSearching = false
  private waiting: number[] = []
  private readonly report: (line: string) => void
  private readonly onMessage: (text: string) => void

  constructor(report: (line: string) => void, onMessage: (text: string) => void) {
    this.report = report
    this.onMessage = onMessage
  }

  feed(b: Uint8Array, from: number, to: number): void {
    this.waiting.push(...b.subarray(from, to))
    while (this.waiting.length >= HEADER) {
      if (!isMark(this.waiting, 0)) {
        this.isSearching = true
        this.waiting.shift()
        continue
      }
      const end = HEADER + this.waiting[3]!
      if (this.waiting.length < end) return
      this.isSearching = false
      this.onMessage(new TextDecoder().decode(Uint8Array.from(this.waiting.splice(0, end).slice(HEADER))))
    }
  }

  lost(bytes: number): void {
    this.report(`lost ${bytes}`)
    this.isSearching = true
    this.waiting = []
  }

  skips(): boolean {
    return false
  }

  finish(): void {
    if (this.waiting.length > 0) this.report(`unfinished ${this.waiting.length}`)
    this.waiting = []
  }
}

class EchoFlow implements FlowReader {
  hasMessages = false
  readonly facts: FlowFacts
  private readonly ends: FlowEnds
  private readonly context: Context
  private readonly lines: string[]

  constructor(ends: FlowEnds, context: Context, lines: string[], frame: number, time: number) {
    this.ends = ends
    this.context = context
    this.lines = lines
    this.facts = {
      id: '',
      client: ends.endpointA,
      server: ends.endpointB,
      firstFrame: frame,
      lastFrame: frame,
      firstTime: time,
      lastTime: time,
      state: 'midstream',
      gaps: 0,
      missedBytes: 0,
      serverSeen: false,
      end: null,
    }
  }

  newSide(fromA: boolean): StreamReader {
    const report = (line: string) => {
      const sender = this.ends.isClient(fromA) ? 'client' : 'server'
      this.lines.push(`${this.context.frame} ${sender}: ${line}`)
    }
    return new EchoSide(report, (text) => {
      this.hasMessages = true
      this.ends.settle()
      report(text)
    })
  }

  addOpenFacts(): void {
    this.lines.push(`open ${this.facts.server.port}`)
  }

  closed(): void {
    this.ends.settle()
    const { server, state, gaps, missedBytes, firstFrame, lastFrame, serverSeen } = this.facts
    const seen = serverSeen ? '' : ', no server'
    this.lines.push(
      `closed ${server.ip}:${server.port} ${state}, frames ${firstFrame}-${lastFrame}, ${gaps} gaps of ${missedBytes}${seen}`,
    )
  }

  openBytes(): number {
    return OPEN_BYTES
  }
}

/** The required parts that neither protocol uses: they have no facts. */
const NO_FACTS = {
  tables: [],
  addOpenFacts() {},
  addCarriers() {},
  forget() {},
  endRetirement() {},
}

export interface TestProtocol<P> {
  protocol: P
  /** What it has seen, in all captures. */
  lines: string[]
}

export function echo(): TestProtocol<StreamProtocol> {
  const lines: string[] = []
  const protocol: StreamProtocol = {
    name: 'echo',
    ports: [ECHO_PORT],
    recognisableBytes: HEADER,
    mayStart: (b, start, end) => start < end && b[start] === MARK[0],
    starts: (b, start) => isMark(b, start),
    track: (context): StreamTracker => ({
      ...NO_FACTS,
      protocol,
      open: (ends, frame, time) => new EchoFlow(ends, context, lines, frame, time),
      attempted: ({ dstPort, firstFrame }, reset) =>
        lines.push(
          `attempt on ${dstPort} in frame ${firstFrame}${reset === null ? '' : `, refused in ${reset.frame}`}`,
        ),
      isSweepDue: false,
      sweep() {},
      sharedBytes: () => 0,
      dropShared: () => 0,
      *finish() {
        lines.push('end')
        yield null
      },
    }),
  }
  return { protocol, lines }
}

/** @param shared bytes of state that it reports besides those of connections */
export function beacon(shared = 0): TestProtocol<DatagramProtocol> {
  const lines: string[] = []
  const protocol: DatagramProtocol = {
    name: 'beacon',
    ports: [BEACON_PORT],
    track: (context): DatagramTracker => ({
      ...NO_FACTS,
      protocol,
      datagram(b, start, end, wireLength, { src3, srcPort, dstPort }) {
        const text = new TextDecoder().decode(b.subarray(start, end))
        lines.push(`${context.frame} ${src3 & 0xff}:${srcPort}>${dstPort} ${wireLength} "${text}"`)
        context.opened += shared
      },
      expire: (before) => lines.push(`expire ${before}`),
      sharedBytes: () => shared,
      dropShared: (bytes, most) => {
        lines.push(`drop to ${most} of ${bytes}`)
        return most
      },
      *finish() {
        lines.push('end')
        yield null
      },
    }),
  }
  return { protocol, lines }
}
