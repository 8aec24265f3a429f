/**
 * How headers name the one that follows. A decoder reads one header at `payload`, moves `payload` past it, and returns what comes next: a LAYER, or
 * one of DECODED at the end. headers.ts does the walking. Numbers of LAYER lie above those of DECODED.
 */
import { DECODED, type Segment } from './segment.ts'
import { UNREAD } from './unread.ts'

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
  E_TAG: 51,
  META_DATA: 52,
  TIMESTAMP_TAG: 53,
  ARISTA_TIMESTAMP: 54,
  HSR: 55,
  EDSA: 56,
  TAGGED_ETHERNET: 57,
  MACSEC: 58,
  TRILL: 59,
  TZSP: 60,
  L2TP_UDP: 61,
  L2TP_IP: 62,
  GUE: 63,
  LISP: 64,
  CAPWAP: 65,
  HP_MIRROR: 66,
  ARUBA_MIRROR: 67,
  /** 802.11 as some controllers send it: the two bytes of its frame control may have changed places. */
  IEEE80211_SWAPPED: 68,
  FDDI: 69,
  FRAME_RELAY: 70,
  NFLOG: 71,
  PKTAP: 72,
  PFLOG: 73,
  ENC: 74,
  IPOIB: 75,
  ERF: 76,
  JUNIPER_ETHERNET: 77,
  JUNIPER_PPP: 78,
  JUNIPER_FRAME_RELAY: 79,
  JUNIPER_CISCO_HDLC: 80,
  UPPER_PDU: 81,
  BROADCOM_PREPENDED: 82,
  PPP_WITH_DIRECTION: 83,
  PPP_PPPD: 84,
  CISCO_HDLC_WITH_DIRECTION: 85,
  FRAME_RELAY_WITH_DIRECTION: 86,
  NETANALYZER: 87,
  NETANALYZER_TRANSPARENT: 88,
  PREAMBLE: 89,
  IP_OVER_FC: 90,
  IEEE1394: 91,
  SUN_ATM: 92,
  IPNET: 93,
} as const

export type Layer = (typeof LAYER)[keyof typeof LAYER]

export const FIRST_LAYER = LAYER.ETHERNET

/** EtherTypes below this are lengths (IEEE 802.3 3.2.6), and LLC follows. */
export const FIRST_ETHERTYPE = 0x0600

/** The layer of an EtherType; OTHER for all that cannot lead to TCP. Here and below the usual cases are separate, because V8 inlines small functions. */
export function etherTypeLayer(type: number): number {
  if (type === 0x0800) return LAYER.IPV4
  return type === 0x86dd ? LAYER.IPV6 : encapsulationLayer(type)
}

/** The same for the header at hand of `s`, which notes a type that is not read. */
export function nextByEtherType(s: Segment, type: number): number {
  const next = etherTypeLayer(type)
  if (next === DECODED.OTHER) s.unread = UNREAD.ETHERTYPE | type
  return next
}

/** And where it may be a length: one that no EtherType is as small as. */
export function nextByTypeOrLength(s: Segment, value: number): number {
  return value < FIRST_ETHERTYPE ? LAYER.LLC : nextByEtherType(s, value)
}

function encapsulationLayer(type: number): number {
  switch (type) {
    // 802.1Q, 802.1ad, and those that were used before it.
    case 0x8100:
    case 0x88a8:
    case 0x8200:
    case 0x9100:
    case 0x9200:
    case 0x9300:
      return LAYER.VLAN
    case 0x88e7:
      return LAYER.PBB
    case 0x8926:
      return LAYER.VN_TAG
    case 0x8903:
      return LAYER.FABRIC_PATH
    case 0x893f:
      return LAYER.E_TAG
    case 0x8909:
      return LAYER.META_DATA
    case 0x8988:
      return LAYER.TIMESTAMP_TAG
    case 0xd28b:
      return LAYER.ARISTA_TIMESTAMP
    case 0x892f:
      return LAYER.HSR
    case 0xdada:
      return LAYER.EDSA
    case 0x88e5:
      return LAYER.MACSEC
    case 0x22f3:
      return LAYER.TRILL
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
    case 115:
      return LAYER.L2TP_IP
    // MPLS in IP (RFC 4023), Ethernet in IP (RFC 8986).
    case 137:
      return LAYER.MPLS
    case 143:
      return LAYER.ETHERNET
    default:
      return DECODED.OTHER
  }
}

/** What a Next Header says: a protocol, or one of the extension headers of IPv6 (RFC 8200 4). */
export function nextHeaderLayer(next: number): number {
  return next === 6 ? LAYER.TCP : extensionLayer(next)
}

/** The same for the header at hand of `s`, which notes a protocol that is not read. */
export function nextHeader(s: Segment, next: number): number {
  const layer = nextHeaderLayer(next)
  if (layer === DECODED.OTHER) s.unread = UNREAD.PROTOCOL | next
  return layer
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

/** Moves past `n` bytes. The rest may then have a negative length: the next header is too short. */
export function skip(s: Segment, n: number): void {
  s.payload += n
  s.length -= n
}

/** Of what is left only the first `n` bytes on the wire count; the rest is padding, or a checksum of the link. */
export function bound(s: Segment, n: number): void {
  if (n >= s.length) return
  const proved = s.length - s.claimed
  s.claimed = n > proved ? n - proved : 0
  s.length = n
  const end = s.payload + n
  if (end < s.payloadEnd) s.payloadEnd = end
}

/**
 * The IP datagram that begins here is `n` bytes long. Of its length on the wire its header is the better witness than the capture: behind it may be
 * padding or a checksum, and where a mirror port or a sensor cuts packets, the record says the cut length twice and calls the packet whole.
 */
export function measured(s: Segment, n: number): void {
  const proved = s.length - s.claimed
  s.claimed = n > proved ? n - proved : 0
  s.length = n
  const end = s.payload + n
  if (end < s.payloadEnd) s.payloadEnd = end
}

/** Numbers beyond those of IP's protocols are of what tunnels put into fragments of their own. */
const LAYER_AS_PROTOCOL = 0x100

/** The number to pass to `fragment` for fragments that make up such a layer. */
export function fragmentsOf(layer: number): number {
  return LAYER_AS_PROTOCOL + layer
}

/** What fragments make up, by the protocol that they have in common. */
export function joinedLayer(s: Segment, protocol: number): number {
  return protocol < LAYER_AS_PROTOCOL ? nextHeader(s, protocol) : protocol - LAYER_AS_PROTOCOL
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
