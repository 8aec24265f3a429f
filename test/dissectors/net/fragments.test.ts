import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../../dissectors/frame/decode-frame.ts'
import { decodeIpPayload } from '../../../dissectors/frame/decode-ip-payload.ts'
import { LINKTYPE } from '../../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, MAX_HEADERS } from '../../../dissectors/layers/segment.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { bytes } from '../../support/conversation.ts'
import { decode, hex16, IPV4, IPV6, IPV6_ADDRESSES, inIpv4, inUdp, MACS, TCP, within } from './fixtures.ts'

const DATA = 'd0d1d2d3d4d5d6d7 d8d9dadbdcdddedf'

/** Sixteen bytes of a datagram from 10.0.0.1 to 10.0.0.2; `flags` are the word with the offset. */
const v4 = (flags: string, protocol = 6) =>
  `4500 0024 beef ${flags} 40 ${hex16(protocol).slice(2)} 0000 0a000001 0a000002 ${DATA}`
const v6 = (flags: string, next: string, before = '') =>
  `60000000 ${hex16(24 + bytes(before).length)} ${before === '' ? '2c' : '3c'} 40 ${IPV6_ADDRESSES} ${before}
   ${next} 00 ${flags} fedcba98 ${DATA}`

function fragmentOf(linkType: number, frame: string | Uint8Array, original = 0) {
  const { decoded, s, payload } = within(frame, original, (...at) => decodeFrame(linkType, ...at))
  return {
    decoded,
    src: ipText(s.src0, s.src1, s.src2, s.src3),
    dst: ipText(s.dst0, s.dst1, s.dst2, s.dst3),
    id: s.fragmentId,
    protocol: s.fragmentProtocol,
    offset: s.fragmentOffset,
    more: s.fragmentMore,
    data: Buffer.from(payload).toString('hex'),
    length: s.length,
    depth: s.depth,
  }
}

const EXPECTED = {
  decoded: DECODED.FRAGMENT,
  src: '10.0.0.1',
  dst: '10.0.0.2',
  id: 0xbeef,
  protocol: 6,
  offset: 0,
  more: 1,
  data: DATA.replace(' ', ''),
  length: 16,
  depth: 1,
}
const EXPECTED_V6 = { ...EXPECTED, src: 'fe80::1', dst: '2001:db8::1:0:0:2', id: 0xfedcba98 | 0, depth: 2 }

describe('fragments of IPv4', () => {
  it('the first, one in the middle, the last', () => {
    expect(fragmentOf(LINKTYPE.RAW, v4('2000'))).toEqual(EXPECTED)
    expect(fragmentOf(LINKTYPE.RAW, v4('20b9'))).toEqual({ ...EXPECTED, offset: 1480 })
    expect(fragmentOf(LINKTYPE.RAW, v4('1fff'))).toEqual({ ...EXPECTED, offset: 65_528, more: 0 })
  })

  it('no fragment: the other flags', () => {
    for (const flags of ['0000', '4000', '8000', 'c000']) {
      expect(decode(LINKTYPE.RAW, IPV4.replace('0001 4000', `0001 ${flags}`)).decoded).toBe(DECODED.TCP)
    }
  })

  it.each([6, 17, 4, 41, 47, 51, 97])('of protocol %i', (protocol) => {
    expect(fragmentOf(LINKTYPE.RAW, v4('00b9', protocol))).toEqual({ ...EXPECTED, protocol, offset: 1480, more: 0 })
  })

  it.each([1, 0, 2, 44, 50, 60, 89, 132, 255])('not of protocol %i, which carries no TCP', (protocol) => {
    expect(fragmentOf(LINKTYPE.RAW, v4('2000', protocol)).decoded).toBe(DECODED.OTHER)
  })

  it('without padding, and with the length that it had on the wire', () => {
    expect(fragmentOf(LINKTYPE.ETHERNET, `${MACS} 0800 ${v4('2000')} 00000000`)).toEqual({ ...EXPECTED, depth: 2 })
    const cut = bytes(v4('2000')).subarray(0, 30)
    expect(fragmentOf(LINKTYPE.RAW, cut, 36)).toEqual({ ...EXPECTED, data: EXPECTED.data.slice(0, 20) })
    // The capture ends in the options.
    const options = bytes(v4('2000').replace('4500', '4f00')).subarray(0, 30)
    expect(fragmentOf(LINKTYPE.RAW, options, 80).decoded).toBe(DECODED.OTHER)
  })
})

describe('fragments of IPv6', () => {
  it('the first, one in the middle, the last', () => {
    expect(fragmentOf(LINKTYPE.RAW, v6('0001', '06'))).toEqual(EXPECTED_V6)
    expect(fragmentOf(LINKTYPE.RAW, v6('05a9', '06'))).toEqual({ ...EXPECTED_V6, offset: 1448 })
    expect(fragmentOf(LINKTYPE.RAW, v6('fff8', '06'))).toEqual({ ...EXPECTED_V6, offset: 65_528, more: 0 })
  })

  it('behind other extension headers', () => {
    const found = fragmentOf(LINKTYPE.RAW, v6('05a8', '06', '2c00 010400000000'))
    expect(found).toEqual({ ...EXPECTED_V6, offset: 1448, more: 0, depth: 3 })
  })

  it.each([6, 17, 4, 41, 47, 51, 97, 0, 43, 60])('of next header %i', (next) => {
    expect(fragmentOf(LINKTYPE.RAW, v6('0001', hex16(next).slice(2)))).toEqual({ ...EXPECTED_V6, protocol: next })
  })

  it.each([58, 59, 50, 132])('not of next header %i', (next) => {
    expect(fragmentOf(LINKTYPE.RAW, v6('0001', hex16(next).slice(2))).decoded).toBe(DECODED.OTHER)
  })
})

describe('fragments in tunnels', () => {
  it('are those of the inner datagram, with its addresses', () => {
    expect(fragmentOf(LINKTYPE.RAW, inIpv4(47, `0000 0800 ${v4('2000')}`))).toEqual({ ...EXPECTED, depth: 3 })
    const vxlan = inUdp(4789, `08000000 00002a00 ${MACS} 86dd ${v6('0001', '06')}`)
    expect(fragmentOf(LINKTYPE.RAW, vxlan)).toEqual({ ...EXPECTED_V6, depth: 6 })
  })

  it('and of the outer datagram, which is the first to be reassembled', () => {
    const outer = inIpv4(47, `0000 0800 ${v4('2000')}`).replace('0001 0000', '0001 2000')
    expect(fragmentOf(LINKTYPE.RAW, outer)).toMatchObject({
      src: '192.0.2.1',
      id: 1,
      protocol: 47,
      length: 40,
      depth: 1,
    })
  })
})

describe('the payload of a complete datagram', () => {
  /** Decoded with addresses that were saved, at a depth of three. */
  function payloadOf(protocol: number, payload: string, depth = 3) {
    const { decoded, s } = within(payload, 0, (b, start, end, wireEnd, out) => {
      out.src3 = 0x0a000003
      out.dst3 = 0x0a000004
      return decodeIpPayload(protocol, b, start, end, wireEnd, depth, out)
    })
    return { decoded, src3: s.src3, dst3: s.dst3, srcPort: s.srcPort, length: s.length, depth: s.depth }
  }
  const found = { decoded: DECODED.TCP, src3: 0x0a000003, dst3: 0x0a000004, srcPort: 49152, length: 4, depth: 4 }
  const inner = { ...found, src3: 0x0a000001, dst3: 0x0a000002 }

  it('TCP leaves the addresses', () => {
    expect(payloadOf(6, TCP)).toEqual(found)
  })

  it('so do extension headers and an authentication header', () => {
    expect(payloadOf(60, `0600 010400000000 ${TCP}`)).toEqual({ ...found, depth: 5 })
    expect(payloadOf(51, `06 01 0000 00000100 00000001 ${TCP}`)).toEqual({ ...found, depth: 5 })
  })

  it('tunnels bring their own', () => {
    expect(payloadOf(4, IPV4)).toEqual({ ...inner, depth: 5 })
    expect(payloadOf(47, `0000 0800 ${IPV4}`)).toEqual({ ...inner, depth: 6 })
    expect(payloadOf(97, `3000 ${MACS} 0800 ${IPV4}`)).toEqual({ ...inner, depth: 7 })
    expect(payloadOf(41, IPV6)).toMatchObject({ decoded: DECODED.TCP, dst3: 2, depth: 5 })
    const udp = `c350 12b5 0000 0000 08000000 00002a00 ${MACS} 0800 ${IPV4}`
    expect(payloadOf(17, udp)).toEqual({ ...inner, depth: 8 })
  })

  it('anything else is something else', () => {
    expect(payloadOf(1, TCP).decoded).toBe(DECODED.OTHER)
    expect(payloadOf(17, `c350 0035 0000 0000 ${TCP}`).decoded).toBe(DECODED.UDP)
    expect(payloadOf(6, '').decoded).toBe(DECODED.OTHER)
  })

  it('may hold fragments again', () => {
    expect(payloadOf(4, v4('2000'))).toMatchObject({ decoded: DECODED.FRAGMENT, src3: 0x0a000001, depth: 4 })
  })

  it('counts the headers on the way to it', () => {
    expect(payloadOf(6, TCP, MAX_HEADERS - 1).decoded).toBe(DECODED.TCP)
    expect(payloadOf(6, TCP, MAX_HEADERS).decoded).toBe(DECODED.TOO_DEEP)
  })

  it('knows the length on the wire of what was captured in part', () => {
    const s = createSegment()
    const b = bytes(TCP)
    expect(decodeIpPayload(6, b, 0, 34, b.length, 1, s)).toBe(DECODED.TCP)
    expect([s.payload, s.payloadEnd, s.length]).toEqual([32, 34, 4])
  })
})
