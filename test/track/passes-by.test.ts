import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../dissectors/link/frame.ts'
import { createSegment, DECODED } from '../../dissectors/net/segment.ts'
import { TCP_SYN } from '../../dissectors/net/tcp.ts'
import { mayBeSmb, passesBy } from '../../src/track/passes-by.ts'
import { packet, SERVER, SYN, smb2, tcpFrame } from '../support/conversation.ts'

const WEB = { ip: [10, 0, 0, 9], port: 80 }
const ports = new Uint8Array(65_536)
ports[445] = 1

const passes = (bytes: Uint8Array) => passesBy(bytes, 0, bytes.length, ports)
const segment = (payload: Uint8Array, server = WEB, flags = 0x10) =>
  tcpFrame({ from: 'client', seq: 1, ack: 1, flags, payload }, undefined, server).bytes

describe('the first look', () => {
  it('passes what is no TCP, and TCP on other ports without SMB in it', () => {
    expect(passes(segment(new TextEncoder().encode('GET / HTTP/1.1')))).toBe(true)
    expect(passes(segment(new Uint8Array(0)))).toBe(true)
    const udp = segment(new Uint8Array(20))
    udp[23] = 17
    expect(passes(udp)).toBe(true)
  })

  it('keeps followed ports, SYNs, SMB, fragments, and all that is not plain', () => {
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

  it('never passes what the decoders would have followed', () => {
    const template = segment(packet(smb2({ command: 0 })))
    const change = fc.tuple(fc.nat(template.length - 1), fc.nat(255))
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 6 }),
        fc.integer({ min: 40, max: template.length }),
        (changes, length) => {
          const b = template.slice(0, length)
          for (const [at, value] of changes) if (at < length) b[at] = value
          if (!passes(b)) return
          const s = createSegment()
          const decoded = decodeFrame(1, b, 0, length, length, s)
          if (decoded === DECODED.OTHER) return
          expect(decoded).toBe(DECODED.TCP)
          expect(ports[s.srcPort] | ports[s.dstPort] | (s.flags & TCP_SYN)).toBe(0)
          expect(mayBeSmb(b, s.payload, s.payloadEnd)).toBe(false)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
