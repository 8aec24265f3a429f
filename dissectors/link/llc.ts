/**
 * IEEE 802.2 LLC: DSAP 1, SSAP 1, control 1. AA and AA are those of SNAP: organisation 3, EtherType 2, where the organisation is zero (RFC 1042) or
 * that of bridges (IEEE 802.1H). 06 and 06 are IP's own (RFC 1042 "Header Format").
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const HEADER = 3
const SNAP_HEADER = 8
const SAP_IP = 0x06
const SAP_SNAP = 0xaa
/** NetBIOS without TCP, which may carry SMB. */
const SAP_NETBEUI = 0xf0
const UNNUMBERED_INFORMATION = 0x03
const BRIDGE_TUNNEL = 0x0000f8

export function decodeLlc(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER <= s.payloadEnd && b[o] === SAP_NETBEUI) s.unread = UNREAD.CLOSED | CLOSED.NETBEUI
  if (o + SNAP_HEADER > s.payloadEnd || b[o] !== b[o + 1] || b[o + 2] !== UNNUMBERED_INFORMATION) return DECODED.OTHER
  if (b[o] === SAP_IP) {
    skip(s, HEADER)
    return LAYER.IPV4
  }
  if (b[o] !== SAP_SNAP) return DECODED.OTHER
  const organisation = (b[o + 3] << 16) | u16be(b, o + 4)
  if (organisation !== 0 && organisation !== BRIDGE_TUNNEL) return DECODED.OTHER
  skip(s, SNAP_HEADER)
  return nextByEtherType(s, u16be(b, o + 6))
}
