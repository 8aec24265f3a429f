/** A protocol is a folder and a line in a list: two protocols that only this test has are read without any other change. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { captureFilter } from '../../src/capture/live/request/filter.ts'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { plainLedger } from '../../src/ledger/ledger.ts'
import { type Context, createContext } from '../../src/track/core/context.ts'
import { DEFAULT_LIMITS, type Limits } from '../../src/track/core/limits.ts'
import type { DatagramProtocol, StreamProtocol } from '../../src/track/core/protocol.ts'
import { FastPath } from '../../src/track/flow/fast-path.ts'
import { DatagramPorts, ProtocolPorts } from '../../src/track/flow/protocol-ports.ts'
import { DATAGRAM_PROTOCOLS, portsOf, STREAM_PROTOCOLS } from '../../src/track/protocols.ts'
import { Tracker, type TrackerOptions } from '../../src/track/tracker.ts'
import { UnreadPackets } from '../../src/track/unread/unread-packets.ts'
import {
  ACK,
  conversation,
  feed,
  packet,
  RST,
  SYN,
  smb2,
  type TestFrame,
  type Turn,
  tcpFrame,
} from '../support/conversation.ts'
import { ENCAPSULATIONS, ETHERTYPE, join, toFrame } from '../support/encapsulations.ts'
import { SAMPLES } from '../support/smblens.ts'
import { BEACON_PORT, beacon, ECHO_PORT, echo, echoMessage } from '../support/test-protocols.ts'
import { DESCRIPTION } from '../support/tracked.ts'

const ECHO = { ip: [10, 0, 0, 7], port: ECHO_PORT }
const ELSEWHERE = { ip: [10, 0, 0, 7], port: 9000 }
const NOTHING = new Uint8Array(0)
const TURNS: Turn[] = [
  { from: 'client', payload: echoMessage('hello') },
  { from: 'server', payload: echoMessage('hello') },
  { from: 'client', payload: echoMessage('bye') },
]
const SMB_TURNS: Turn[] = [
  { from: 'client', payload: packet(smb2({ command: 5, sessionId: 7 })) },
  { from: 'server', payload: packet(smb2({ command: 5, sessionId: 7, response: true })) },
]

/** What the echo protocol sees in these frames, and what SMB does. */
function run(frames: TestFrame[], options: TrackerOptions = {}) {
  const { protocol, lines } = echo()
  const tracker = new Tracker('test.pcap', { streamProtocols: [...STREAM_PROTOCOLS, protocol], ...options })
  feed(tracker, frames)
  const { captures, connections, sessions } = plainLedger(tracker.finish(DESCRIPTION))
  return { lines, connections, sessions, smbMessages: captures[0]!.smbMessages }
}

/** Without the frame numbers. */
const texts = (lines: string[]) => lines.map((line) => line.replace(/^\d+ /, ''))

describe('a protocol over TCP', () => {
  it('is read on its port, from the SYN to the end', () => {
    const { lines, connections, smbMessages } = run(conversation(TURNS, { server: ECHO }))
    expect(lines).toEqual([
      '3 client: hello',
      '4 server: hello',
      '5 client: bye',
      'closed 10.0.0.7:7007 established, frames 1-7, 0 gaps of 0',
      'end',
    ])
    expect({ connections, smbMessages }).toEqual({ connections: [], smbMessages: 0 })
  })

  it('is read with any segments, in any order and number', () => {
    const whole = texts(run(conversation(TURNS, { server: ECHO })).lines).slice(0, 3)
    for (const segmentSize of [1, 2, 5, 7]) {
      const frames = conversation(TURNS, { server: ECHO, segmentSize })
      expect(texts(run(frames).lines).slice(0, 3)).toEqual(whole)
      const swapped = frames.slice()
      for (let i = 3; i + 1 < swapped.length - 2; i += 2) {
        const [one, other] = [swapped[i]!, swapped[i + 1]!]
        swapped[i] = other
        swapped[i + 1] = one
      }
      expect(texts(run([...swapped, ...frames]).lines).slice(0, 3)).toEqual(whole)
    }
  })

  it('is informed of lost bytes, and continues behind them', () => {
    const frames = conversation(TURNS, { server: ECHO, segmentSize: 3 })
    // The second segment of "hello" is not in the capture; the server has acknowledged it.
    const { lines } = run(frames.toSpliced(3, 1))
    expect(texts(lines)).toEqual([
      'client: lost 3',
      'server: hello',
      'client: bye',
      'closed 10.0.0.7:7007 established, frames 1-15, 1 gaps of 3'.replace('15', `${frames.length - 1}`),
      'end',
    ])
  })

  it('is recognised by its content on another port, with its start', () => {
    const { lines, connections } = run(conversation(TURNS, { server: ELSEWHERE }))
    expect(lines.slice(0, 3)).toEqual(['3 client: hello', '4 server: hello', '5 client: bye'])
    expect(lines[3]).toBe('closed 10.0.0.7:9000 established, frames 1-7, 0 gaps of 0')
    expect(connections).toEqual([])
    // One byte is too little to decide, but it is the first of its stream.
    const bytewise = run(conversation(TURNS, { server: ELSEWHERE, segmentSize: 1 })).lines
    expect(texts(bytewise).slice(0, 3)).toEqual(texts(lines).slice(0, 3))
  })

  it('is informed of connections that were tried without success', () => {
    const syn = tcpFrame({ from: 'client', seq: 1, ack: 0, flags: SYN, payload: NOTHING }, undefined, ECHO)
    const reset = tcpFrame({ from: 'server', seq: 0, ack: 2, flags: RST | ACK, payload: NOTHING }, undefined, ECHO)
    expect(run([syn]).lines).toEqual(['attempt on 7007 in frame 1', 'end'])
    const { lines, connections } = run([syn, reset])
    expect(lines).toEqual(['attempt on 7007 in frame 1, refused in 2', 'end'])
    expect(connections).toEqual([])
  })

  it('gives way to the protocol that the first payload shows, on either one’s port', () => {
    const onEcho = run(conversation(SMB_TURNS, { server: ECHO }))
    expect(onEcho.lines).toEqual(['end'])
    expect(onEcho.smbMessages).toBe(2)
    expect(onEcho.connections).toEqual([
      expect.objectContaining({ state: 'established', firstFrame: 1, server: { ip: '10.0.0.7', port: ECHO_PORT } }),
    ])
    const onSmb = run(conversation(TURNS))
    expect(onSmb.lines.slice(0, 4)).toEqual([
      '3 client: hello',
      '4 server: hello',
      '5 client: bye',
      'closed 10.0.0.2:445 established, frames 1-7, 0 gaps of 0',
    ])
    expect(onSmb.connections).toEqual([])
  })

  it('keeps connections on its port if nothing is recognised', () => {
    const payload = new TextEncoder().encode('GET / HTTP/1.1')
    const { lines, connections } = run(conversation([{ from: 'client', payload }], { server: ECHO }))
    expect(lines).toEqual([
      '5 client: unfinished 3',
      'closed 10.0.0.7:7007 established, frames 1-5, 0 gaps of 0',
      'end',
    ])
    expect(connections).toEqual([])
  })

  it('shares the limits on connections and memory', () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      conversation(TURNS.slice(0, 1), { client: { ip: [10, 0, 0, 1], port: 50_000 + i }, server: ECHO }).slice(0, -2),
    ).flat()
    const costs = (limits: Partial<Limits>) => {
      const tracker = new Tracker('test.pcap', { streamProtocols: [...STREAM_PROTOCOLS, echo().protocol], limits })
      feed(tracker, many)
      return tracker.finish(DESCRIPTION).captures[0]!.limits
    }
    expect(costs({})).toEqual({})
    expect(costs({ flows: 16 })).toEqual({ flows: expect.any(Number) })
    expect(costs({ openBytes: 20_000 })).toEqual({ 'open-bytes': expect.any(Number) })
  })

  it('shows its open connections while the capture is read', () => {
    const { protocol, lines } = echo()
    const tracker = new Tracker('test.pcap', { streamProtocols: [protocol] })
    feed(tracker, conversation(TURNS, { server: ECHO }).slice(0, 4))
    expect(tracker.partialLedger().ledger.connections.length).toBe(0)
    expect(lines).toContain('open 7007')
    tracker.expire({ open: Number.MAX_VALUE, closed: Number.MAX_VALUE, future: Number.MAX_VALUE })
    expect(lines.at(-1)).toMatch(/^closed 10\.0\.0\.7:7007 established/)
  })
})

/** One UDP datagram in IPv4, in pieces of `fragment` bytes of its payload (a multiple of 8) where that is given. */
function udpFrames(text: string, { from = 40_000, to = BEACON_PORT, fragment = 65_536 } = {}): Uint8Array[] {
  const payload = new TextEncoder().encode(text)
  const udp = join(from, to, 8 + payload.length, 0, payload)
  const frames: Uint8Array[] = []
  for (let o = 0; o < udp.length; o += fragment) {
    const data = udp.subarray(o, o + fragment)
    const more = o + fragment < udp.length ? 0x2000 : 0
    frames.push(join('4500', 20 + data.length, 0x1234, more | (o >> 3), '4011 0000', '0a000005', '0a0000ff', data))
  }
  return frames
}

const ethernetFrame = (ip: Uint8Array): TestFrame => {
  const bytes = join('020000000001 020000000002 0800', ip)
  return { bytes, original: bytes.length }
}

function runDatagrams(frames: TestFrame[], shared = 0) {
  const { protocol, lines } = beacon(shared)
  const tracker = new Tracker('test.pcap', { datagramProtocols: [protocol], limits: { openBytes: 1 << 16 } })
  const followed: boolean[] = []
  feed(
    {
      frame(...args) {
        tracker.frame(...args)
        followed.push(tracker.followed)
      },
    },
    frames,
  )
  return { lines, followed, tracker }
}

describe('a protocol over UDP', () => {
  it('gets each datagram on its port, and no other', () => {
    const frames = [
      ...udpFrames('one datagram of some length'),
      ...udpFrames('elsewhere and not to be read', { to: 53 }),
      ...udpFrames('back to the one that asked', { from: BEACON_PORT, to: 40_000 }),
    ].map(ethernetFrame)
    const { lines, followed, tracker } = runDatagrams(frames)
    expect(lines).toEqual([
      '1 5:40000>7008 27 "one datagram of some length"',
      '3 5:7008>40000 26 "back to the one that asked"',
    ])
    expect(followed).toEqual([true, false, true])
    const [capture] = tracker.finish({ ...DESCRIPTION, packets: 3 }).captures
    expect(lines.at(-1)).toBe('end')
    expect(capture!.warnings).toEqual([])
  })

  it('gets the captured bytes of a datagram, and its length on the wire', () => {
    const { bytes, original } = ethernetFrame(udpFrames('cut by the snap length')[0]!)
    expect(runDatagrams([{ bytes: bytes.subarray(0, original - 15), original }]).lines).toEqual([
      '1 5:40000>7008 22 "cut by "',
    ])
  })

  it('gets a datagram that comes in fragments, with its last one', () => {
    const frames = udpFrames('a text that is put together again', { fragment: 16 }).map(ethernetFrame)
    expect(frames.length).toBe(3)
    const expected = ['3 5:40000>7008 33 "a text that is put together again"']
    expect(runDatagrams(frames).lines).toEqual(expected)
    expect(runDatagrams(frames.toReversed()).lines).toEqual(expected)
  })

  it('gets datagrams inside every tunnel', () => {
    const inner = { etherType: ETHERTYPE.IPV4, bytes: udpFrames('inside')[0]! }
    let tunnels = 0
    for (const encapsulation of ENCAPSULATIONS) {
      if (!encapsulation.accepts(inner.etherType)) continue
      const bytes = Uint8Array.from(toFrame(encapsulation.wrap(inner)))
      const { lines } = runDatagrams([{ bytes, original: bytes.length }])
      expect({ name: encapsulation.name, lines }).toEqual({
        name: encapsulation.name,
        lines: ['1 5:40000>7008 6 "inside"'],
      })
      tunnels++
    }
    expect(tunnels).toBeGreaterThan(20)
  })

  it('must end idle connections, and stay within the memory for open ones', () => {
    const { lines, tracker } = runDatagrams(udpFrames('x'.repeat(30)).map(ethernetFrame), 1 << 17)
    tracker.expire({ open: 5, closed: 7, future: 9 })
    expect(lines.slice(1)).toEqual([`drop to ${(1 << 16) / 4} of ${1 << 17}`, 'expire 5'])
  })
})

describe('the list of protocols', () => {
  const context: Context = createContext('test', DEFAULT_LIMITS, null)
  function fastPath(streams: readonly StreamProtocol[], datagrams: readonly DatagramProtocol[]): FastPath {
    const ports = new ProtocolPorts(streams.map((protocol) => protocol.track(context)))
    const datagramPorts = datagrams.length > 0 ? new DatagramPorts(datagrams.map((each) => each.track(context))) : null
    return new FastPath(ports, datagramPorts, new UnreadPackets())
  }
  const isIrrelevant = (path: FastPath, { bytes }: TestFrame) => path.isIrrelevant(bytes, 0, bytes.length, 1)

  it('makes the fast path: without the entry a frame is irrelevant, with it the frame is not', () => {
    const acknowledged = { from: 'client' as const, seq: 1, ack: 1, flags: ACK }
    const onPort = tcpFrame({ ...acknowledged, payload: NOTHING }, undefined, ECHO)
    const byContent = tcpFrame({ ...acknowledged, payload: echoMessage('hello') }, undefined, ELSEWHERE)
    const datagram = ethernetFrame(udpFrames('long enough for the headers')[0]!)
    const today = fastPath(STREAM_PROTOCOLS, DATAGRAM_PROTOCOLS)
    for (const frame of [onPort, byContent, datagram]) expect(isIrrelevant(today, frame)).toBe(true)
    const more = fastPath([...STREAM_PROTOCOLS, echo().protocol], [...DATAGRAM_PROTOCOLS, beacon().protocol])
    for (const frame of [onPort, byContent, datagram]) expect(isIrrelevant(more, frame)).toBe(false)
    const smbFrame = tcpFrame({ ...acknowledged, payload: packet(smb2({ command: 0 })) }, undefined, ELSEWHERE)
    for (const path of [today, more]) expect(isIrrelevant(path, smbFrame)).toBe(false)
  })

  it('makes the kernel filter of a live capture', () => {
    const filter = (streams: readonly StreamProtocol[], datagrams: readonly DatagramProtocol[]) =>
      captureFilter({
        interfaces: ['eth0'],
        filter: '',
        allTraffic: false,
        tcpPorts: portsOf(streams),
        udpPorts: portsOf(datagrams),
      })
    const today = filter(STREAM_PROTOCOLS, DATAGRAM_PROTOCOLS)
    const more = filter([...STREAM_PROTOCOLS, echo().protocol], [...DATAGRAM_PROTOCOLS, beacon().protocol])
    for (const port of [`tcp port ${ECHO_PORT}`, `udp port ${BEACON_PORT}`]) {
      expect(today).not.toContain(port)
      expect(more).toContain(port)
    }
  })

  it('is in the documentation', () => {
    const text = readFileSync('docs/inputs.md', 'utf8')
    const rows = [...text.matchAll(/^\| `([\w-]+)` \| (TCP|UDP) \| ([\d, ]+) \|/gm)].map((row) => row.slice(1))
    const row = (transport: string, { name, ports }: StreamProtocol | DatagramProtocol) => [
      name,
      transport,
      ports.join(', '),
    ]
    expect(rows).toEqual([
      ...STREAM_PROTOCOLS.map((protocol) => row('TCP', protocol)),
      ...DATAGRAM_PROTOCOLS.map((protocol) => row('UDP', protocol)),
    ])
  })

  it('has room for the ports of 254 protocols, and says so', () => {
    const [smb] = STREAM_PROTOCOLS.map((protocol) => protocol.track(context))
    expect(new ProtocolPorts(Array(254).fill(smb)).ofPorts(1, 445)).toBe(smb)
    expect(() => new ProtocolPorts(Array(255).fill(smb))).toThrow(RangeError)
  })

  it.each(SAMPLES)('%s: SMB is the same with other protocols in the list, and they see none of it', async (path) => {
    const alone = new Tracker('test', {})
    const ledger = plainLedger(alone.finish(await readCapture(path, alone)))
    for (const first of [true, false]) {
      const [stream, datagrams] = [echo(), beacon()]
      const streamProtocols = first ? [stream.protocol, ...STREAM_PROTOCOLS] : [...STREAM_PROTOCOLS, stream.protocol]
      const tracker = new Tracker('test', { streamProtocols, datagramProtocols: [datagrams.protocol] })
      expect(plainLedger(tracker.finish(await readCapture(path, tracker)))).toEqual(ledger)
      expect(stream.lines).toEqual(['end'])
      expect(datagrams.lines).toEqual(['end'])
    }
  })
})
