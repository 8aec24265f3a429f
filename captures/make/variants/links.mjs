// From packets to the frames of a capture: link headers of all kinds, and the files around them. A frame is { time, bytes, original }.
import { pcapng, writePcap } from '../pcap.mjs'
import { crc32, hex, u16, u32 } from './bytes.mjs'
import { ethernetFrame, MACS, PPP_PROTOCOL } from './encapsulations.mjs'
import { IPV4, IPV6 } from './ip.mjs'

const ACCESS_POINT = hex('0200000001ff')
const OTHER_ACCESS_POINT = hex('0200000001fe')
/** LLC and SNAP, as 802.11 carries an EtherType. */
const llc = (p) => Buffer.concat([hex('aaaa03000000'), u16(p.type), p.bytes])

/** 4 bytes in front; AF_INET6 is another number on every BSD. */
const family = (p, bigEndian, ipv6 = 30) => {
  const b = Buffer.alloc(4)
  const value = p.type === IPV6 ? ipv6 : 2
  if (bigEndian) b.writeUInt32BE(value, 0)
  else b.writeUInt32LE(value, 0)
  return Buffer.concat([b, p.bytes])
}

const isIp = (type) => type === IPV4 || type === IPV6
const isPpp = (type) => type in PPP_PROTOCOL
/** Not an 802.3 length: that needs Ethernet. */
const isEtherType = (type) => type >= 0x0600

const ppp = (p) => Buffer.concat([u16(PPP_PROTOCOL[p.type]), p.bytes])

/**
 * A data frame of 802.11 (IEEE 802.11 9.3.2.1): to the access point or from it, or with four addresses between two of them. `pad` bytes lie behind
 * the header.
 */
function wireless(p, { bridge = false, pad = 0, htControl = false, qos = true } = {}) {
  const [source, destination] = p.fromClient ? MACS : MACS.toReversed()
  const direction = bridge ? 3 : p.fromClient ? 1 : 2
  const addresses = bridge
    ? [ACCESS_POINT, OTHER_ACCESS_POINT, destination]
    : p.fromClient
      ? [ACCESS_POINT, source, destination]
      : [destination, ACCESS_POINT, source]
  const control = Buffer.of(qos ? 0x88 : 0x08, direction | (htControl ? 0x80 : 0))
  const parts = [control, hex('2c00'), ...addresses, hex('1000')]
  if (bridge) parts.push(source)
  if (qos) parts.push(u16(0))
  if (htControl) parts.push(Buffer.alloc(4))
  return Buffer.concat([...parts, Buffer.alloc(pad), llc(p)])
}

/** Flags in the radiotap header: a check sequence follows the frame; its header is padded to four bytes. */
const FCS = 0x10
const DATA_PAD = 0x20

/** A radiotap header with three words of presence bits, TSFT (which must lie on eight bytes), flags and rate. */
function radiotap(frame, flags) {
  const header = hex('00001a000700008000000080000000000102030405060708000c')
  header[24] = flags
  return Buffer.concat([header, frame, ...(flags & FCS ? [crc32(frame)] : [])])
}

/** Four addresses and QoS make 32 bytes, which need no pad; three make 26. */
const withPad = (p, options = {}) => radiotap(wireless(p, { ...options, pad: options.bridge ? 0 : 2 }), DATA_PAD | FCS)

const cookedAddress = (p) => Buffer.concat([MACS[p.fromClient ? 0 : 1], u16(0)])

const cooked32 = (value, bigEndian) => {
  const b = u32(value)
  return bigEndian ? b : b.reverse()
}
const cooked16 = (value, bigEndian) => {
  const b = u16(value)
  return bigEndian ? b : b.reverse()
}

/** Attributes of Linux's firewall log: the packet's hook, a prefix, and the datagram, each padded to four bytes. */
function nflog(p, bigEndian) {
  const attribute = (type, content) => {
    const head = Buffer.concat([cooked16(4 + content.length, bigEndian), cooked16(type, bigEndian)])
    return Buffer.concat([head, content, Buffer.alloc(-content.length & 3)])
  }
  const head = Buffer.of(p.type === IPV6 ? 10 : 2, 0, 0, 100)
  const hook = Buffer.concat([u16(p.type), hex('0300')])
  return Buffer.concat([head, attribute(1, hook), attribute(10, hex('736d6200')), attribute(9, p.bytes)])
}

/** macOS's header of 108 bytes: record type packet, link type, interface "en0", and nothing more. */
function pktap(linkType, frame) {
  const header = Buffer.alloc(108)
  header.writeUInt32LE(108, 0)
  header.writeUInt32LE(1, 4)
  header.writeUInt32LE(linkType, 8)
  header.write('en0', 12)
  return Buffer.concat([header, frame])
}

/** pf's log, of 61 bytes padded to 64; enc's of 12, its words in the order of the capturing host. */
const pflog = (p) => {
  const header = Buffer.alloc(64)
  header.set([61, p.type === IPV6 ? 24 : 2, 0, 0])
  header.write('em0', 4)
  return Buffer.concat([header, p.bytes])
}
const enc = (p) => Buffer.concat([cooked32(p.type === IPV6 ? 24 : 2), hex('0000100000040000'), p.bytes])

const cisco = (p) => Buffer.concat([hex('0f00'), u16(p.type), p.bytes])
const direction = (p) => Buffer.of(p.fromClient ? 0 : 1)
/** RFC 2427: DLCI 100, control, and what is inside; or Cisco's EtherType. */
const frameRelay = (p) => Buffer.concat([hex('184103'), Buffer.of(p.type === IPV6 ? 0x8e : 0xcc), p.bytes])
const frameRelaySnap = (p) => Buffer.concat([hex('1841030080000000'), u16(p.type), p.bytes])
const frameRelayCisco = (p) => Buffer.concat([hex('1841'), u16(p.type), p.bytes])

/** Juniper: in or out, with extensions of ten bytes, or the link's header gone. */
const juniper = (link) => Buffer.concat([hex('4d474380000a03010601020d0102'), hex('0800'), link])
const juniperBare = (p) => Buffer.concat([hex('4d474302'), cooked32(p.type === IPV6 ? 6 : 2), p.bytes])

/** Endace: a time, the type, an extension header where `extended`, and the frame, whose check sequence wlen counts. */
function erf(type, before, frame, extended = false) {
  const extensions = extended ? hex('8300000000000001' + '0300000000000002') : Buffer.alloc(0)
  const record = Buffer.concat([extensions, before, frame])
  const header = Buffer.concat([hex('0000000000000065'), Buffer.of(type | (extended ? 0x80 : 0), 4)])
  return Buffer.concat([header, u16(16 + record.length), u16(0), u16(frame.length), record])
}

/** Broadcom's and Marvell's tags behind the addresses. */
const tagged = (p, tag) => {
  const frame = ethernetFrame(p)
  return Buffer.concat([frame.subarray(0, 12), hex(tag), frame.subarray(12)])
}

/** Wireshark's exported PDUs: the dissector's name, and for TCP the addresses. */
function upperPdu(name, pdu, tags = []) {
  const tag = (type, content) => Buffer.concat([u16(type), u16(content.length), content])
  const padded = Buffer.concat([Buffer.from(name), Buffer.alloc(-name.length & 3)])
  return Buffer.concat([tag(12, padded), ...tags.map(([type, content]) => tag(type, content)), hex('00000000'), pdu])
}

/** An IPv4 or IPv6 datagram without extension headers, as an exported PDU of TCP. */
function exportedTcp({ type, bytes }) {
  const tags =
    type === IPV4
      ? [
          [20, bytes.subarray(12, 16)],
          [21, bytes.subarray(16, 20)],
        ]
      : [
          [22, bytes.subarray(8, 24)],
          [23, bytes.subarray(24, 40)],
        ]
  return upperPdu('tcp', bytes.subarray(type === IPV4 ? 20 : 40), tags)
}

/** Each link type: its number in capture files, what it accepts, and how it frames a packet. */
export const LINKS = {
  ethernet: { number: 1, takes: () => true, frame: (p) => ethernetFrame(p, p.macs) },
  'raw-101': { number: 101, takes: isIp, frame: (p) => p.bytes },
  'raw-12': { number: 12, takes: isIp, frame: (p) => p.bytes },
  'raw-14': { number: 14, takes: isIp, frame: (p) => p.bytes },
  ipv4: { number: 228, takes: (type) => type === IPV4, frame: (p) => p.bytes },
  ipv6: { number: 229, takes: (type) => type === IPV6, frame: (p) => p.bytes },
  'null-little-endian': { number: 0, takes: isIp, frame: (p) => family(p, false) },
  'null-big-endian': { number: 0, takes: isIp, frame: (p) => family(p, true), file: { bigEndian: true } },
  'null-freebsd': { number: 0, takes: isIp, frame: (p) => family(p, false, 28) },
  loop: { number: 108, takes: isIp, frame: (p) => family(p, true, 24) },
  sll: {
    number: 113,
    takes: isEtherType,
    frame: (p) =>
      Buffer.concat([hex(p.fromClient ? '0000' : '0004'), hex('00010006'), cookedAddress(p), u16(p.type), p.bytes]),
  },
  sll2: {
    number: 276,
    takes: isEtherType,
    frame: (p) =>
      Buffer.concat([u16(p.type), hex(`0000000000020001${p.fromClient ? '00' : '04'}06`), cookedAddress(p), p.bytes]),
  },
  ppp: { number: 9, takes: isPpp, frame: (p) => Buffer.concat([hex('ff03'), ppp(p)]) },
  'ppp-bare': { number: 9, takes: isPpp, frame: ppp },
  'ppp-compressed': { number: 9, takes: isIp, frame: (p) => ppp(p).subarray(1) },
  'ppp-hdlc': { number: 50, takes: isPpp, frame: (p) => Buffer.concat([hex('ff03'), ppp(p)]) },
  'pppoe-link': {
    number: 51,
    takes: isPpp,
    frame: (p) => Buffer.concat([hex('11000042'), u16(2 + p.bytes.length), ppp(p)]),
  },
  nflog: { number: 239, takes: isIp, frame: (p) => nflog(p, false) },
  'nflog-big-endian': { number: 239, takes: isIp, frame: (p) => nflog(p, true), file: { bigEndian: true } },
  pktap: { number: 258, takes: () => true, frame: (p) => pktap(1, ethernetFrame(p)) },
  'pktap-raw': { number: 258, takes: isIp, frame: (p) => pktap(12, p.bytes) },
  'pktap-user2': { number: 149, takes: () => true, frame: (p) => pktap(1, ethernetFrame(p)) },
  pflog: { number: 117, takes: isIp, frame: pflog },
  enc: { number: 109, takes: isIp, frame: enc },
  'ppp-with-dir': {
    number: 204,
    takes: isPpp,
    frame: (p) => Buffer.concat([direction(p), hex('ff03'), ppp(p)]),
  },
  'ppp-with-dir-bare': { number: 204, takes: isPpp, frame: (p) => Buffer.concat([direction(p), ppp(p)]) },
  'ppp-pppd': { number: 166, takes: isPpp, frame: (p) => Buffer.concat([direction(p), hex('03'), ppp(p)]) },
  'c-hdlc': { number: 104, takes: isEtherType, frame: cisco },
  'c-hdlc-with-dir': { number: 205, takes: isEtherType, frame: (p) => Buffer.concat([direction(p), cisco(p)]) },
  frelay: { number: 107, takes: isIp, frame: frameRelay },
  'frelay-snap': { number: 107, takes: isEtherType, frame: frameRelaySnap },
  'frelay-cisco': { number: 107, takes: isEtherType, frame: frameRelayCisco },
  'frelay-with-dir': { number: 206, takes: isIp, frame: (p) => Buffer.concat([direction(p), frameRelay(p)]) },
  'juniper-ether': { number: 178, takes: () => true, frame: (p) => juniper(ethernetFrame(p)) },
  'juniper-ether-bare': { number: 178, takes: isIp, frame: juniperBare },
  'juniper-ppp': { number: 179, takes: isPpp, frame: (p) => juniper(Buffer.concat([hex('ff03'), ppp(p)])) },
  'juniper-chdlc': { number: 181, takes: isEtherType, frame: (p) => juniper(cisco(p)) },
  'juniper-frelay': { number: 180, takes: isIp, frame: (p) => juniper(frameRelay(p)) },
  'erf-ethernet': {
    number: 197,
    takes: () => true,
    frame: (p) => erf(2, hex('0000'), Buffer.concat([ethernetFrame(p), crc32(ethernetFrame(p))])),
  },
  'erf-extended': { number: 197, takes: () => true, frame: (p) => erf(2, hex('0000'), ethernetFrame(p), true) },
  'erf-hdlc': { number: 197, takes: isPpp, frame: (p) => erf(1, hex(''), Buffer.concat([hex('ff03'), ppp(p)])) },
  'erf-ipv4': { number: 197, takes: (type) => type === IPV4, frame: (p) => erf(22, hex(''), p.bytes) },
  ipoib: { number: 242, takes: isEtherType, frame: (p) => Buffer.concat([u16(p.type), hex('0000'), p.bytes]) },
  'ipoib-routed': {
    number: 242,
    takes: isEtherType,
    frame: (p) =>
      Buffer.concat([
        Buffer.alloc(20),
        hex('2fa3000a80000550fe800000000000000010e000'),
        u16(p.type),
        hex('0000'),
        p.bytes,
      ]),
  },
  fddi: { number: 10, takes: isEtherType, frame: (p) => Buffer.concat([hex('50'), MACS[1], MACS[0], llc(p)]) },
  'dsa-tag-brcm': { number: 281, takes: () => true, frame: (p) => tagged(p, '2c000080') },
  'dsa-tag-brcm-prepend': {
    number: 282,
    takes: () => true,
    frame: (p) => Buffer.concat([hex('20000020'), ethernetFrame(p)]),
  },
  'dsa-tag-dsa': { number: 284, takes: () => true, frame: (p) => tagged(p, 'c00a0000') },
  'dsa-tag-edsa': { number: 285, takes: () => true, frame: (p) => tagged(p, 'dada0000c0000000') },
  'upper-pdu-ip': { number: 252, takes: isIp, frame: (p) => upperPdu(p.type === IPV4 ? 'ip' : 'ipv6', p.bytes) },
  'upper-pdu-ethernet': { number: 252, takes: () => true, frame: (p) => upperPdu('eth_withoutfcs', ethernetFrame(p)) },
  'mpls-link': {
    number: 219,
    takes: isIp,
    frame: (p) => Buffer.concat([u32((1000 << 12) | 0x13f), p.bytes]),
  },
  'tzsp-link': { number: 128, takes: () => true, frame: (p) => Buffer.concat([hex('0100000101'), ethernetFrame(p)]) },
  'sun-atm': { number: 123, takes: isEtherType, frame: (p) => Buffer.concat([hex('82000064'), llc(p)]) },
  'atm-rfc1483': { number: 100, takes: isEtherType, frame: llc },
  'ip-over-fc': {
    number: 122,
    takes: isEtherType,
    frame: (p) => Buffer.concat([hex('0000'), MACS[1], hex('0000'), MACS[0], llc(p)]),
  },
  ieee1394: {
    number: 138,
    takes: isEtherType,
    frame: (p) => Buffer.concat([MACS[1], hex('0000'), MACS[0], hex('0000'), u16(p.type), p.bytes]),
  },
  netanalyzer: { number: 240, takes: () => true, frame: (p) => Buffer.concat([hex('00004000'), ethernetFrame(p)]) },
  'netanalyzer-transparent': {
    number: 241,
    takes: () => true,
    frame: (p) => Buffer.concat([hex('00004000'), hex('55555555555555d5'), ethernetFrame(p)]),
  },
  mpacket: {
    number: 274,
    takes: () => true,
    frame: (p) => Buffer.concat([hex('55555555555555d5'), ethernetFrame(p), crc32(ethernetFrame(p))]),
  },
  ipnet: {
    number: 226,
    takes: isIp,
    frame: (p) =>
      Buffer.concat([
        Buffer.of(1, p.type === IPV6 ? 26 : 2),
        hex('0000'),
        u32(p.bytes.length),
        Buffer.alloc(16),
        p.bytes,
      ]),
  },
  80211: { number: 105, takes: isEtherType, frame: (p) => wireless(p) },
  '80211-no-qos': { number: 105, takes: isEtherType, frame: (p) => wireless(p, { qos: false }) },
  '80211-4-addresses': { number: 105, takes: isEtherType, frame: (p) => wireless(p, { bridge: true }) },
  '80211-ht-control': { number: 105, takes: isEtherType, frame: (p) => wireless(p, { htControl: true }) },
  radiotap: { number: 127, takes: isEtherType, frame: (p) => radiotap(wireless(p), 0) },
  'radiotap-fcs': { number: 127, takes: isEtherType, frame: (p) => radiotap(wireless(p), FCS) },
  'radiotap-4-addresses': { number: 127, takes: isEtherType, frame: (p) => radiotap(wireless(p, { bridge: true }), 0) },
  'radiotap-data-pad': { number: 127, takes: isEtherType, frame: (p) => withPad(p) },
  'radiotap-4-addresses-data-pad-fcs': { number: 127, takes: isEtherType, frame: (p) => withPad(p, { bridge: true }) },
}

/** The exported PDU of TCP itself. It is not in LINKS because it takes only whole datagrams. */
export const EXPORTED_TCP = { number: 252, frame: exportedTcp }

/** Frames in the order of the packets; a clock that never goes back. */
export function framed(packets, { frame }) {
  let last = 0
  return packets.map((p) => {
    last = Math.max(p.time, last + 1)
    const bytes = frame(p)
    return { time: last, bytes, original: bytes.length }
  })
}

/** Only the first `length` bytes of each frame. */
export const cutTo = (frames, length) => frames.map((f) => ({ ...f, bytes: f.bytes.subarray(0, length) }))

export function pcapFile(packets, link = LINKS.ethernet, options = {}) {
  return writePcap({ linkType: link.number, packets: framed(packets, link) }, { ...link.file, ...options })
}

/** A pcapng file with an interface of each of these link types, which carry the packets in turn. */
export function pcapngFile(packets, links, bigEndian = false) {
  const { section, interface: face, packet } = pcapng(bigEndian)
  const frames = links.map((link) => framed(packets, link))
  const blocks = packets.map((_, i) => {
    const number = i % links.length
    const f = frames[number][i]
    return packet(number, BigInt(f.time), f)
  })
  return Buffer.concat([section(), ...links.map(({ number }) => face(number)), ...blocks])
}
