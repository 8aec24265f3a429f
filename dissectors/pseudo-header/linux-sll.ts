/**
 * Linux "cooked" captures, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 (the pseudo-device "any"). Big-endian.
 *
 *   v1, 16 bytes: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2
 *   v2, 20 bytes: protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8
 *
 * The protocol is an EtherType, or one of Linux's own small numbers. VLAN tags follow where the interface kept them.
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 16
const HEADER_2 = 20
const OFFSET = { PROTOCOL: 14 } as const
const OFFSET_2 = { PROTOCOL: 0 } as const
/** LINUX_SLL_P_802_2: the frame has LLC in place of a type. */
const LLC = 0x0004

export function decodeLinuxSll(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER)
  return cookedLayer(s, u16be(b, o + OFFSET.PROTOCOL))
}

export function decodeLinuxSll2(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER_2 > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER_2)
  return cookedLayer(s, u16be(b, o + OFFSET_2.PROTOCOL))
}

function cookedLayer(s: Segment, protocol: number): number {
  return protocol === LLC ? LAYER.LLC : nextByEtherType(s, protocol)
}
