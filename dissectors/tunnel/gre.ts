/**
 * Generic Routing Encapsulation. Big-endian.
 *
 * Version 0, RFC 2784 2 and 2890 2, with the routing of RFC 1701: flags and version 2, protocol type 2, then depending on the flags
 * checksum and offset 4 (for either of C and R), key 4, sequence number 4, and routing entries.
 * Version 1, RFC 2637 4.1 (PPTP): payload length 2 and call id 2 in place of the key, sequence number 4, acknowledgment number 4, PPP.
 */
import { u16be } from '../bytes.ts'
import { bound, etherTypeLayer, LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { decodeErspan, ERSPAN_TYPE_2, ERSPAN_TYPE_3 } from '../mirror/erspan.ts'
import { ipLayer } from '../net/ip.ts'

const HEADER = 4
const OFFSET = { PROTOCOL_TYPE: 2 } as const
/** Of each optional field. */
const FIELD = 4
const ROUTE = { HEADER: 4, LENGTH: 3 } as const
/** Up to the sequence number, which is there wherever there is a payload. */
const PPTP = { HEADER: 12, PAYLOAD_LENGTH: 4, ACKNOWLEDGMENT: 4 } as const
const WCCP_REDIRECT = 4

const FLAG = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000, ACKNOWLEDGMENT: 0x0080 } as const
const VERSION = 0x0007

/** 8200 to 83FF. */
const ARUBA = 0x8200

const PROTOCOL = { PPP: 0x880b, WCCP: 0x883e } as const

export function decodeGre(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  const flags = u16be(b, o)
  const protocol = u16be(b, o + OFFSET.PROTOCOL_TYPE)
  switch (flags & VERSION) {
    case 0:
      return decodeVersion0(b, s, flags, protocol)
    case 1:
      return protocol === PROTOCOL.PPP ? decodePptp(b, s, flags) : DECODED.OTHER
    default:
      return DECODED.OTHER
  }
}

function decodeVersion0(b: Uint8Array, s: Segment, flags: number, protocol: number): number {
  let header = HEADER
  if ((flags & (FLAG.CHECKSUM | FLAG.ROUTING)) !== 0) header += FIELD
  if ((flags & FLAG.KEY) !== 0) header += FIELD
  if ((flags & FLAG.SEQUENCE) !== 0) header += FIELD
  skip(s, header)
  if ((flags & FLAG.ROUTING) !== 0 && !skipRouting(b, s)) return DECODED.OTHER
  switch (protocol) {
    case ERSPAN_TYPE_2:
    case ERSPAN_TYPE_3:
      return decodeErspan(b, s, protocol, (flags & FLAG.SEQUENCE) !== 0)
    case PROTOCOL.WCCP:
      return decodeWccp(b, s)
    case PROTOCOL.PPP:
      return LAYER.PPP
    default:
      return isAruba(b, s, protocol) ? LAYER.IEEE80211 : nextByEtherType(s, protocol)
  }
}

/**
 * Aruba's access points send 802.11 frames to their controller under a range of their own types. One of them is also that of a VLAN tag, whose third and
 * fourth byte are the type of what is tagged.
 */
function isAruba(b: Uint8Array, s: Segment, protocol: number): boolean {
  if (protocol >> 9 !== ARUBA >> 9) return false
  const o = s.payload
  return protocol !== ARUBA || o + 4 > s.payloadEnd || etherTypeLayer(u16be(b, o + 2)) === DECODED.OTHER
}

/** Source route entries, RFC 1701 "Routing": address family 2, offset 1, length 1, that many bytes. One of family and length zero is the last. */
function skipRouting(b: Uint8Array, s: Segment): boolean {
  while (s.payload + ROUTE.HEADER <= s.payloadEnd) {
    const o = s.payload
    skip(s, ROUTE.HEADER + b[o + ROUTE.LENGTH])
    if (u16be(b, o) === 0 && b[o + ROUTE.LENGTH] === 0) return true
  }
  return false
}

function decodePptp(b: Uint8Array, s: Segment, flags: number): number {
  const o = s.payload
  // Without a sequence number there is no payload.
  if ((flags & FLAG.KEY) === 0 || (flags & FLAG.SEQUENCE) === 0) return DECODED.OTHER
  if (o + PPTP.HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, PPTP.HEADER)
  if ((flags & FLAG.ACKNOWLEDGMENT) !== 0) skip(s, PPTP.ACKNOWLEDGMENT)
  bound(s, u16be(b, o + PPTP.PAYLOAD_LENGTH))
  return LAYER.PPP
}

/** Web Cache Communication Protocol: version 2 puts a redirect header of four bytes first, whose first bits are zero; version 1 does not. */
function decodeWccp(b: Uint8Array, s: Segment): number {
  if (s.payload < s.payloadEnd && ipLayer(b[s.payload]) === DECODED.OTHER) skip(s, WCCP_REDIRECT)
  return LAYER.IP
}
