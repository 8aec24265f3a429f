import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../dissectors/frame/decode-frame.ts'
import { LINKTYPE } from '../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, MAX_HEADERS, type Segment } from '../../dissectors/layers/segment.ts'
import { cases } from '../support/cases.ts'
import { ENCAPSULATIONS, ETHERTYPE, join, nest, type Packet, toFrame } from '../support/encapsulations.ts'

const TCP = 'c000 01bd 80000001 00000002 8018 0400 0000 0000 0101080a 00000001 00000002 534d4221'
const SEGMENTS: Packet[] = [
  { etherType: ETHERTYPE.IPV4, bytes: join(`4500 0038 0001 4000 40 06 0000 0a000001 0a000002 ${TCP}`) },
  {
    etherType: ETHERTYPE.IPV6,
    bytes: join(`60000000 0024 06 40 fe800000000000000000000000000001 20010db8000000000001000000000002 ${TCP}`),
  },
]
const MOST_OF_A_DATAGRAM = 65_535
/** IP and TCP. */
const SEGMENT_HEADERS = 2

const segment = fc.constantFrom(...SEGMENTS)
const choices = (maxLength: number) => fc.array(fc.nat(10_000), { maxLength })

/** The frame, alone in its buffer: reading a byte outside it fails the test. */
function fenced(frame: Uint8Array, start: number): Uint8Array {
  const b = new Uint8Array(start + frame.length + 64)
  b.set(frame, start)
  return new Proxy(b, {
    get(target, key) {
      const at = Number(key)
      if (at < start || at >= start + frame.length) throw new Error(`byte ${at} is not of the frame`)
      return target[at]
    },
  })
}

function decode(frame: Uint8Array, linkType: number = LINKTYPE.ETHERNET, original = frame.length) {
  const start = 7
  const s = createSegment()
  const decoded = decodeFrame(linkType, fenced(frame, start), start, start + frame.length, start + original, s)
  return { decoded, s, start }
}

/** The fields of the segment, wherever it is. */
function fields({ payload, payloadEnd, depth: _depth, unread: _unread, ...rest }: Segment) {
  return { ...rest, captured: payloadEnd - payload }
}

/** The captured part lies in the frame, and the missing part is no larger than an IP header can claim. */
function expectWithin(s: Segment, start: number, end: number): void {
  const isWithin = start <= s.payload && s.payload <= s.payloadEnd && s.payloadEnd <= end
  const canBe = s.payloadEnd - s.payload <= s.length && s.length <= MOST_OF_A_DATAGRAM
  // Asked some hundred thousand times: an expectation each would take longer than what is tested.
  if (!isWithin || !canBe) expect.fail(`outside of [${start}, ${end}): ${JSON.stringify(s)}`)
}

describe('encapsulations in any order', () => {
  it('each alone leads to the segment', () => {
    for (const inner of SEGMENTS) {
      const alone = fields(decode(toFrame(inner)).s)
      for (const { name, wrap, headers } of ENCAPSULATIONS.filter(({ accepts }) => accepts(inner.etherType))) {
        const packet = wrap(inner)
        const { decoded, s } = decode(toFrame(packet))
        expect({ name, decoded, ...fields(s) }).toEqual({ name, decoded: DECODED.TCP, ...alone })
        const link = packet.etherType === ETHERTYPE.ETHERNET ? 0 : 1
        expect({ name, depth: s.depth }).toEqual({ name, depth: link + headers + SEGMENT_HEADERS })
      }
    }
  })

  it('nested, they lead to the same segment up to the limit, and say so beyond it', () => {
    const seen = new Map<number, number>()
    fc.assert(
      fc.property(segment, choices(9), fc.nat(40), (inner, chosen, padding) => {
        const { packet, names, headers } = nest(inner, chosen)
        const frame = join(toFrame(packet), 'ee'.repeat(padding))
        const depth = headers + SEGMENT_HEADERS + (packet.etherType === ETHERTYPE.ETHERNET ? 0 : 1)
        const { decoded, s } = decode(frame)
        seen.set(decoded, (seen.get(decoded) ?? 0) + 1)
        if (depth > MAX_HEADERS) {
          expect({ names, decoded }).toEqual({ names, decoded: DECODED.TOO_DEEP })
          return
        }
        expect({ names, decoded, depth: s.depth, ...fields(s) }).toEqual({
          names,
          decoded: DECODED.TCP,
          depth,
          ...fields(decode(toFrame(inner)).s),
        })
      }),
      { numRuns: cases(3000) },
    )
    expect(seen.get(DECODED.TCP)).toBeGreaterThan(cases(1000))
    expect(seen.get(DECODED.TOO_DEEP)).toBeGreaterThan(cases(100))
  })

  it('cut anywhere, they lead to the same segment or to none', () => {
    fc.assert(
      fc.property(segment, choices(5), (inner, chosen) => {
        const frame = toFrame(nest(inner, chosen).packet)
        const whole = decode(frame)
        for (let length = 0; length < frame.length; length++) {
          const { decoded, s, start } = decode(frame.subarray(0, length), LINKTYPE.ETHERNET, frame.length)
          if (decoded === DECODED.TCP) {
            expect({ ...fields(s), captured: 4 }).toEqual(fields(whole.s))
            expectWithin(s, start, start + length)
          } else expect([DECODED.OTHER, DECODED.UDP, DECODED.TOO_DEEP]).toContain(decoded)
        }
      }),
      { numRuns: cases(200) },
    )
  })

  it('damaged anywhere, on any link type, they lead nowhere outside the frame', () => {
    const damage = fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { maxLength: 8 })
    const linkType = fc.oneof(fc.constant(LINKTYPE.ETHERNET), fc.constantFrom(...Object.values(LINKTYPE)))
    const seen = new Map<number, number>()
    fc.assert(
      fc.property(segment, choices(6), damage, linkType, fc.nat(50), (inner, chosen, changes, link, cut) => {
        const { packet } = nest(inner, chosen)
        const frame = Uint8Array.from(link === LINKTYPE.ETHERNET ? toFrame(packet) : packet.bytes)
        for (const [at, value] of changes) frame[at % frame.length] = value
        const captured = frame.subarray(0, Math.max(0, frame.length - cut))
        const { decoded, s, start } = decode(captured, link, frame.length)
        seen.set(decoded, (seen.get(decoded) ?? 0) + 1)
        expect(s.depth).toBeLessThanOrEqual(MAX_HEADERS)
        if (decoded !== DECODED.TCP && decoded !== DECODED.FRAGMENT) return
        expectWithin(s, start, start + captured.length)
        if (decoded === DECODED.FRAGMENT) {
          expect(s.fragmentOffset % 8).toBe(0)
          expect(s.fragmentOffset).toBeLessThan(65_536)
          expect([0, 1]).toContain(s.fragmentMore)
        }
      }),
      { numRuns: cases(10_000) },
    )
    for (const kind of [DECODED.TCP, DECODED.FRAGMENT, DECODED.OTHER]) expect(seen.get(kind)).toBeGreaterThan(cases(20))
  })

  it('any bytes behind any first header lead nowhere outside the frame', () => {
    const linkTypes = fc.constantFrom(...Object.values(LINKTYPE))
    fc.assert(
      fc.property(linkTypes, fc.uint8Array({ maxLength: 100 }), (link, frame) => {
        const { decoded, s, start } = decode(frame, link)
        if (decoded === DECODED.TCP || decoded === DECODED.FRAGMENT) expectWithin(s, start, start + frame.length)
      }),
      { numRuns: cases(5000) },
    )
  })
})

describe('Ethernet in MPLS', () => {
  it('is distinguished from IP by what it carries, with any addresses', () => {
    const address = fc.uint8Array({ minLength: 6, maxLength: 6 })
    const first = fc.constantFrom(0x00, 0x02, 0x45, 0x46, 0x4c, 0x60, 0x6c, 0xff)
    const controlWord = fc.constantFrom('', '00000000', '00000800', '000086dd')
    const tagged = fc.constantFrom('', '8100 0064', '88a8 0064 8100 0065')
    fc.assert(
      fc.property(segment, first, address, address, controlWord, tagged, (inner, byte, to, from, word, tags) => {
        to[0] = byte
        const label = '020000000001 020000000002 8847 00064140'
        const frame = join(label, word, to, from, tags, inner.etherType, inner.bytes)
        const { decoded, s } = decode(frame)
        expect({ decoded, ...fields(s) }).toEqual({ decoded: DECODED.TCP, ...fields(decode(toFrame(inner)).s) })
      }),
      { numRuns: cases(3000) },
    )
  })
})
