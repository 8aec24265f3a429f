// What networks wrap around a datagram: tags and labels under it, tunnels around it. Each function gives a stage, as ip.mjs describes it. A stage
// whose tunnel carries Ethernet makes the inner frame itself.
import { checksum } from '../tcp.mjs'
import { crc32, hex, u16, u32 } from './bytes.mjs'
import { authenticationHeader, between, each, IPV4, IPV6, PROTOCOL, udp } from './ip.mjs'
import { garbage, seeded } from './random.mjs'

/** The client's and the server's. */
export const MACS = [hex('020000000101'), hex('020000000102')]

/** An Ethernet II frame, or 802.3 where `type` is a length. */
export function ethernetFrame({ fromClient, type, bytes }, macs = MACS) {
  const [client, server] = macs
  return Buffer.concat([fromClient ? server : client, fromClient ? client : server, u16(type), bytes])
}

// --- under IP

/** Tags of these EtherTypes, the outermost first; IEEE 802.1Q and 802.1ad. */
export function vlan(...tags) {
  return each(({ type, bytes }) => {
    let wrapped = { type, bytes }
    for (const [i, tag] of tags.toReversed().entries()) {
      const control = u16(0x6000 | (77 + i))
      wrapped = { type: tag, bytes: Buffer.concat([control, u16(wrapped.type), wrapped.bytes]) }
    }
    return wrapped
  })
}

/** 802.3 with LLC and SNAP: the length where the EtherType was. */
export const snap = each(({ type, bytes }) => ({
  type: 8 + bytes.length,
  bytes: Buffer.concat([hex('aaaa03000000'), u16(type), bytes]),
}))

/** A tag of this EtherType: its bytes, and the type of what follows. `fields` computes the bytes from the packet's number. */
const tag = (etherType, fields) =>
  each(({ type, bytes }, i) => ({ type: etherType, bytes: Buffer.concat([fields(i), u16(type), bytes]) }))

/** Cisco: the time tag and, with TrustSec, the security group 7; IEEE 802.1BR: E-CID 100 from 50; IEC 62439-3: HSR on path A; Marvell: EDSA. */
export const timestampTag = tag(0x8988, (i) => Buffer.concat([u16(0x0102), u32(0x03040506 + i)]))
export const metaData = tag(0x8909, () => hex('010100010007'))
export const eTag = tag(0x893f, () => hex('203200640000'))
export const hsr = each(({ type, bytes }, i) => ({
  type: 0x892f,
  bytes: Buffer.concat([u16(0x1000 | Math.min(6 + bytes.length, 0xfff)), u16(i), u16(type), bytes]),
}))
export const edsa = tag(0xdada, () => hex('0000c0000064'))
/** Arista's timestamps of 64 and of 48 bits. */
export const aristaTimestamp = (bits) =>
  tag(0xd28b, (i) =>
    Buffer.concat([u16(1), u16(bits === 64 ? 0x0110 : 0x0120), bits === 64 ? u32(1) : u16(1), u32(1000 * i)]),
  )

/** PRP, IEC 62439-3 4.1.9: a trailer of sequence number, network and size, and its suffix. */
export const prp = each(({ bytes }, i) => ({
  bytes: Buffer.concat([bytes, u16(i), u16(0xa000 | Math.min(6 + bytes.length, 0xfff)), hex('88fb')]),
}))

/** MACsec for integrity alone, IEEE 802.1AE; with a secure channel identifier where `channel` says so. */
export const macsec = (channel) =>
  each(({ type, bytes }, i) => {
    const data = Buffer.concat([u16(type), bytes])
    const head = Buffer.of(channel ? 0x20 : 0, data.length < 48 ? data.length : 0)
    const tagged = [head, u32(i + 1), ...(channel ? [hex('0200000001010001')] : []), data]
    return { type: 0x88e5, bytes: Buffer.concat([...tagged, Buffer.alloc(16, 0x5a)]) }
  })

/** TRILL, RFC 6325: hop count 20; with options of eight bytes, RFC 7179, if requested. */
export const trill = (options) =>
  each((p) => {
    const header = options ? hex('009400010002') : hex('001400010002')
    return { type: 0x22f3, bytes: Buffer.concat([header, Buffer.alloc(options ? 8 : 0), ethernetFrame(p)]) }
  })

export const MPLS = 0x8847

/** RFC 3032. `inside` is what the labels carry: the packet, an Ethernet frame, or one behind a control word (RFC 4448). */
export function mpls(labels, inside = 'packet') {
  const stack = Buffer.concat(labels.map((label, i) => u32((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 63)))
  return each((p) => {
    const parts = { packet: [p.bytes], ethernet: [ethernetFrame(p)], 'control word': [u32(0), ethernetFrame(p)] }
    return { type: MPLS, bytes: Buffer.concat([stack, ...parts[inside]]) }
  })
}

export const PPPOE_SESSION = 0x8864
export const PPP_PROTOCOL = { [IPV4]: 0x0021, [IPV6]: 0x0057, [MPLS]: 0x0281 }

/** RFC 2516 4. `compressed`: the PPP protocol in one byte (RFC 1661 6.5), for IP only. */
export const pppoe = (compressed = false) =>
  each(({ type, bytes }) => {
    const protocol = u16(PPP_PROTOCOL[type])
    const payload = Buffer.concat([compressed ? protocol.subarray(1) : protocol, bytes])
    return { type: PPPOE_SESSION, bytes: Buffer.concat([hex('11000042'), u16(payload.length), payload]) }
  })

/**
 * Bytes behind each packet that do not belong to it: padding, a switch's trailer. Long ones begin with an SMB message.
 * @param length the number of bytes to add, given the packet's length
 */
export function padded(seed, length) {
  const random = seeded(seed)
  const lure = Buffer.concat([hex('00000040fe534d42400000000000000003000100'), Buffer.alloc(48)])
  return each(({ bytes }) => {
    const size = length(bytes.length)
    const extra =
      size > lure.length ? Buffer.concat([lure, garbage(random, size - lure.length)]) : garbage(random, size)
    return { bytes: Buffer.concat([bytes, extra]) }
  })
}

/** Ethernet's frame check sequence behind each frame. For the outermost Ethernet header only. */
export const checkSequence = each((p) => ({ bytes: Buffer.concat([p.bytes, crc32(ethernetFrame(p))]) }))

// --- tunnels

/** IP in IP: protocol 4 (RFC 2003) or 41 (RFC 4213, RFC 2473), by what is inside. */
export const inIp = (family) =>
  each((p, i) => between(family, p.fromClient, p.type === IPV4 ? PROTOCOL.IPV4 : PROTOCOL.IPV6, p.bytes, i))

/** Authentication Header in tunnel mode, RFC 4302 3.1.2. */
export function authenticatedTunnel(family, seed) {
  const random = seeded(seed)
  return each((p, i) => {
    const ah = authenticationHeader(p.type === IPV4 ? PROTOCOL.IPV4 : PROTOCOL.IPV6, i + 1, random, family)
    return between(family, p.fromClient, PROTOCOL.AH, Buffer.concat([ah, p.bytes]), i)
  })
}

const BRIDGED = 0x6558

/** GRE, RFC 2784 and RFC 2890: `sum`, `key`, `sequence` add their fields; `bridged` puts an Ethernet frame inside. */
export function gre(family, { sum = false, key = false, sequence = false, bridged = false } = {}) {
  return each((p, i) => {
    const type = bridged ? BRIDGED : p.type
    return greAround(family, p, type, bridged ? ethernetFrame(p) : p.bytes, { sum, key, sequence }, i)
  })
}

function greAround(family, { fromClient }, type, payload, { sum, key, sequence }, i) {
  const flags = (sum ? 0x8000 : 0) | (key ? 0x2000 : 0) | (sequence ? 0x1000 : 0)
  const fields = [u16(flags), u16(type)]
  if (sum) fields.push(u32(0))
  if (key) fields.push(u32(0x00004d00))
  if (sequence) fields.push(u32(i))
  const bytes = Buffer.concat([...fields, payload])
  if (sum) bytes.writeUInt16BE(checksum(bytes, 0), 4)
  return between(family, fromClient, PROTOCOL.GRE, bytes, i)
}

const ERSPAN = 0x88be
const ERSPAN_III = 0x22eb

/** Cisco's mirror tunnels. Type I has no header, and no sequence number in GRE; types II and III have both. */
export const erspan = {
  one: (family) => each((p, i) => greAround(family, p, ERSPAN, ethernetFrame(p), {}, i)),
  two: (family) =>
    each((p, i) => {
      // Version 1, VLAN 77; class of service 0, no encapsulation bits, session 5; index 3.
      const header = Buffer.concat([u16(0x104d), u16(0x0005), u32(3)])
      return greAround(family, p, ERSPAN, Buffer.concat([header, ethernetFrame(p)]), { sequence: true }, i)
    }),
  /** `subheader`: the O bit, and eight bytes more, which name a platform. */
  three: (family, subheader) =>
    each((p, i) => {
      // Version 2, VLAN 77; session 5; a timestamp; group tag 0; an Ethernet frame, ingress, no granularity.
      const header = Buffer.concat([u16(0x204d), u16(0x0005), u32(0x01020304 + i), u16(0), u16(subheader ? 1 : 0)])
      const more = subheader ? hex('0c00004d01020304') : Buffer.alloc(0)
      return greAround(family, p, ERSPAN_III, Buffer.concat([header, more, ethernetFrame(p)]), { sequence: true }, i)
    }),
}

/** VXLAN, RFC 7348. */
export const vxlan = (family, sum = true) =>
  each((p, i) => {
    const payload = Buffer.concat([hex('0800000000004d00'), ethernetFrame(p)])
    return udp(family, p.fromClient, [54321, 4789], payload, i, sum)
  })

/** VXLAN-GPE: the next protocol is named, so that a packet may lie there without Ethernet. */
export const vxlanGpe = (family, bridged) =>
  each((p, i) => {
    const next = bridged ? 3 : p.type === IPV4 ? 1 : 2
    const header = Buffer.concat([hex('0c0000'), Buffer.of(next), hex('00004d00')])
    const payload = Buffer.concat([header, bridged ? ethernetFrame(p) : p.bytes])
    return udp(family, p.fromClient, [54321, 4790], payload, i)
  })

/** GENEVE, RFC 8926, with `options` of 4, 12 and 0 bytes of data if requested. */
export const geneve = (family, { bridged = true, options = false } = {}) =>
  each((p, i) => {
    const list = options ? hex(`010201011122334401030203${'00'.repeat(12)}0104fc00`) : Buffer.alloc(0)
    const header = Buffer.concat([
      Buffer.of(list.length / 4, 0),
      u16(bridged ? BRIDGED : p.type),
      hex('00004d00'),
      list,
    ])
    const payload = Buffer.concat([header, bridged ? ethernetFrame(p) : p.bytes])
    return udp(family, p.fromClient, [54321, 6081], payload, i)
  })

/** TZSP: a received packet, Ethernet, with a signal and the end. */
export const tzsp = (family) =>
  each((p, i) => {
    const payload = Buffer.concat([hex('010000010a01c801'), ethernetFrame(p)])
    return udp(family, p.fromClient, [54321, 37008], payload, i)
  })

/** L2TP version 2, RFC 2661, with PPP; `every` puts length, sequence numbers and an offset into its header. */
export const l2tp2 = (family, every = false) =>
  each((p, i) => {
    const ppp = Buffer.concat([hex('ff03'), u16(PPP_PROTOCOL[p.type]), p.bytes])
    const header = every
      ? Buffer.concat([hex('4a02'), u16(18 + ppp.length), hex('00010002'), u16(i), u16(i), u16(4), hex('00000000')])
      : hex('000200010002')
    return udp(family, p.fromClient, [1701, 1701], Buffer.concat([header, ppp]), i)
  })

/** L2TP version 3, RFC 3931, with Ethernet: in UDP or right in IP, with a cookie and a sublayer of the given sizes. */
export const l2tp3 = (family, { inIp: isInIp = false, cookie = 0, sublayer = 0 } = {}) =>
  each((p, i) => {
    const session = Buffer.concat([u32(7), Buffer.alloc(cookie, 0x3c), Buffer.alloc(sublayer)])
    const payload = Buffer.concat([session, ethernetFrame(p)])
    if (isInIp) return between(family, p.fromClient, 115, payload, i)
    return udp(family, p.fromClient, [1701, 1701], Buffer.concat([hex('00030000'), payload]), i)
  })

/** RFC 7510: a label stack in UDP, around IP. */
export const mplsInUdp = (family) =>
  each((p, i) => udp(family, p.fromClient, [54321, 6635], Buffer.concat([u32((1000 << 12) | 0x13f), p.bytes]), i))

/** RFC 8086: GRE in UDP. */
export const greInUdp = (family) =>
  each((p, i) => udp(family, p.fromClient, [54321, 4754], Buffer.concat([u16(0), u16(p.type), p.bytes]), i))

/** GUE; without its header where `bare`, which its variant 1 allows. */
export const gue = (family, bare = false) =>
  each((p, i) => {
    const protocol = p.type === IPV4 ? PROTOCOL.IPV4 : PROTOCOL.IPV6
    const header = bare ? Buffer.alloc(0) : Buffer.of(0, protocol, 0, 0)
    return udp(family, p.fromClient, [54321, 6080], Buffer.concat([header, p.bytes]), i)
  })

/** LISP, RFC 9300: nonce and instance. */
export const lisp = (family) =>
  each((p, i) => {
    const header = Buffer.concat([u32(0x88000000 | i), hex('00000a00')])
    return udp(family, p.fromClient, [54321, 4341], Buffer.concat([header, p.bytes]), i)
  })

const llcSnap = (p) => Buffer.concat([hex('aaaa03000000'), u16(p.type), p.bytes])

/** A data frame of 802.11, without QoS, to the distribution system or from it. `swapped`: the bytes of frame control are swapped. */
function wirelessFrame(p, swapped = false) {
  const [source, destination] = p.fromClient ? MACS : MACS.toReversed()
  const accessPoint = hex('0200000001ff')
  const addresses = p.fromClient ? [accessPoint, source, destination] : [destination, accessPoint, source]
  const control = Buffer.of(0x08, p.fromClient ? 1 : 2)
  return Buffer.concat([swapped ? control.reverse() : control, hex('0000'), ...addresses, hex('1000'), llcSnap(p)])
}

/**
 * CAPWAP's data channel, RFC 5415. `inside`: 'ethernet', 'wireless' or 'swapped'. Frames are cut into fragments of `size` bytes, a multiple of eight,
 * where it is given.
 */
export const capwap =
  (family, inside, size = 0) =>
  (packets) =>
    packets.flatMap((p, n) => {
      const frame = inside === 'ethernet' ? ethernetFrame(p) : wirelessFrame(p, inside === 'swapped')
      const native = inside === 'ethernet' ? 0 : 0x0100
      const pieces = []
      for (let at = 0; at < frame.length; at += size || frame.length) pieces.push(at)
      return pieces.map((at, k) => {
        const end = size ? at + size : frame.length
        const flags = pieces.length === 1 ? 0 : k === pieces.length - 1 ? 0x00c0 : 0x0080
        // Header of two words, radio 1, binding 802.11.
        const header = Buffer.concat([hex('0010'), u16(0x4200 | native | flags), u16(n), u16(at)])
        const ports = p.fromClient ? [54321, 5247] : [5247, 54321]
        return {
          ...p,
          ...udp(family, p.fromClient, ports, Buffer.concat([header, frame.subarray(at, end)]), n * 100 + k),
        }
      })
    })

/** HP's encapsulated remote mirroring: twelve bytes, VLAN 77 among them, and Ethernet. */
export const hpMirror = (family) =>
  each((p, i) => {
    const payload = Buffer.concat([hex('0000000000000000'), hex('00004d80'), ethernetFrame(p)])
    return udp(family, p.fromClient, [54321, 7932], payload, i)
  })

/** Aruba's: a pcap record header, with a rate behind it where `radio`, and 802.11. */
export const arubaMirror = (family, radio) =>
  each((p, i) => {
    const frame = wirelessFrame(p)
    const header = Buffer.concat([u32(0x65000000), u32(i), u32(frame.length), u32(frame.length)])
    const payload = Buffer.concat([header, radio ? hex('006c0b64') : Buffer.alloc(0), frame])
    return udp(family, p.fromClient, [54321, 5555], payload, i)
  })

/** 802.11 in GRE, between Aruba's access points and controllers. */
export const wirelessInGre = (family) => each((p, i) => greAround(family, p, 0x8200, wirelessFrame(p), {}, i))

/** Teredo, RFC 4380: IPv6 in UDP in IPv4, behind indications (5.1.1) if requested. */
export function teredo(indications) {
  // Authentication: client id "ab", value "cdef", nonce, confirmation. Origin: port and address, each bit inverted.
  const authentication = hex('00010204616263646566010203040506070800')
  const origin = hex('0000cafe53effffe')
  const head = {
    none: [],
    origin: [origin],
    authentication: [authentication],
    both: [authentication, origin],
  }[indications]
  return each((p, i) => udp(IPV4, p.fromClient, [3544, 3544], Buffer.concat([...head, p.bytes]), i))
}
