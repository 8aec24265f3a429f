/** Ethernet II and 802.3 with SNAP, with any stack of VLAN tags (IEEE 802.1Q, 802.1ad). */
import { u16be } from '../bytes.ts'
import { decodeNetwork, ETHERTYPE } from '../net/network.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const HEADER = 14
const MAX_TAGS = 4
/** LLC DSAP AA, SSAP AA, control 03, organisation 000000: an EtherType follows. */
const SNAP = 8

export function decodeEthernet(b: Uint8Array, start: number, end: number, wireEnd: number, out: Segment): number {
  if (start + HEADER > end) return DECODED.OTHER
  let p = start + HEADER
  let type = u16be(b, start + 12)
  for (let tags = 0; type === ETHERTYPE.VLAN || type === ETHERTYPE.QINQ || type === ETHERTYPE.QINQ_OLD; tags++) {
    if (tags === MAX_TAGS || p + 4 > end) return DECODED.OTHER
    type = u16be(b, p + 2)
    p += 4
  }
  if (type < 0x0600 && p + SNAP <= end && b[p] === 0xaa && b[p + 1] === 0xaa && b[p + 2] === 3) {
    type = u16be(b, p + 6)
    p += SNAP
  }
  return decodeNetwork(type, b, p, end, wireEnd, out)
}
