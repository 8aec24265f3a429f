/**
 * Generic Routing Encapsulation. Big-endian.
 *
 * Version 0, RFC 2784 2 and 2890 2, with the routing of RFC 1701: flags and version 2, protocol type 2, then as the flags say
 * checksum and offset 4 (for either of C and R), key 4, sequence number 4, and routing entries.
 * Version 1, RFC 2637 4.1 (PPTP): payload length 2 and call id 2 in place of the key, sequence number 4, acknowledgment number 4, PPP.
 */
import { u16be } from '../bytes.ts'
import { bound, etherTypeLayer, LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { ipLayer } from '../net/ip.ts'
import { decodeErspan, ERSPAN_TYPE_2, ERSPAN_TYPE_3 } from './erspan.ts'

const FLAG = { CHECKSUM: 0x8000, ROUTING: 0x4000, KEY: 0x2000, SEQUENCE: 0x1000, ACKNOWLEDGMENT: 0x0080 } as const
const VERSION = 0x0007

/** 8200 to 83FF. */
const ARUBA = 0x8200

const PROTOCOL = { PPP: 0x880b, WCCP: 0x883e } as const

export function decodeGre(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + 4 > s.payloadEnd) return DECODED.OTHER
  const flags = u16be(b, o)
  const protocol = u16be(b, o + 2)
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
  let header = 4
  if ((flags & (FLAG.CHECKSUM | FLAG.ROUTING)) !== 0) header += 4
  if ((flags & FLAG.KEY) !== 0) header += 4
  if ((flags & FLAG.SEQUENCE) !== 0) header += 4
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
 * Aruba's access points send 802.11 frames to their controller under a range of types of their own. One of them is also a VLAN tag's, which has the type
 * of what it tags in its third and fourth byte.
 */
function isAruba(b: Uint8Array, s: Segment, protocol: number): boolean {
  if (protocol >> 9 !== ARUBA >> 9) return false
  const o = s.payload
  return protocol !== ARUBA || o + 4 > s.payloadEnd || etherTypeLayer(u16be(b, o + 2)) === DECODED.OTHER
}

/** Source route entries, RFC 1701 "Routing": address family 2, offset 1, length 1, that many bytes. One of family and length zero is the last. */
function skipRouting(b: Uint8Array, s: Segment): boolean {
  while (s.payload + 4 <= s.payloadEnd) {
    const o = s.payload
    skip(s, 4 + b[o + 3])
    if (u16be(b, o) === 0 && b[o + 3] === 0) return true
  }
  return false
}

function decodePptp(b: Uint8Array, s: Segment, flags: number): number {
  const o = s.payload
  // Without a sequence number there is no payload.
  if ((flags & FLAG.KEY) === 0 || (flags & FLAG.SEQUENCE) === 0 || o + 12 > s.payloadEnd) return DECODED.OTHER
  skip(s, (flags & FLAG.ACKNOWLEDGMENT) === 0 ? 12 : 16)
  bound(s, u16be(b, o + 4))
  return LAYER.PPP
}

/** Web Cache Communication Protocol: version 2 puts a redirect header of four bytes first, whose first bits are zero; version 1 does not. */
function decodeWccp(b: Uint8Array, s: Segment): number {
  if (s.payload < s.payloadEnd && ipLayer(b[s.payload]) === DECODED.OTHER) skip(s, 4)
  return LAYER.IP
}
