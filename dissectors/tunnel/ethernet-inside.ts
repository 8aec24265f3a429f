/** Pseudowires do not say what they carry. An Ethernet frame is recognised by its type, and by the header that this type announces. */
import { u16be } from '../bytes.ts'
import { etherTypeLayer, FIRST_ETHERTYPE, LAYER } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { isIpv4 } from '../net/ipv4.ts'
import { isIpv6 } from '../net/ipv6.ts'

const ETHERNET_HEADER = 14
const VLAN_TAG = 4
const SNAP = 8
/** Customers' VLAN tags that are skipped in search of IP. */
const MAX_TAGS = 2

/** Does an Ethernet frame `skipped` bytes further on carry IP? Its type and the header behind it must agree. */
export function isEthernetWithIp(b: Uint8Array, s: Segment, skipped: number): boolean {
  const end = s.payloadEnd
  let o = s.payload + skipped + ETHERNET_HEADER
  let layer = layerAt(b, o, end)
  for (let tags = 0; layer === LAYER.VLAN && tags < MAX_TAGS; tags++) {
    o += VLAN_TAG
    layer = layerAt(b, o, end)
  }
  if (layer === LAYER.LLC) {
    o += SNAP
    layer = layerAt(b, o, end)
  }
  return (layer === LAYER.IPV4 && isIpv4(b, o, end)) || (layer === LAYER.IPV6 && isIpv6(b, o, end))
}

/** Does such a frame at least have a known type? */
export function isEthernet(b: Uint8Array, s: Segment, skipped: number): boolean {
  return layerAt(b, s.payload + skipped + ETHERNET_HEADER, s.payloadEnd) !== DECODED.OTHER
}

/** What the two bytes before `o` name: an EtherType, or LLC with SNAP (AA AA 03), whose own last two bytes are one. */
function layerAt(b: Uint8Array, o: number, end: number): number {
  if (o > end) return DECODED.OTHER
  const type = u16be(b, o - 2)
  if (type >= FIRST_ETHERTYPE) return etherTypeLayer(type)
  return o + SNAP <= end && b[o] === 0xaa && b[o + 1] === 0xaa && b[o + 2] === 3 ? LAYER.LLC : DECODED.OTHER
}
