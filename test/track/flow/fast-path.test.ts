import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../../dissectors/frame/decode-frame.ts'
import { createSegment, DECODED } from '../../../dissectors/layers/segment.ts'
import { TCP_SYN } from '../../../dissectors/net/tcp.ts'
import { createContext } from '../../../src/track/core/context.ts'
import { DEFAULT_LIMITS } from '../../../src/track/core/limits.ts'
import { FastPath } from '../../../src/track/flow/fast-path.ts'
import { ProtocolPorts } from '../../../src/track/flow/protocol-ports.ts'
import { STREAM_PROTOCOLS } from '../../../src/track/protocols.ts'
import { UnreadPackets } from '../../../src/track/unread/unread-packets.ts'
import { cases } from '../../support/cases.ts'
import { packet, SERVER, SYN, smb2, tcpFrame } from '../../support/conversation.ts'
import { ETHERTYPE, nest, toFrame } from '../../support/encapsulations.ts'

const WEB = { ip: [10, 0, 0, 9], port: 80 }
const context = createContext('test', DEFAULT_LIMITS, null)
const ports = new ProtocolPorts(STREAM_PROTOCOLS.map((protocol) => protocol.track(context)))
const fastPath = new FastPath(ports, null, new UnreadPackets())

const passes = (bytes: Uint8Array) => fastPath.isIrrelevant(bytes, 0, bytes.length, 1)
const segment = (payload: Uint8Array, server = WEB, flags = 0x10) =>
  tcpFrame({ from: 'client', seq: 1, ack: 1, flags, payload }, undefined, server).bytes

/** Plain IPv4 with this protocol, and the high byte of its flags and offset. */
function datagram(protocol: number, flags = 0): Uint8Array {
  const bytes = segment(new Uint8Array(20))
  bytes[20] = flags
  bytes[23] = protocol
  return bytes
}

describe('the fast path', () => {
  it('skips frames that are not TCP, and TCP on other ports without SMB in it', () => {
    expect(passes(segment(new TextEncoder().encode('GET / HTTP/1.1')))).toBe(true)
    expect(passes(segment(new Uint8Array(0)))).toBe(true)
    // Of ICMP and ESP fragments, too.
    for (const protocol of [1, 50]) {
      expect(passes(datagram(protocol))).toBe(true)
      expect(passes(datagram(protocol, 0x20))).toBe(true)
    }
    expect(passes(datagram(17))).toBe(true)
  })

  it.each([4, 41, 47, 51, 97])('keeps protocol %i, a tunnel', (protocol) => {
    expect(passes(datagram(protocol))).toBe(false)
    expect(passes(datagram(protocol, 0x20))).toBe(false)
  })

  it.each([4789, 8472, 4790, 6081, 2152, 3544])('keeps UDP to port %i, a tunnel', (port) => {
    const udp = datagram(17)
    udp[36] = port >> 8
    udp[37] = port & 0xff
    expect(passes(udp)).toBe(false)
  })

  it('keeps UDP from Teredo’s port, and fragments of UDP on any port', () => {
    const udp = datagram(17)
    udp[34] = 3544 >> 8
    udp[35] = 3544 & 0xff
    expect(passes(udp)).toBe(false)
    expect(passes(datagram(17, 0x20))).toBe(false)
    expect(passes(datagram(17, 0x01))).toBe(false)
  })

  it('keeps tracked ports, SYNs, SMB, fragments, and everything unusual', () => {
    expect(passes(segment(new Uint8Array(0), SERVER))).toBe(false)
    expect(passes(segment(new Uint8Array(0), WEB, SYN))).toBe(false)
    expect(passes(segment(packet(smb2({ command: 0 }))))).toBe(false)
    expect(passes(segment(Uint8Array.of(0, 0)))).toBe(false)
    const fragment = segment(new Uint8Array(20).fill(7))
    fragment[20] = 0x20
    expect(passes(fragment)).toBe(false)
    const tagged = segment(new Uint8Array(20).fill(7))
    tagged[12] = 0x81
    expect(passes(tagged)).toBe(false)
    expect(passes(segment(new Uint8Array(0)).subarray(0, 53))).toBe(false)
  })

  it('never skips what the decoders would have tracked', () => {
    const inner = segment(packet(smb2({ command: 0 }))).subarray(14)
    const choices = fc.array(fc.nat(10_000), { maxLength: 3 })
    const change = fc.tuple(fc.nat(10_000), fc.nat(255))
    let passed = 0
    let kept = 0
    fc.assert(
      fc.property(choices, fc.array(change, { maxLength: 6 }), fc.nat(40), (chosen, changes, cut) => {
        const b = Uint8Array.from(toFrame(nest({ etherType: ETHERTYPE.IPV4, bytes: inner }, chosen).packet))
        for (const [at, value] of changes) b[at % b.length] = value
        const length = b.length - cut
        const s = createSegment()
        const decoded = decodeFrame(1, b, 0, length, length, s)
        if (!fastPath.isIrrelevant(b, 0, length, 1)) {
          if (decoded !== DECODED.OTHER) kept++
          return
        }
        passed++
        // Skipped UDP is not on a protocol's port.
        if (decoded === DECODED.OTHER || decoded === DECODED.UDP) return
        expect(decoded).toBe(DECODED.TCP)
        expect(ports.isFollowed(s.srcPort, s.dstPort) | (s.flags & TCP_SYN)).toBe(0)
        expect(ports.mayStart(b, s.payload, s.payloadEnd)).toBe(false)
      }),
      { numRuns: cases(10_000) },
    )
    expect(passed).toBeGreaterThan(cases(100))
    expect(kept).toBeGreaterThan(cases(1000))
  })
})
