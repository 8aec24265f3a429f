import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame } from '../../../dissectors/frame/decode-frame.ts'
import { LINKTYPE } from '../../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, MAX_HEADERS } from '../../../dissectors/layers/segment.ts'
import { ipText } from '../../../dissectors/net/addresses.ts'
import { cases } from '../../support/cases.ts'
import { bytes } from '../../support/conversation.ts'
import {
  decode,
  EXPECTED_V4,
  EXPECTED_V6,
  expectIpv4,
  expectIpv6,
  expectNothing,
  expectUdp,
  IPV4,
  IPV6,
  IPV6_ADDRESSES,
  MACS,
  TCP,
} from '../net/fixtures.ts'

describe('link types', () => {
  const { ETHERNET, LINUX_SLL, LINUX_SLL2, RAW, RAW_DLT, RAW_OPENBSD, NULL, LOOP, PPP, PPP_HDLC, C_HDLC } = LINKTYPE
  const cases: [string, number, string, typeof EXPECTED_V4][] = [
    ['Ethernet', ETHERNET, `${MACS} 0800 ${IPV4}`, EXPECTED_V4],
    ['Ethernet, IPv6', ETHERNET, `${MACS} 86dd ${IPV6}`, EXPECTED_V6],
    ['Ethernet with trailing padding', ETHERNET, `${MACS} 0800 ${IPV4} 000000000000`, EXPECTED_V4],
    ['Linux cooked v1', LINUX_SLL, `0000 0001 0006 0200000000010000 0800 ${IPV4}`, EXPECTED_V4],
    ['Linux cooked v1, tag', LINUX_SLL, `0000 0001 0006 0200000000010000 8100 0064 0800 ${IPV4}`, EXPECTED_V4],
    ['Linux cooked v1, LLC', LINUX_SLL, `0000 0001 0006 0200000000010000 0004 aaaa03000000 0800 ${IPV4}`, EXPECTED_V4],
    ['Linux cooked v2', LINUX_SLL2, `86dd 0000 00000002 0001 00 06 0200000000010000 ${IPV6}`, EXPECTED_V6],
    ['raw, 101', RAW, IPV4, EXPECTED_V4],
    ['raw, 101, IPv6', RAW, IPV6, EXPECTED_V6],
    ['raw, 12', RAW_DLT, IPV4, EXPECTED_V4],
    ['raw, 14', RAW_OPENBSD, IPV6, EXPECTED_V6],
    ['IPv4', LINKTYPE.IPV4, IPV4, EXPECTED_V4],
    ['IPv6', LINKTYPE.IPV6, IPV6, EXPECTED_V6],
    ['BSD null, little-endian host', NULL, `02000000 ${IPV4}`, EXPECTED_V4],
    ['BSD null, big-endian host', NULL, `00000002 ${IPV4}`, EXPECTED_V4],
    ['BSD null, IPv6 of macOS', NULL, `1e000000 ${IPV6}`, EXPECTED_V6],
    ['BSD null, IPv6 of FreeBSD', NULL, `1c000000 ${IPV6}`, EXPECTED_V6],
    ['OpenBSD loop', LOOP, `00000018 ${IPV6}`, EXPECTED_V6],
    ['PPP', PPP, `0021 ${IPV4}`, EXPECTED_V4],
    ['PPP, IPv6', PPP, `0057 ${IPV6}`, EXPECTED_V6],
    ['PPP with address and control', PPP, `ff03 0021 ${IPV4}`, EXPECTED_V4],
    ['PPP with a compressed protocol', PPP, `21 ${IPV4}`, EXPECTED_V4],
    ['PPP with address, control and a compressed protocol', PPP_HDLC, `ff03 57 ${IPV6}`, EXPECTED_V6],
    ['PPP, MPLS', PPP_HDLC, `ff03 0281 00064140 ${IPV4}`, EXPECTED_V4],
    ['Cisco HDLC among PPP', PPP_HDLC, `0f00 0800 ${IPV4}`, EXPECTED_V4],
    ['PPPoE without Ethernet', LINKTYPE.PPP_ETHER, `1100 0009 003a 0021 ${IPV4}`, EXPECTED_V4],
    ['Cisco HDLC', C_HDLC, `0f00 0800 ${IPV4}`, EXPECTED_V4],
    ['Cisco HDLC, broadcast, IPv6', C_HDLC, `8f00 86dd ${IPV6}`, EXPECTED_V6],
  ]
  it.each(cases)('%s', (_name, linkType, frame, expected) => {
    expect(decode(linkType, frame)).toEqual(expected)
  })

  it('reports an unknown link type', () => {
    expect(decode(147, IPV4).decoded).toBe(DECODED.UNKNOWN_LINK)
  })

  it('leaves alone what PPP carries besides IP', () => {
    for (const frame of ['c021 01010004', '0031 00', 'ff03', '21', '00', '']) expectNothing(frame, PPP)
    expectNothing(`11a7 0009 003a 0021 ${IPV4}`, LINKTYPE.PPP_ETHER)
    expectNothing(`2100 0009 003a 0021 ${IPV4}`, LINKTYPE.PPP_ETHER)
  })
})

describe('headers between Ethernet’s addresses and IP', () => {
  const ETHERNET = LINKTYPE.ETHERNET
  const SERVICE = '88e7 001e bb44'
  const cases: [string, string, typeof EXPECTED_V4][] = [
    ['802.1Q', `8100 0064 0800 ${IPV4}`, EXPECTED_V4],
    ['QinQ', `88a8 0064 8100 00c8 86dd ${IPV6}`, EXPECTED_V6],
    ['QinQ with the old types', `9100 0064 9200 00c8 0800 ${IPV4}`, EXPECTED_V4],
    ['four tags', `88a8 0001 8100 0002 8100 0003 8100 0004 0800 ${IPV4}`, EXPECTED_V4],
    ['SNAP', `0040 aaaa03 000000 0800 ${IPV4}`, EXPECTED_V4],
    ['SNAP by way of a bridge, tagged', `8100 0064 0040 aaaa03 0000f8 0800 ${IPV4}`, EXPECTED_V4],
    ['LLC for IP', `003b 060603 ${IPV4}`, EXPECTED_V4],
    ['provider backbone', `${SERVICE} ${MACS} 0800 ${IPV4}`, EXPECTED_V4],
    [
      'provider backbone with tags outside and inside',
      `88a8 0fd3 ${SERVICE} ${MACS} 8100 0fb4 86dd ${IPV6}`,
      EXPECTED_V6,
    ],
    ['VN-Tag', `8926 00000033 8100 00fa 0800 ${IPV4}`, EXPECTED_V4],
    ['FabricPath', `8903 0000 ${MACS} 86dd ${IPV6}`, EXPECTED_V6],
    ['PPPoE', `8864 1100 0009 003a 0021 ${IPV4}`, EXPECTED_V4],
    ['PPPoE, IPv6, behind two tags', `8100 0e78 8100 09aa 8864 1100 0f07 004d 57 ${IPV6}`, EXPECTED_V6],
    ['PPPoE with padding behind it', `8864 1100 0009 003a 0021 ${IPV4} 0000000000`, EXPECTED_V4],
    ['NSH', `894f 0fc6 0101 00000aff ${'00000000 '.repeat(4)} ${IPV4}`, EXPECTED_V4],
  ]
  it.each(cases)('%s', (_name, rest, expected) => {
    expect(decode(ETHERNET, `${MACS} ${rest}`)).toEqual(expected)
  })

  it('bounds the payload by the length of PPPoE where IP has none', () => {
    const offloaded = IPV4.replace('4500 0038', '4500 0000')
    expectIpv4(`${MACS} 8864 1100 0009 003a 0021 ${offloaded} eeeeeeee`, ETHERNET)
  })

  it('does not read what is not IP in the end', () => {
    expectNothing(`${MACS} 8100 0064 0806 00010800`, ETHERNET)
    expectNothing(`${MACS} 0040 424203 00000000000000`, ETHERNET)
    expectNothing(`${MACS} 0040 aaaa03 00000c 0800 ${IPV4}`, ETHERNET)
    expectNothing(`${MACS} 0040 aaaa00 000000 0800 ${IPV4}`, ETHERNET)
    expectNothing(`${MACS} 894f 4fc6 0101 00000aff ${IPV4}`, ETHERNET)
    expectNothing(`${MACS} 894f 0fc1 0101 00000aff ${IPV4}`, ETHERNET)
  })

  it('counts headers, and stops at too many', () => {
    // Ethernet, IPv4 and TCP are three.
    const tags = (n: number) => `${MACS} ${'8100 0064 '.repeat(n)} 0800 ${IPV4}`
    expectIpv4(tags(MAX_HEADERS - 3), ETHERNET)
    expect(decode(ETHERNET, tags(MAX_HEADERS - 2)).decoded).toBe(DECODED.TOO_DEEP)
    expect(decode(ETHERNET, tags(1000)).decoded).toBe(DECODED.TOO_DEEP)
    // Something unknown at the bottom is not too deep, however many came before it.
    expectNothing(`${MACS} ${'8100 0064 '.repeat(MAX_HEADERS - 1)} 0806 00010800`, ETHERNET)
  })
})

describe('network layer', () => {
  it('steps over IPv4 options', () => {
    expectIpv4(`4600 003c 0001 4000 40 06 0000 0a000001 0a000002 01010100 ${TCP}`)
  })

  it('steps over IPv6 extension headers', () => {
    // Hop-by-hop, routing (16 bytes), destination options, atomic fragment; each names the next.
    const chain = '2b00 000000000000 3c01 000000000000 0000000000000000 2c00 000000000000 0600 0000 00000001'
    expectIpv6(`60000000 004c 00 40 ${IPV6_ADDRESSES} ${chain} ${TCP}`)
  })

  it('leaves extension headers of IPv6 in IPv4 alone', () => {
    for (const protocol of ['00', '2b', '2c', '3c']) expectNothing(IPV4.replace('40 06', `40 ${protocol}`))
  })

  it('uses the length of the frame where offloading left it zero', () => {
    expectIpv4(IPV4.replace('4500 0038', '4500 0000'))
    expectIpv6(IPV6.replace('60000000 0024', '60000000 0000'))
  })

  it('knows the wire length of a frame that the capture cut', () => {
    const cut = decode(LINKTYPE.RAW, bytes(IPV4.replace('4500 0038', '4500 0400')), 0x400)
    expect(cut).toMatchObject({ payload: 'SMB!', length: 0x400 - 52 })
    const inHeader = decode(LINKTYPE.RAW, bytes(IPV4).subarray(0, 45), 56)
    expect(inHeader).toMatchObject({ decoded: DECODED.TCP, payload: '', length: 4 })
  })

  it('uses the length of the datagram: what a mirror port cut off is missing, although the record calls the packet complete', () => {
    const sliced = { payload: 'SMB!', length: 0xffff - 52 }
    expect(decode(LINKTYPE.RAW, IPV4.replace('4500 0038', '4500 ffff'))).toMatchObject(sliced)
    const sliced6 = { payload: 'SMB!', length: 0xffff - 32 }
    expect(decode(LINKTYPE.RAW, IPV6.replace('0024 06', 'ffff 06'))).toMatchObject(sliced6)
    const inHeader = decode(LINKTYPE.RAW, bytes(IPV4).subarray(0, 45))
    expect(inHeader).toMatchObject({ decoded: DECODED.TCP, payload: '', length: 4 })
    expectNothing(IPV4.replace('4500 0038', '4500 0013'))
  })

  it('leaves alone what is neither TCP nor UDP, and reads no further in UDP', () => {
    expectUdp(IPV4.replace('40 06', '40 11'))
    expectNothing(IPV6.replace('06 40', '3a 40'))
    expectNothing(`${MACS} 0806 00010800`, LINKTYPE.ETHERNET)
    expectNothing(IPV4.replace('8018', '1018'))
    expectNothing(IPV4.replace('4500', '4400'))
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
      { numRuns: cases(2000) },
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
