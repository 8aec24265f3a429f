import { describe, expect, it } from 'vitest'
import { CLOSED, UNREAD } from '../../../dissectors/layers/unread.ts'
import { plainLedger } from '../../../src/ledger/ledger.ts'
import { Tracker } from '../../../src/track/tracker.ts'
import { UnreadPackets } from '../../../src/track/unread/unread-packets.ts'
import { hex16, IPV4, IPV6, inIpv4, inUdp, MACS } from '../../dissectors/net/fixtures.ts'
import { bytes, conversation, feed, packet, smb2, type TestFrame } from '../../support/conversation.ts'

const ethernet = (type: string, payload: string): TestFrame => {
  const frame = bytes(`${MACS} ${type} ${payload}`)
  return { bytes: frame, original: frame.length }
}
const times = (n: number, frame: TestFrame): TestFrame[] => Array.from({ length: n }, () => frame)
/** IPv4 with a header checksum. */
const SUMMED = IPV4.replace('40 06 0000 0a000001', '40 06 26bd 0a000001')
const SMB = conversation([{ from: 'client', payload: packet(smb2({ command: 5 })) }])

function tracked(frames: TestFrame[], linkType = 1) {
  const tracker = new Tracker('test.pcap')
  feed(tracker, frames, linkType)
  const description = {
    format: 'pcap' as const,
    compression: null,
    linkTypes: [],
    bytes: 0,
    firstTime: null,
    lastTime: null,
  }
  const ledger = tracker.finish({ ...description, packets: frames.length, complete: true, warnings: [] })
  return plainLedger(ledger).captures[0]!
}

describe('what is not read', () => {
  it.each([
    ['EtherType 0x1234', ethernet('1234', SUMMED)],
    ['EtherType 0x1234', ethernet('8100 0005 1234', SUMMED)],
    ['EtherType 0x1234', ethernet('0800', inIpv4(47, `0000 1234 ${SUMMED}`))],
    ['ESP (IPsec)', ethernet('0800', inIpv4(50, '00000001 00000001 0102030405060708'))],
    ['ESP (IPsec)', ethernet('86dd', `60000000 0010 32 40 ${'20'.repeat(32)} 00000001 00000001 0102030405060708`)],
    ['IP protocol 253', ethernet('0800', inIpv4(253, SUMMED))],
    ['QUIC (UDP port 443)', ethernet('0800', inUdp(443, 'c000000001 08'))],
    ['WireGuard (UDP port 51820)', ethernet('0800', inUdp(51_820, '04000000 01020304'))],
    ['UDP port 7777', ethernet('0800', inUdp(7777, `cafe ${SUMMED}`))],
    ['UDP port 7777', ethernet('8100 0005 0800', inUdp(7777, `cafe ${IPV6}`, 7777))],
    ['UDP port 7777', ethernet('0800', inUdp(50_000, `cafe ${SUMMED}`, 7777))],
  ])('is counted and named where it is most of a capture: %s', (what, frame) => {
    const arp = ethernet('0806', '0001080006040001')
    const { unreadPackets, warnings, complete } = tracked([...times(3, arp), ...times(7, frame)])
    expect(unreadPackets).toEqual([{ kind: 'encapsulation', what, packets: 7 }])
    expect(warnings).toMatchObject([{ code: 'unread-encapsulation', message: expect.stringContaining(what) }])
    expect(warnings[0]!.message).toContain('7 of 10 packets were not read')
    // The file was read to the end.
    expect(complete).toBe(true)
  })

  it.each([
    ['ARP', ethernet('0806', '0001080006040001')],
    ['LLDP', ethernet('88cc', '0207')],
    ['spanning tree', ethernet('0026', '424203 000000')],
    ['ICMP', ethernet('0800', inIpv4(1, '0800 0000'))],
    ['DNS', ethernet('0800', inUdp(53, '1234 0100 0001 0000 0000 0000 0000010001'))],
    ['text', ethernet('0800', inUdp(514, bytesOf('<34>Oct 11 22:14:15 mymachine su: failed for lonvick')))],
    ['zeros', ethernet('0800', inUdp(20_048, '00'.repeat(64)))],
    ['web', SMB[0]!],
  ])('is not counted if it cannot contain SMB: %s', (_, frame) => {
    expect(tracked(times(10, frame))).toMatchObject({ unreadPackets: [], warnings: [] })
  })

  it('gives no warning if it is the smaller part, or SMB was found', () => {
    const [esp, arp] = [ethernet('0800', inIpv4(50, '00000001')), ethernet('0806', '00')]
    const unreadPackets = [{ kind: 'encapsulation', what: 'ESP (IPsec)', packets: 4 }]
    expect(tracked([...times(4, esp), ...times(5, arp)])).toMatchObject({ unreadPackets, warnings: [] })
    expect(tracked([...times(4, esp), ...times(4, arp)])).toMatchObject({ unreadPackets, warnings: [{ frame: 1 }] })
    expect(tracked([...times(4, esp), ...SMB.slice(0, 3)])).toMatchObject({ unreadPackets, warnings: [] })
  })

  it('is not a tunnel if a client uses the tunnel’s port by chance', () => {
    const wireguard = ethernet('0800', inUdp(53, '1234 0100', 51_820))
    expect(tracked([wireguard, ...times(200, ethernet('0806', '00'))]).unreadPackets).toEqual([])
  })

  it('names the most frequent kinds, and counts the others', () => {
    const frames = Array.from({ length: 12 }, (_, i) => times(20 - i, ethernet(hex16(0x1201 + i), '00'))).flat()
    const { unreadPackets, warnings } = tracked(frames)
    expect(unreadPackets.slice(0, 2)).toEqual([
      { kind: 'encapsulation', what: 'EtherType 0x1201', packets: 20 },
      { kind: 'encapsulation', what: 'EtherType 0x1202', packets: 19 },
    ])
    expect(unreadPackets).toHaveLength(9)
    expect(unreadPackets.at(-1)).toEqual({ kind: 'encapsulation', what: 'others', packets: 12 + 11 + 10 + 9 })
    expect(unreadPackets.reduce((sum, { packets }) => sum + packets, 0)).toBe(frames.length)
    expect(warnings).toHaveLength(1)
  })

  it('lists few kinds of many, and counts the others together', () => {
    const packets = new UnreadPackets()
    for (let i = 0; i < 70_000; i++) packets.packet(UNREAD.ETHERTYPE | (i & 0xffff), i + 1)
    packets.packet(UNREAD.LINK | 187, 70_001)
    const facts = packets.facts(70_001)
    expect(facts.length).toBeLessThan(12)
    expect(facts.reduce((sum, each) => sum + each.packets, 0)).toBeGreaterThan(69_000)
    // Nothing can hide a link type.
    expect(facts).toContainEqual({ kind: 'link-type', what: expect.stringContaining('link type'), packets: 1 })
    expect(packets.warnings(70_001, true)).toMatchObject([{ code: 'unknown-link-type', frame: 70_001 }])
  })

  it('has a name for everything that is encrypted', () => {
    for (const closed of Object.values(CLOSED)) {
      const packets = new UnreadPackets()
      packets.packet(UNREAD.CLOSED | closed, 1)
      expect(packets.facts(1)).toHaveLength(1)
    }
  })

  it('of a link type says which, and what to do', () => {
    expect(tracked(SMB, 187).warnings[0]!.message).toBe(
      `link type bluetooth-hci-h4 (187) is not read: ${SMB.length} of ${SMB.length} packets. It carries no SMB over TCP: capture on a network interface`,
    )
    expect(tracked(SMB, 150).warnings[0]!.message).toContain('editcap -C N -T rawip')
  })
})

function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
