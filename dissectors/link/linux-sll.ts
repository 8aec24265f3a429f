/**
 * Linux "cooked" captures, LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 (the pseudo-device "any"). Big-endian.
 *
 *   v1, 16 bytes: packet type 2, ARPHRD 2, address length 2, address 8, protocol 2
 *   v2, 20 bytes: protocol 2, reserved 2, interface index 4, ARPHRD 2, packet type 1, address length 1, address 8
 *
 * VLAN tags may follow where the interface kept them.
 */
import { u16be } from '../bytes.ts'
import { decodeNetwork, ETHERTYPE } from '../net/network.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const MAX_TAGS = 4

export function decodeLinuxSll(b: Uint8Array, start: number, end: number, wireEnd: number, out: Segment): number {
  return start + 16 > end ? DECODED.OTHER : decodeTagged(b, u16be(b, start + 14), start + 16, end, wireEnd, out)
}

export function decodeLinuxSll2(b: Uint8Array, start: number, end: number, wireEnd: number, out: Segment): number {
  return start + 20 > end ? DECODED.OTHER : decodeTagged(b, u16be(b, start), start + 20, end, wireEnd, out)
}

function decodeTagged(b: Uint8Array, type: number, p: number, end: number, wireEnd: number, out: Segment): number {
  for (let tags = 0; type === ETHERTYPE.VLAN || type === ETHERTYPE.QINQ; tags++) {
    if (tags === MAX_TAGS || p + 4 > end) return DECODED.OTHER
    type = u16be(b, p + 2)
    p += 4
  }
  return decodeNetwork(type, b, p, end, wireEnd, out)
}
