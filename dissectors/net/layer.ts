/**
 * How headers name the one that follows. A decoder reads one header at `payload`, moves `payload` past it, and returns what comes next: a LAYER, or
 * one of DECODED where the way ends. headers.ts does the walking. Numbers of LAYER lie above those of DECODED.
 */
import { DECODED, type Segment } from './segment.ts'

export const LAYER = {
  ETHERNET: 16,
  VLAN: 17,
  PBB: 18,
  VN_TAG: 19,
  FABRIC_PATH: 20,
  LLC: 21,
  IEEE80211: 22,
  /** With the header padded to a multiple of four bytes. */
  IEEE80211_PADDED: 23,
  RADIOTAP: 24,
  PRISM: 25,
  AVS: 26,
  PPI: 27,
  LINUX_SLL: 28,
  LINUX_SLL2: 29,
  NULL_LOOPBACK: 30,
  PPP: 31,
  PPPOE: 32,
  CISCO_HDLC: 33,
  MPLS: 34,
  NSH: 35,
  /** IPv4 or IPv6, as the version says. */
  IP: 36,
  IPV4: 37,
  IPV6: 38,
  IPV6_EXTENSION: 39,
  IPV6_FRAGMENT: 40,
  AUTHENTICATION: 41,
  ETHERIP: 42,
  GRE: 43,
  UDP: 44,
  VXLAN: 45,
  VXLAN_GPE: 46,
  GENEVE: 47,
  TEREDO: 48,
  GTP_U: 49,
  TCP: 50,
} as const

export type Layer = (typeof LAYER)[keyof typeof LAYER]

export const FIRST_LAYER = LAYER.ETHERNET

/** EtherTypes below this are lengths (IEEE 802.3 3.2.6), and LLC follows. */
export const FIRST_ETHERTYPE = 0x0600

/** What an EtherType says; OTHER for all that leads to no TCP. Here and below the usual answers are apart: what is small is inlined. */
export function etherTypeLayer(type: number): number {
  if (type === 0x0800) return LAYER.IPV4
  return type === 0x86dd ? LAYER.IPV6 : encapsulationLayer(type)
}

function encapsulationLayer(type: number): number {
  switch (type) {
    // 802.1Q, 802.1ad, and two that were used before it.
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
      return LAYER.VLAN
    case 0x88e7:
      return LAYER.PBB
    case 0x8926:
      return LAYER.VN_TAG
    case 0x8903:
      return LAYER.FABRIC_PATH
    // Unicast; multicast, or with an upstream-assigned label (RFC 5332).
    case 0x8847:
    case 0x8848:
      return LAYER.MPLS
    case 0x8864:
      return LAYER.PPPOE
    case 0x894f:
      return LAYER.NSH
    // Transparent Ethernet Bridging: what GRE and GENEVE call an Ethernet frame.
    case 0x6558:
      return LAYER.ETHERNET
    default:
      return DECODED.OTHER
  }
}

/** What the protocol number of an IP header says. */
export function protocolLayer(protocol: number): number {
  return protocol === 6 ? LAYER.TCP : tunnelLayer(protocol)
}

function tunnelLayer(protocol: number): number {
  switch (protocol) {
    case 17:
      return LAYER.UDP
    case 4:
      return LAYER.IPV4
    case 41:
      return LAYER.IPV6
    case 47:
      return LAYER.GRE
    case 51:
      return LAYER.AUTHENTICATION
    case 97:
      return LAYER.ETHERIP
    default:
      return DECODED.OTHER
  }
}

/** What a Next Header says: a protocol, or one of the extension headers of IPv6 (RFC 8200 4). */
export function nextHeaderLayer(next: number): number {
  return next === 6 ? LAYER.TCP : extensionLayer(next)
}

function extensionLayer(next: number): number {
  switch (next) {
    // Hop-by-hop, routing, destination options, mobility, HIP, Shim6: all of one form.
    case 0:
    case 43:
    case 60:
    case 135:
    case 139:
    case 140:
      return LAYER.IPV6_EXTENSION
    case 44:
      return LAYER.IPV6_FRAGMENT
    default:
      return tunnelLayer(next)
  }
}

/** Moves past `n` bytes. What is left may be less than nothing then: the next header finds itself too short. */
export function skip(s: Segment, n: number): void {
  s.payload += n
  s.length -= n
}

/** Of what is left only the first `n` bytes on the wire count; the rest is padding, or a checksum of the link. */
export function bound(s: Segment, n: number): void {
  if (n >= s.length) return
  s.length = n
  const end = s.payload + n
  if (end < s.payloadEnd) s.payloadEnd = end
}

/** A fragment, whose data is what is left. */
export function fragment(s: Segment, id: number, protocol: number, offset: number, more: number): number {
  if (s.payload > s.payloadEnd) return DECODED.OTHER
  s.fragmentId = id
  s.fragmentProtocol = protocol
  s.fragmentOffset = offset
  s.fragmentMore = more
  return DECODED.FRAGMENT
}
