import { describe, expect, it } from 'vitest'
import { LINKTYPE } from '../../../dissectors/layers/link-type.ts'
import { DECODED } from '../../../dissectors/layers/segment.ts'
import { bytes } from '../../support/conversation.ts'
import {
  decode,
  EXPECTED_V4,
  EXPECTED_V6,
  expectIpv4,
  expectIpv6,
  expectNothing,
  expectUdp,
  hex16,
  IPV4,
  IPV6,
  IPV6_ADDRESSES,
  inIpv4,
  inUdp,
  MACS,
  TCP,
} from './fixtures.ts'

const ETHERNET_V4 = `${MACS} 0800 ${IPV4}`
const ETHERNET_V6 = `${MACS} 86dd ${IPV6}`
const inIpv6 = (next: number, payload: string) =>
  `60000000 ${hex16(bytes(payload).length)} ${hex16(next).slice(2)} 40 20010db8${'00'.repeat(24)} 0000000a ${payload}`

type Case = [name: string, frame: string, expected: typeof EXPECTED_V4]

describe('IP in IP', () => {
  const cases: Case[] = [
    ['4 in 4', inIpv4(4, IPV4), EXPECTED_V4],
    ['6 in 4', inIpv4(41, IPV6), EXPECTED_V6],
    ['4 in 6', inIpv6(4, IPV4), EXPECTED_V4],
    ['6 in 6', inIpv6(41, IPV6), EXPECTED_V6],
    ['6 in 4 in 6 in 4', inIpv4(41, inIpv6(4, inIpv4(41, IPV6))), EXPECTED_V6],
    ['EtherIP', inIpv4(97, `3000 ${ETHERNET_V6}`), EXPECTED_V6],
  ]
  it.each(cases)('%s', (_name, frame, expected) => {
    expect(decode(LINKTYPE.RAW, frame)).toEqual(expected)
  })

  it('steps over an authentication header in both families', () => {
    const header = (next: string) => `${next} 04 0000 00000100 00000001 ${'aa'.repeat(12)}`
    const v4 = bytes(`${header('06')} ${TCP}`).length
    expectIpv4(`4500 ${hex16(20 + v4)} 0001 0000 40 33 0000 0a000001 0a000002 ${header('06')} ${TCP}`)
    expectIpv6(`60000000 ${hex16(v4)} 33 40 ${IPV6_ADDRESSES} ${header('06')} ${TCP}`)
    expectIpv4(inIpv4(51, `${header('04')} ${IPV4}`))
  })

  it('believes the version, not the protocol', () => {
    expectNothing(inIpv4(4, IPV6))
    expectNothing(inIpv4(41, IPV4))
    expectNothing(inIpv4(97, `2000 ${ETHERNET_V4}`))
  })

  it('bounds the inner datagram by the outer one, which may hold only its beginning', () => {
    const offloaded = IPV4.replace('4500 0038', '4500 0000')
    expectIpv4(`${inIpv4(4, offloaded)} eeeeeeee`)
    const longer = IPV4.replace('4500 0038', '4500 0100')
    expect(decode(LINKTYPE.RAW, `${inIpv4(4, longer)} eeeeeeee`)).toMatchObject({ payload: 'SMB!', length: 204 })
  })
})

describe('GRE', () => {
  const gre = (payload: string) => inIpv4(47, payload)
  const cases: Case[] = [
    ['no options', gre(`0000 0800 ${IPV4}`), EXPECTED_V4],
    ['IPv6', gre(`0000 86dd ${IPV6}`), EXPECTED_V6],
    ['checksum', gre(`8000 0800 abcd 0000 ${IPV4}`), EXPECTED_V4],
    ['key', gre(`2000 0800 0000002a ${IPV4}`), EXPECTED_V4],
    ['sequence number', gre(`1000 0800 00000001 ${IPV4}`), EXPECTED_V4],
    ['checksum, key and sequence number', gre(`b000 86dd abcd 0000 0000002a 00000001 ${IPV6}`), EXPECTED_V6],
    [
      'routing',
      gre(`4000 0800 0000 0000 0800 04 08 c0000201 c0000202 0800 00 04 c0000203 0000 0000 ${IPV4}`),
      EXPECTED_V4,
    ],
    ['Ethernet', gre(`2000 6558 00123400 ${ETHERNET_V4}`), EXPECTED_V4],
    ['MPLS', gre(`0000 8847 00064140 ${IPV4}`), EXPECTED_V4],
    ['ERSPAN type I', gre(`0000 88be ${ETHERNET_V4}`), EXPECTED_V4],
    ['ERSPAN type II', gre(`1000 88be 00000001 1000 0001 00000002 ${ETHERNET_V6}`), EXPECTED_V6],
    ['ERSPAN type III', gre(`1000 22eb 00000001 2000 0001 00000000 0000 0000 ${ETHERNET_V4}`), EXPECTED_V4],
    [
      'ERSPAN type III with a subheader',
      gre(`1000 22eb 00000001 2000 0001 00000000 0000 8001 0700000000000000 ${ETHERNET_V4}`),
      EXPECTED_V4,
    ],
    ['ERSPAN type III, IP', gre(`1000 22eb 00000001 2000 0001 00000000 0000 0800 ${IPV6}`), EXPECTED_V6],
    ['WCCP version 1', gre(`0000 883e ${IPV4}`), EXPECTED_V4],
    ['WCCP version 2', gre(`0000 883e 00000000 ${IPV4}`), EXPECTED_V4],
    ['PPP', gre(`0000 880b ff03 0021 ${IPV4}`), EXPECTED_V4],
    ['PPTP', gre(`3001 880b 003a 0007 00000001 0021 ${IPV4}`), EXPECTED_V4],
    ['PPTP with an acknowledgment', gre(`3081 880b 003c 0007 00000001 00000005 ff03 0021 ${IPV4}`), EXPECTED_V4],
    ['GRE in GRE in IPv6', inIpv6(47, `0000 0800 ${gre(`0000 86dd ${IPV6}`)}`), EXPECTED_V6],
  ]
  it.each(cases)('%s', (_name, frame, expected) => {
    expect(decode(LINKTYPE.RAW, frame)).toEqual(expected)
  })

  it('leaves alone what carries nothing, or something else', () => {
    // PPTP: a pure acknowledgment; no key; an unknown version; a keep-alive; ERSPAN with its own frame type.
    expectNothing(gre('2081 880b 0000 0007 00000005'))
    expectNothing(gre(`1001 880b 003a 0007 00000001 0021 ${IPV4}`))
    expectNothing(gre(`0002 0800 ${IPV4}`))
    expectNothing(gre('0000 0000'))
    expectNothing(gre(`1000 22eb 00000001 2000 0001 00000000 0000 1c00 ${ETHERNET_V4}`))
    expectNothing(gre(`3001 6400 003a 0007 00000001 0021 ${IPV4}`))
  })

  it('ends where routing does not', () => {
    expectNothing(gre(`4000 0800 0000 0000 ${'0800 04 00 '.repeat(20)}`))
    expectNothing(gre('4000 0800 0000 0000 0800 04 ff'))
  })

  it('bounds the payload of PPTP by its length', () => {
    const offloaded = IPV4.replace('4500 0038', '4500 0000')
    expectIpv4(gre(`3001 880b 003a 0007 00000001 0021 ${offloaded} eeeeeeee`))
  })
})

describe('tunnels in UDP', () => {
  const VXLAN = '08000000 00002a00'
  const authentication = '0001 04 04 11223344 55667788 0102030405060708 00'
  const origin = '0000 1234 3ffffdfe'
  const cases: Case[] = [
    ['VXLAN', inUdp(4789, `${VXLAN} ${ETHERNET_V4}`), EXPECTED_V4],
    ['VXLAN on the port of Linux', inUdp(8472, `${VXLAN} ${ETHERNET_V6}`), EXPECTED_V6],
    ['VXLAN with a group policy', inUdp(4789, `88000001 00002a00 ${ETHERNET_V4}`), EXPECTED_V4],
    ['VXLAN-GPE, IPv4', inUdp(4790, `0c000001 00002a00 ${IPV4}`), EXPECTED_V4],
    ['VXLAN-GPE, IPv6', inUdp(4790, `0c000002 00002a00 ${IPV6}`), EXPECTED_V6],
    ['VXLAN-GPE, Ethernet', inUdp(4790, `0c000003 00002a00 ${ETHERNET_V4}`), EXPECTED_V4],
    ['VXLAN-GPE, NSH', inUdp(4790, `0c000004 00002a00 0fc2 0203 00000aff ${ETHERNET_V4}`), EXPECTED_V4],
    ['VXLAN-GPE, MPLS', inUdp(4790, `0c000005 00002a00 00064140 ${IPV6}`), EXPECTED_V6],
    ['VXLAN-GPE without a next protocol', inUdp(4790, `08000000 00002a00 ${ETHERNET_V4}`), EXPECTED_V4],
    ['GENEVE', inUdp(6081, `0000 6558 00002a00 ${ETHERNET_V4}`), EXPECTED_V4],
    ['GENEVE with options, IPv6', inUdp(6081, `0340 86dd 00002a00 ${'0102 8002 '.repeat(3)} ${IPV6}`), EXPECTED_V6],
    ['Teredo', inUdp(3544, IPV6), EXPECTED_V6],
    ['Teredo from its port', inUdp(50_001, IPV6, 3544), EXPECTED_V6],
    ['Teredo with an origin', inUdp(50_001, `${origin} ${IPV6}`, 3544), EXPECTED_V6],
    ['Teredo with authentication', inUdp(3544, `${authentication} ${IPV6}`), EXPECTED_V6],
    ['Teredo with both', inUdp(3544, `${authentication} ${origin} ${IPV6}`), EXPECTED_V6],
    ['GTP-U', inUdp(2152, `30ff 0038 00000001 ${IPV4}`), EXPECTED_V4],
    ['GTP-U with a sequence number', inUdp(2152, `32ff 0050 00000001 00010000 ${IPV6}`), EXPECTED_V6],
    [
      'GTP-U with extension headers',
      inUdp(2152, `34ff 0048 00000001 00000085 01 0000 c0 02 000000000000 00 ${IPV4}`),
      EXPECTED_V4,
    ],
    ['in IPv6', inIpv6(17, `c350 12b5 ${hex16(16 + 14 + 56)} 0000 ${VXLAN} ${ETHERNET_V4}`), EXPECTED_V4],
    ['VXLAN in VXLAN', inUdp(4789, `${VXLAN} ${MACS} 0800 ${inUdp(4789, `${VXLAN} ${ETHERNET_V4}`)}`), EXPECTED_V4],
  ]
  it.each(cases)('%s', (_name, frame, expected) => {
    expect(decode(LINKTYPE.RAW, frame)).toEqual(expected)
  })

  it('reads no other port, and VXLAN’s only as destination', () => {
    expectUdp(inUdp(4788, `${VXLAN} ${ETHERNET_V4}`))
    expectUdp(inUdp(50_001, `${VXLAN} ${ETHERNET_V4}`, 4789))
    expectUdp(inUdp(53, IPV6))
  })

  it('leaves alone what has the port but not the form', () => {
    expectNothing(inUdp(4789, `00000000 00002a00 ${ETHERNET_V4}`))
    expectNothing(inUdp(4790, `1c000001 00002a00 ${IPV4}`))
    expectNothing(inUdp(4790, `0c000009 00002a00 ${IPV4}`))
    expectNothing(inUdp(6081, `4000 6558 00002a00 ${ETHERNET_V4}`))
    expectNothing(inUdp(6081, `0000 9999 00002a00 ${ETHERNET_V4}`))
    expectNothing(inUdp(3544, IPV4))
    expectNothing(inUdp(2152, `3001 0038 00000001 ${IPV4}`))
    expectNothing(inUdp(2152, `50ff 0038 00000001 ${IPV4}`))
    // Extension headers: one of length zero, one without end.
    expectNothing(inUdp(2152, `34ff 0040 00000001 00000085 00 0000 c0 ${IPV4}`))
    expectNothing(inUdp(2152, '34ff 0008 00000001 00000085 01 0000 85'))
  })

  it('bounds what it carries by its length', () => {
    const offloaded = ETHERNET_V4.replace('4500 0038', '4500 0000')
    const datagram = `c350 12b5 ${hex16(16 + 14 + 56)} 0000 ${VXLAN} ${offloaded}`
    expectIpv4(inIpv4(17, `${datagram} eeeeeeee`))
    // Zero: an offloaded datagram, larger than the field can say.
    expectIpv4(inIpv4(17, `c350 12b5 0000 0000 ${VXLAN} ${ETHERNET_V4}`))
  })
})

describe('MPLS', () => {
  const CONTROL_WORD = '00000000'
  const mpls = (below: string) => `${MACS} 8847 ${below}`
  /** An Ethernet frame to this address. */
  const frameTo = (destination: string, rest: string) => `${destination} 020000000002 ${rest}`
  const cases: Case[] = [
    ['IPv4', mpls(`00064140 ${IPV4}`), EXPECTED_V4],
    ['IPv6', mpls(`00064140 ${IPV6}`), EXPECTED_V6],
    ['multicast', `${MACS} 8848 00064140 ${IPV4}`, EXPECTED_V4],
    ['three labels', mpls(`00064040 00065040 00066140 ${IPV4}`), EXPECTED_V4],
    ['Ethernet behind a control word', mpls(`00064140 ${CONTROL_WORD} ${ETHERNET_V4}`), EXPECTED_V4],
    ['Ethernet behind a numbered control word', mpls(`00064140 00000800 ${ETHERNET_V4}`), EXPECTED_V4],
    ['Ethernet', mpls(`00064140 ${ETHERNET_V6}`), EXPECTED_V6],
    ['Ethernet to an address like IPv4', mpls(`00064140 ${frameTo('450000380001', `0800 ${IPV4}`)}`), EXPECTED_V4],
    ['Ethernet to an address like IPv6', mpls(`00064140 ${frameTo('600000000024', `86dd ${IPV6}`)}`), EXPECTED_V6],
    [
      'Ethernet with tags, to an address like IPv6',
      mpls(`00064140 ${frameTo('600000000024', `88a8 0064 8100 00c8 0800 ${IPV4}`)}`),
      EXPECTED_V4,
    ],
    ['Ethernet to zeros', mpls(`00064140 ${frameTo('000000000001', `0800 ${IPV4}`)}`), EXPECTED_V4],
    [
      'Ethernet to zeros behind a control word',
      mpls(`00064140 ${CONTROL_WORD} ${frameTo('000000000001', `0800 ${IPV4}`)}`),
      EXPECTED_V4,
    ],
    [
      'Ethernet with PPPoE behind a control word',
      mpls(`00064140 ${CONTROL_WORD} ${MACS} 8864 1100 0009 003a 0021 ${IPV4}`),
      EXPECTED_V4,
    ],
    ['Ethernet with PPPoE', mpls(`00064140 ${MACS} 8864 1100 0009 003a 0021 ${IPV4}`), EXPECTED_V4],
    ['padding', mpls(`00064140 ${IPV4} 000000000000`), EXPECTED_V4],
  ]
  it.each(cases)('%s', (_name, frame, expected) => {
    expect(decode(LINKTYPE.ETHERNET, frame)).toEqual(expected)
  })

  it('does not read what is neither IP nor Ethernet', () => {
    // An associated channel (RFC 4385 5), and no bottom of stack.
    expectNothing(mpls(`0000d140 10000007 ${IPV4}`), LINKTYPE.ETHERNET)
    expectNothing(mpls('00064040 00064040'), LINKTYPE.ETHERNET)
    expectNothing(mpls('00064140'), LINKTYPE.ETHERNET)
  })
})

/** Frames of the test captures of these projects, with what tshark finds innermost in them. */
describe('frames from the wire', () => {
  const { ETHERNET, PPP, LINUX_SLL } = LINKTYPE
  const frames: [capture: string, linkType: number, frame: string, segment: string][] = [
    [
      'arkime gre-erspan-vxlan.pcap, 1: GRE, ERSPAN II, VXLAN',
      ETHERNET,
      `bbbbbbbbbbb1aaaaaaaaaaa108004500008c00010000402fa0176414090264140901100088be000000001000001400000001ffddfffffff1eeeeeee
       eeee108004500005a000100004011eb75ac101b83ac101b7912b512b60046a3b70c00000300000000ddddddddddd1aabbccddccc108004500002800
       010000400630210a101b0c0a101b83fe960050000000000000000050022000464d0000`,
      '10.16.27.12:65174 > 10.16.27.131:80 seq 0 length 0',
    ],
    [
      'zeek tunnel-direct-bypass.pcap, 2: GRE',
      ETHERNET,
      `02000000000402000000000308004500004107d10000402f8687c0000201c6336401000008004500002903e90000400662bc0a1400010a140002ad9c
       005000000002000000005018200075b2000058`,
      '10.20.0.1:44444 > 10.20.0.2:80 seq 2 length 1',
    ],
    [
      'zeek geneve-inner-tcp-bad-checksum.pcap, 1: GENEVE with Ethernet',
      ETHERNET,
      `deadbeef0002deadbeef000108004500005a000100004011f73ec0a80101c0a801025ba017c1004626e30000655800002a00aabbccddee02aabbccdd
       ee0108004500002800010000400666cd0a0000010a00000230390050000000000000000050022000dead0000`,
      '10.0.0.1:12345 > 10.0.0.2:80 seq 0 length 0',
    ],
    [
      'tcpdump geneve-gcp.pcap, 1: GENEVE with options and IPv4',
      ETHERNET,
      `4201c0a864034201c0a864fe0800450000740000400002112e27c0a864fec0a86403f5fe17c1006000000a0008000000000001320101800000d10132
       02040800000dc0a86402000000000000000001320302000000000000123445000028d944000040065837c0a86402c0a864010b591f902d5ade4078e9
       bfda50000200f5470000`,
      '192.168.100.2:2905 > 192.168.100.1:8080 seq 760929856 length 0',
    ],
    [
      'zeek gtp1_gn_normal_incl_fragmentation.pcap, 3: GTP-U',
      ETHERNET,
      `00000c07ace888e0f3c8bff008004500004c000000003d111dacef729b6f3f5e95b50868086800380b4230ff00288c61be3645000028526640008006
       b03b0a832fb94f656e8d07830050cd6c69b86fc354945010fdcab68b0000`,
      '10.131.47.185:1923 > 79.101.110.141:80 seq 3446434232 length 0',
    ],
    [
      'arkime gtp-iphone.pcap, 11: GTP-U with IPv6, on Linux cooked',
      LINUX_SLL,
      `000003040006000000000000000008004500006c0000400040113a1c7f0001017f00016408680868005800cf30ff00487e10b569600438b7002006ff
       fd0001830001000118869040860532b8fd01000000000000000000000000018313c413c451fb4ff13b7dd31e801010014b4c00000101080a3bcd0206
       34cb7232`,
      'fd00:183:1:1:1886:9040:8605:32b8:5060 > fd01::183:5060 seq 1375424497 length 0',
    ],
    [
      'zeek 4in6.pcap, 1: IPv4 in IPv6',
      ETHERNET,
      `00901a4165410016cf419c2086dd600000000028044020024637d5d30000000000004637d5d320014860000020010000000000000068450000280001
       000040063b6b4637d5d3c05863017a690050000000000000000050022000d5c40000`,
      '70.55.213.211:31337 > 192.88.99.1:80 seq 0 length 0',
    ],
    [
      'arkime mpls-basic.pcap, 34: MPLS, padded',
      ETHERNET,
      `003096e6fc3900309605283888470001ddff45c0002800010000ff06a4ea0a0102010a2200012af9001798320ffc8dd58ea55010102099d600000000`,
      '10.1.2.1:11001 > 10.34.0.1:23 seq 2553417724 length 0',
    ],
    [
      'tcpdump lspping-fec-ldp.pcap, 5: PPP with MPLS',
      PPP,
      `ff03028118960d4045c000349f1600004006bde40c0404040c01010107d600b317d312d52a3c946f80104000645100000101080a050db55100020925`,
      '12.4.4.4:2006 > 12.1.1.1:179 seq 399708885 length 0',
    ],
    [
      'zeek pbb.pcap, 7: provider backbone, padded',
      ETHERNET,
      `02cccc003cff02cccc003aff81000fd388e7001ebb4410604b7dba7510604b7f2d2781000fb4080045000028432140008006b0080ac7f90b0ac7f90c
       c1c1c1088044b7b71a10169f501040297c8f0000000000000000`,
      '10.199.249.11:49601 > 10.199.249.12:49416 seq 2151987127 length 0',
    ],
    [
      'zeek pppoe-over-qinq.pcap, 3: PPPoE behind two tags',
      ETHERNET,
      `00000000000100000000000081000e78810009aa886411000f07002a002145000028000040003f0635cb01010101020202024faa01bbd7a84156fc90
       a2ff501010008fda0000`,
      '1.1.1.1:20394 > 2.2.2.2:443 seq 3618128214 length 0',
    ],
    [
      'zeek vntag_vlan_sandwich_clean.pcap, 1: VN-Tag between VLAN tags, cut by the snap length',
      ETHERNET,
      `000000000002000000000001810000fa892600000033810000fa08004500003c000040003a0682480a0a0a010a0a0a0201bbde8026dcf2817b67833f
       a012ffff6fb500000204`,
      '10.10.10.1:443 > 10.10.10.2:56960 seq 652014209 length 0',
    ],
    [
      'zeek cisco-fabric-path.pcap, 34: FabricPath',
      ETHERNET,
      `15e9fd9c8100424fcb82ac6a890300009998cf7389eb829070bf47a708004500002800010000400674c50101010602020202deadbeef000000000000
       000050022000ec3a0000`,
      '1.1.1.6:57005 > 2.2.2.2:48879 seq 0 length 0',
    ],
  ]
  it.each(frames)('%s', (_capture, linkType, frame, segment) => {
    const { decoded, src, dst, ports, seq, length } = decode(linkType, frame, 88)
    expect(decoded).toBe(DECODED.TCP)
    expect(`${src}:${ports[0]} > ${dst}:${ports[1]} seq ${seq >>> 0} length ${length}`).toBe(segment)
  })
})
