/**
 * Frame Relay. Address 2 to 4, whose last byte is odd; then, RFC 2427 4, control 03, an optional padding byte of zero, and the network layer protocol:
 * IPv4, IPv6, or SNAP (organisation 3, type 2). Cisco's own encapsulation has an EtherType directly behind the address.
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const LONGEST_ADDRESS = 4
const UNNUMBERED_INFORMATION = 0x03
const NLPID = { SNAP: 0x80, IPV6: 0x8e, IPV4: 0xcc } as const
const SNAP = 5
const SNAP_TYPE = 3
const BRIDGED = 0x0080c2
/** Ethernet with and without its check sequence. */
const BRIDGED_ETHERNET = [0x0001, 0x0007]

export function decodeFrameRelay(b: Uint8Array, s: Segment): number {
  const o = s.payload
  let address = 2
  while (address < LONGEST_ADDRESS && o + address <= s.payloadEnd && (b[o + address - 1] & 1) === 0) address++
  const control = o + address
  if (control + 4 > s.payloadEnd || (b[control - 1] & 1) === 0) return DECODED.OTHER
  if (b[control] !== UNNUMBERED_INFORMATION) {
    skip(s, address + 2)
    return nextByEtherType(s, u16be(b, control))
  }
  const padding = b[control + 1] === 0 ? 1 : 0
  skip(s, address + 1 + padding + 1)
  switch (b[control + 1 + padding]) {
    case NLPID.IPV4:
      return LAYER.IPV4
    case NLPID.IPV6:
      return LAYER.IPV6
    case NLPID.SNAP:
      return decodeSnap(b, s)
    default:
      return DECODED.OTHER
  }
}

function decodeSnap(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + SNAP > s.payloadEnd) return DECODED.OTHER
  const organisation = (b[o] << 16) | u16be(b, o + 1)
  const type = u16be(b, o + SNAP_TYPE)
  skip(s, SNAP)
  if (organisation === 0) return nextByEtherType(s, type)
  return organisation === BRIDGED && BRIDGED_ETHERNET.includes(type) ? LAYER.ETHERNET : DECODED.OTHER
}
