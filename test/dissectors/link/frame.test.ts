import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, LINKTYPE } from '../../../dissectors/link/frame.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { createSegment, DECODED } from '../../../dissectors/net/segment.ts'
import { bytes } from '../../support/conversation.ts'

/** TCP 49152 > 445, seq 0x80000001, ack 2, PSH ACK, 12 bytes of options, payload "SMB!". */
const TCP = 'c000 01bd 80000001 00000002 8018 0400 0000 0000 0101080a 00000001 00000002 534d4221'
/** 20-byte header, total length 56, 10.0.0.1 > 10.0.0.2. */
const IPV4 = `4500 0038 0001 4000 40 06 0000 0a000001 0a000002 ${TCP}`
const IPV6_ADDRESSES = 'fe800000000000000000000000000001 20010db8000000000001000000000002'
const IPV6 = `60000000 0024 06 40 ${IPV6_ADDRESSES} ${TCP}`
const MACS = '020000000001 020000000002'

function decode(linkType: number, frame: string | Uint8Array, original = 0) {
  const frameBytes = typeof frame === 'string' ? bytes(frame) : frame
  const b = new Uint8Array(frameBytes.length + 60).fill(0xee)
  b.set(frameBytes, 30)
  const s = createSegment()
  const end = 30 + frameBytes.length
  const decoded = decodeFrame(linkType, b, 30, end, 30 + Math.max(original, frameBytes.length), s)
  return {
    decoded,
    src: ipText(s.src0, s.src1, s.src2, s.src3),
    dst: ipText(s.dst0, s.dst1, s.dst2, s.dst3),
    ports: [s.srcPort, s.dstPort],
    seq: s.seq,
    ack: s.ack,
    flags: s.flags,
    payload: new TextDecoder().decode(b.subarray(s.payload, s.payloadEnd)),
    length: s.length,
  }
}

const EXPECTED_V4 = {
  decoded: DECODED.TCP,
  src: '10.0.0.1',
  dst: '10.0.0.2',
  ports: [49152, 445],
  seq: 0x80000001 | 0,
  ack: 2,
  flags: 0x18,
  payload: 'SMB!',
  length: 4,
}
const EXPECTED_V6 = { ...EXPECTED_V4, src: 'fe80::1', dst: '2001:db8::1:0:0:2' }

describe('link types', () => {
  const cases: [string, number, string, typeof EXPECTED_V4][] = [
    ['Ethernet', LINKTYPE.ETHERNET, `${MACS} 0800 ${IPV4}`, EXPECTED_V4],
    ['Ethernet, IPv6', LINKTYPE.ETHERNET, `${MACS} 86dd ${IPV6}`, EXPECTED_V6],
    ['Ethernet with trailing padding', LINKTYPE.ETHERNET, `${MACS} 0800 ${IPV4} 000000000000`, EXPECTED_V4],
    ['802.1Q', LINKTYPE.ETHERNET, `${MACS} 8100 0064 0800 ${IPV4}`, EXPECTED_V4],
    ['QinQ', LINKTYPE.ETHERNET, `${MACS} 88a8 0064 8100 00c8 86dd ${IPV6}`, EXPECTED_V6],
    ['QinQ with the old type', LINKTYPE.ETHERNET, `${MACS} 9100 0064 8100 00c8 0800 ${IPV4}`, EXPECTED_V4],
    ['802.3 with SNAP', LINKTYPE.ETHERNET, `${MACS} 0040 aaaa03 000000 0800 ${IPV4}`, EXPECTED_V4],
    ['Linux cooked v1', LINKTYPE.LINUX_SLL, `0000 0001 0006 0200000000010000 0800 ${IPV4}`, EXPECTED_V4],
    [
      'Linux cooked v1 with a tag',
      LINKTYPE.LINUX_SLL,
      `0000 0001 0006 0200000000010000 8100 0064 0800 ${IPV4}`,
      EXPECTED_V4,
    ],
    ['Linux cooked v2', LINKTYPE.LINUX_SLL2, `86dd 0000 00000002 0001 00 06 0200000000010000 ${IPV6}`, EXPECTED_V6],
    ['raw, 101', LINKTYPE.RAW, IPV4, EXPECTED_V4],
    ['raw, 101, IPv6', LINKTYPE.RAW, IPV6, EXPECTED_V6],
    ['raw, 12', LINKTYPE.RAW_DLT, IPV4, EXPECTED_V4],
    ['raw, 14', LINKTYPE.RAW_OPENBSD, IPV6, EXPECTED_V6],
    ['IPv4', LINKTYPE.IPV4, IPV4, EXPECTED_V4],
    ['IPv6', LINKTYPE.IPV6, IPV6, EXPECTED_V6],
    ['BSD null, little-endian host', LINKTYPE.NULL, `02000000 ${IPV4}`, EXPECTED_V4],
    ['BSD null, big-endian host', LINKTYPE.NULL, `00000002 ${IPV4}`, EXPECTED_V4],
    ['BSD null, IPv6 of macOS', LINKTYPE.NULL, `1e000000 ${IPV6}`, EXPECTED_V6],
    ['BSD null, IPv6 of FreeBSD', LINKTYPE.NULL, `1c000000 ${IPV6}`, EXPECTED_V6],
    ['OpenBSD loop', LINKTYPE.LOOP, `00000018 ${IPV6}`, EXPECTED_V6],
  ]
  it.each(cases)('%s', (_name, linkType, frame, expected) => {
    expect(decode(linkType, frame)).toEqual(expected)
  })

  it('says that it does not know a link type', () => {
    expect(decode(147, IPV4).decoded).toBe(DECODED.UNKNOWN_LINK)
  })

  it('stops at too many tags', () => {
    expect(decode(LINKTYPE.ETHERNET, `${MACS} ${'8100 0064 '.repeat(5)} 0800 ${IPV4}`).decoded).toBe(DECODED.OTHER)
  })
})

describe('network layer', () => {
  it('steps over IPv4 options', () => {
    const options = `4600 003c 0001 4000 40 06 0000 0a000001 0a000002 01010100 ${TCP}`
    expect(decode(LINKTYPE.RAW, options)).toEqual(EXPECTED_V4)
  })

  it('steps over IPv6 extension headers', () => {
    // Hop-by-hop, routing (16 bytes), destination options, atomic fragment; each names the next.
    const chain = '2b00 000000000000 3c01 000000000000 0000000000000000 2c00 000000000000 0600 0000 00000001'
    expect(decode(LINKTYPE.RAW, `60000000 004c 00 40 ${IPV6_ADDRESSES} ${chain} ${TCP}`)).toEqual(EXPECTED_V6)
  })

  it('takes the frame where offloading left the length zero', () => {
    expect(decode(LINKTYPE.RAW, IPV4.replace('4500 0038', '4500 0000'))).toEqual(EXPECTED_V4)
    expect(decode(LINKTYPE.RAW, IPV6.replace('60000000 0024', '60000000 0000'))).toEqual(EXPECTED_V6)
  })

  it('knows the wire length of a frame that the capture cut', () => {
    const cut = decode(LINKTYPE.RAW, bytes(IPV4.replace('4500 0038', '4500 0400')), 0x400)
    expect(cut).toMatchObject({ payload: 'SMB!', length: 0x400 - 52 })
    const inHeader = decode(LINKTYPE.RAW, bytes(IPV4).subarray(0, 45), 56)
    expect(inHeader).toMatchObject({ decoded: DECODED.TCP, payload: '', length: 4 })
  })

  it('never believes a length that the frame did not have', () => {
    expect(decode(LINKTYPE.RAW, IPV4.replace('4500 0038', '4500 ffff'))).toEqual(EXPECTED_V4)
  })

  it('tells fragments', () => {
    for (const word of ['2000', '0001', '3fff']) {
      expect(decode(LINKTYPE.RAW, IPV4.replace('0001 4000', `0001 ${word}`)).decoded).toBe(DECODED.FRAGMENT)
    }
    const fragment = `60000000 002c 2c 40 ${IPV6_ADDRESSES} 0600 0001 00000001 ${TCP}`
    expect(decode(LINKTYPE.RAW, fragment).decoded).toBe(DECODED.FRAGMENT)
  })

  it('leaves alone what is no TCP', () => {
    expect(decode(LINKTYPE.RAW, IPV4.replace('40 06', '40 11')).decoded).toBe(DECODED.OTHER)
    expect(decode(LINKTYPE.RAW, IPV6.replace('06 40', '3a 40')).decoded).toBe(DECODED.OTHER)
    expect(decode(LINKTYPE.ETHERNET, `${MACS} 0806 00010800`).decoded).toBe(DECODED.OTHER)
    expect(decode(LINKTYPE.RAW, IPV4.replace('8018', '1018')).decoded).toBe(DECODED.OTHER)
    expect(decode(LINKTYPE.RAW, IPV4.replace('4500', '4400')).decoded).toBe(DECODED.OTHER)
  })

  it('ends on any bytes, within the frame', () => {
    const linkTypes = Object.values(LINKTYPE)
    const starts = [`${MACS} 0800 45`, `${MACS} 86dd 60`, `${MACS} 8100`, '45', '60', '02000000 45', ''].map(bytes)
    fc.assert(
      fc.property(
        fc.constantFrom(...linkTypes),
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 120 }),
        (t, a, b) => {
          const frame = Uint8Array.from([...a, ...b])
          const s = createSegment()
          if (decodeFrame(t, frame, 0, frame.length, frame.length, s) !== DECODED.TCP) return
          expect(s.payload).toBeLessThanOrEqual(s.payloadEnd)
          expect(s.payloadEnd).toBeLessThanOrEqual(frame.length)
          expect(s.length).toBeGreaterThanOrEqual(s.payloadEnd - s.payload)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('addresses', () => {
  it.each([
    [[0, 0, 0xffff, 0x0a000001], '10.0.0.1'],
    [[0, 0, 0xffff, -1], '255.255.255.255'],
    [[0, 0, 0, 0], '::'],
    [[0, 0, 0, 1], '::1'],
    [[0x20010db8, 0, 0, 1], '2001:db8::1'],
    [[0x20010db8, 0, 0x00010000, 1], '2001:db8::1:0:0:1'],
    [[0x20010db8, 0x00000001, 0x00010001, 0x00010001], '2001:db8:0:1:1:1:1:1'],
    [[0x00010000, 0, 0, 0], '1::'],
    [[0xfe800000 | 0, 0, 0x0a0b0c0d, 0x01020304], 'fe80::a0b:c0d:102:304'],
  ])('%j is %s', ([w0, w1, w2, w3], text) => {
    expect(ipText(w0, w1, w2, w3)).toBe(text)
  })
})
