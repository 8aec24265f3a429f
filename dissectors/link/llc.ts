/**
 * IEEE 802.2 LLC: DSAP 1, SSAP 1, control 1. AA and AA mean SNAP: organisation 3, EtherType 2, where the organisation is zero (RFC 1042) or that of
 * bridges (IEEE 802.1H). 06 and 06 mean IP (RFC 1042 "Header Format").
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const HEADER = 3
const OFFSET = { SSAP: 1, CONTROL: 2, ORGANISATION: 3, TYPE: 6 } as const
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
  if (o + SNAP_HEADER > s.payloadEnd || b[o] !== b[o + OFFSET.SSAP]) return DECODED.OTHER
  if (b[o + OFFSET.CONTROL] !== UNNUMBERED_INFORMATION) return DECODED.OTHER
  if (b[o] === SAP_IP) {
    skip(s, HEADER)
    return LAYER.IPV4
  }
  if (b[o] !== SAP_SNAP) return DECODED.OTHER
  const organisation = (b[o + OFFSET.ORGANISATION] << 16) | u16be(b, o + OFFSET.ORGANISATION + 1)
  if (organisation !== 0 && organisation !== BRIDGE_TUNNEL) return DECODED.OTHER
  skip(s, SNAP_HEADER)
  return nextByEtherType(s, u16be(b, o + OFFSET.TYPE))
}
