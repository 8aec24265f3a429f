/**
 * How headers name the one that follows. A decoder reads one header at `payload`, moves `payload` past it, and returns what comes next: a LAYER, or
 * one of DECODED where the way ends. headers.ts does the walking. Numbers of LAYER lie above those of DECODED.
 */
import { DECODED, type Segment } from './segment.ts'

export const LAYER = {
  ETHERNET: 16,
  VLAN: 17,
  PBB: 18,
  LLC: 19,
  IEEE80211: 20,
  /** With the header padded to a multiple of four bytes. */
  IEEE80211_PADDED: 21,
  RADIOTAP: 22,
  PRISM: 23,
  AVS: 24,
  PPI: 25,
  LINUX_SLL: 26,
  LINUX_SLL2: 27,
  NULL_LOOPBACK: 28,
  PPP: 29,
  PPPOE: 30,
  CISCO_HDLC: 31,
  MPLS: 32,
  NSH: 33,
  /** IPv4 or IPv6, as the version says. */
  IP: 34,
  IPV4: 35,
  IPV6: 36,
  IPV6_EXTENSION: 37,
  IPV6_FRAGMENT: 38,
  AUTHENTICATION: 39,
  ETHERIP: 40,
  GRE: 41,
  UDP: 42,
  VXLAN: 43,
  VXLAN_GPE: 44,
  GENEVE: 45,
  TEREDO: 46,
  GTP_U: 47,
  TCP: 48,
} as const

export type Layer = (typeof LAYER)[keyof typeof LAYER]

export const FIRST_LAYER = LAYER.ETHERNET

/** EtherTypes below this are lengths (IEEE 802.3 3.2.6), and LLC follows. */
export const FIRST_ETHERTYPE = 0x0600

/** What an EtherType says; OTHER for all that leads to no TCP. Here and below the usual answers are apart: what is small is inlined. */
export function etherTypeLayer(type: number): number {
  if (type === 0x0800) return LAYER.IPV4
  return type === 0x86dd ? LAYER.IPV6 : tagLayer(type)
}

function tagLayer(type: number): number {
  switch (type) {
    // 802.1Q, 802.1ad, and two that were used before it.
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
      return LAYER.VLAN
    case 0x88e7:
      return LAYER.PBB
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
