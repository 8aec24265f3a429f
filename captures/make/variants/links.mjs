// From packets to the frames of a capture: link headers of all kinds, and the files around them. A frame is { time, bytes, original }.
import { pcapng, writePcap } from '../pcap.mjs'
import { crc32, hex, u16 } from './bytes.mjs'
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

/** Each link type: its number in capture files, what it takes, and how it frames a packet. */
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

/** A pcapng file with an interface of each of these link types, which take the packets by turns. */
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
