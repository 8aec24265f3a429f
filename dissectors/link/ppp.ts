/**
 * PPP, RFC 1661 2: protocol 2, or 1 where the sender compresses it (6.5), which an odd first byte shows; before it, in HDLC-like framing
 * (RFC 1662 3.1), address FF and control 03. Captures of serial lines may contain Cisco's HDLC frames instead, which have other addresses.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'
import { decodeCiscoHdlc, isCiscoHdlc } from './cisco-hdlc.ts'

const ADDRESS_CONTROL = 0xff03

export function decodePpp(b: Uint8Array, s: Segment): number {
  if (s.payload + 2 > s.payloadEnd) return DECODED.OTHER
  if (isCiscoHdlc(b, s.payload)) return decodeCiscoHdlc(b, s)
  if (u16be(b, s.payload) === ADDRESS_CONTROL) skip(s, 2)
  const o = s.payload
  if (o + 2 > s.payloadEnd) return DECODED.OTHER
  const isCompressed = (b[o] & 1) === 1
  skip(s, isCompressed ? 1 : 2)
  switch (isCompressed ? b[o] : u16be(b, o)) {
    case 0x0021:
      return LAYER.IPV4
    case 0x0057:
      return LAYER.IPV6
    // MPLS, unicast and multicast, RFC 3032 4.3.
    case 0x0281:
    case 0x0283:
      return LAYER.MPLS
    // Compressed (RFC 1962) or encrypted (RFC 1968), in one link or several.
    case 0x00fd:
    case 0x00fb:
    case 0x0053:
    case 0x0055:
      s.unread = UNREAD.CLOSED | CLOSED.ENCRYPTED_PPP
      return DECODED.OTHER
    default:
      return DECODED.OTHER
  }
}
