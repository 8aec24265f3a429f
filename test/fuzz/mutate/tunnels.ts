/** Frames inside frames: VLAN, MPLS, PPPoE, GRE, VXLAN, Geneve, IP in IP; one, or more than a reader accepts. */
import { joined, putUint } from '../bytes.ts'
import { ETHERNET, IPV4, IPV6, type Layers, layersOf, type Packet } from '../packet.ts'
import type { Random } from '../random.ts'

const MAX_FRAME = 65_000

/** The same sequence of encapsulations around all packets, or around some. */
export function tunnelled(packets: readonly Packet[], random: Random): Packet[] {
  const depth = random.oneIn(6) ? 1 + random.below(40) : random.few(4)
  const kinds = Array.from({ length: depth }, () => random.pick(KINDS))
  const often = random.pick([1, 1, 2, 5])
  return packets.map((packet) => {
    if (!random.oneIn(often)) return packet
    let { bytes } = packet
    for (const kind of kinds) {
      const inner = { ...packet, bytes }
      const layers = layersOf(inner)
      if (layers === null || bytes.length > MAX_FRAME) break
      bytes = kind(inner, layers, random)
    }
    return { ...packet, bytes, original: bytes.length }
  })
}

type Kind = (packet: Packet, layers: Layers, random: Random) => Uint8Array

const KINDS: readonly Kind[] = [vlan, vlan, mpls, pppoe, ipInIp, gre, greEthernet, vxlan, geneve, gtp]

/** A VLAN tag behind the addresses of an Ethernet header, in front of any EtherType. */
function vlan({ bytes, linkType }: Packet, { typeAt }: Layers, random: Random): Uint8Array {
  if (linkType !== ETHERNET) return bytes
  const tag = new Uint8Array(4)
  putUint(tag, 0, 2, true, random.pick([0x8100, 0x88a8, 0x9100]))
  putUint(tag, 2, 2, true, random.below(4096))
  return joined([bytes.subarray(0, typeAt), tag, bytes.subarray(typeAt)])
}

function mpls({ bytes, linkType }: Packet, { typeAt, ip }: Layers, random: Random): Uint8Array {
  if (linkType !== ETHERNET) return bytes
  const labels = new Uint8Array(4 * random.few(6))
  for (let at = 0; at < labels.length; at += 4) putUint(labels, at, 4, true, 0x0001_2040)
  // Bottom of stack, unless it is never reached.
  if (!random.oneIn(10)) labels[labels.length - 2] = 0x21
  return joined([bytes.subarray(0, typeAt), u16(random.oneIn(8) ? 0x8848 : 0x8847), labels, bytes.subarray(ip)])
}

function pppoe({ bytes, linkType }: Packet, { typeAt, ip, version }: Layers): Uint8Array {
  if (linkType !== ETHERNET) return bytes
  const header = new Uint8Array(8)
  header[0] = 0x11
  putUint(header, 4, 2, true, bytes.length - ip + 2)
  putUint(header, 6, 2, true, version === 4 ? 0x21 : 0x57)
  return joined([bytes.subarray(0, typeAt), u16(0x8864), header, bytes.subarray(ip)])
}

function ipInIp(packet: Packet, layers: Layers, random: Random): Uint8Array {
  return outer(packet, layers, layers.version === 4 ? 4 : 41, packet.bytes.subarray(layers.ip), random)
}

/** RFC 2784 and 2890: flags, protocol, then checksum, key and sequence number as the flags say. */
function gre(packet: Packet, layers: Layers, random: Random): Uint8Array {
  const payload = packet.bytes.subarray(layers.ip)
  return outer(packet, layers, 47, joined([greHeader(layers.version === 4 ? IPV4 : IPV6, random), payload]), random)
}

function greEthernet(packet: Packet, layers: Layers, random: Random): Uint8Array {
  const type = random.pick([0x6558, 0x88be, 0x22eb])
  const erspan = type === 0x6558 ? 0 : type === 0x88be ? 8 : 12
  const inner = joined([greHeader(type, random), new Uint8Array(erspan), ethernetFrame(packet, layers)])
  return outer(packet, layers, 47, inner, random)
}

function greHeader(protocol: number, random: Random): Uint8Array {
  const flags = random.pick([0, 0, 0x10, 0x20, 0x30, 0x80, 0xb0, 0x40])
  const words = [0x80, 0x20, 0x10].filter((flag) => (flags & flag) !== 0).length
  const header = new Uint8Array(4 + words * 4)
  header[0] = flags
  header[1] = random.oneIn(10) ? 1 : 0
  putUint(header, 2, 2, true, protocol)
  return header
}

/** RFC 7348. */
function vxlan(packet: Packet, layers: Layers, random: Random): Uint8Array {
  const header = new Uint8Array(8)
  header[0] = random.oneIn(8) ? random.below(256) : 8
  header[6] = 42
  return udp(packet, layers, random.pick([4789, 4789, 8472]), joined([header, ethernetFrame(packet, layers)]), random)
}

/** RFC 8926: options in words of four bytes. */
function geneve(packet: Packet, layers: Layers, random: Random): Uint8Array {
  const words = random.oneIn(2) ? 0 : random.below(20)
  const header = new Uint8Array(8 + (random.oneIn(8) ? 0 : words * 4))
  header[0] = words
  putUint(header, 2, 2, true, 0x6558)
  return udp(packet, layers, 6081, joined([header, ethernetFrame(packet, layers)]), random)
}

/** 3GPP TS 29.281: message type 255 carries a packet. */
function gtp(packet: Packet, layers: Layers, random: Random): Uint8Array {
  const inner = packet.bytes.subarray(layers.ip)
  const flags = random.pick([0x30, 0x32, 0x34])
  const header = new Uint8Array(flags === 0x30 ? 8 : 12)
  header[0] = flags
  header[1] = 255
  putUint(header, 2, 2, true, inner.length + header.length - 8)
  return udp(packet, layers, 2152, joined([header, inner]), random)
}

function ethernetFrame({ bytes, linkType }: Packet, { ip, version }: Layers): Uint8Array {
  if (linkType === ETHERNET) return bytes
  const header = new Uint8Array(14).fill(2, 0, 12)
  putUint(header, 12, 2, true, version === 4 ? IPV4 : IPV6)
  return joined([header, bytes.subarray(ip)])
}

function udp(packet: Packet, layers: Layers, port: number, payload: Uint8Array, random: Random): Uint8Array {
  const header = new Uint8Array(8)
  putUint(header, 0, 2, true, 40_000)
  putUint(header, 2, 2, true, port)
  putUint(header, 4, 2, true, payload.length + 8)
  return outer(packet, layers, 17, joined([header, payload]), random)
}

/** The same link header, an IP header of either version, and what it carries. */
function outer(
  { bytes, linkType }: Packet,
  layers: Layers,
  protocol: number,
  payload: Uint8Array,
  random: Random,
): Uint8Array {
  const { typeAt, ip, version } = layers
  const link = bytes.slice(0, ip)
  // If the link header states the IP version, the version can be changed only in Ethernet, together with the EtherType.
  const wanted = typeAt >= 0 && random.oneIn(3) ? 6 : typeAt < 0 && linkType !== 101 ? version : 4
  if (typeAt >= 0) putUint(link, typeAt, 2, true, wanted === 4 ? IPV4 : IPV6)
  const header = new Uint8Array(wanted === 4 ? 20 : 40)
  if (wanted === 4) {
    header[0] = 0x45
    putUint(header, 2, 2, true, header.length + payload.length)
    header[8] = 64
    header[9] = protocol
    header.set([192, 0, 2, 1, 192, 0, 2, 2], 12)
  } else {
    header[0] = 0x60
    putUint(header, 4, 2, true, payload.length)
    header[6] = protocol
    header[7] = 64
    header.set([0x20, 1, 0xd, 0xb8], 8)
    header.set([0x20, 1, 0xd, 0xb8], 24)
    header[23] = 1
    header[39] = 2
  }
  return joined([link, header, payload])
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2)
  putUint(bytes, 0, 2, true, value)
  return bytes
}
