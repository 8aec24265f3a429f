/**
 * Ethernet II and 802.3: destination 6, source 6, type or length 2. VLAN tags (IEEE 802.1Q 9.6) and the service tag of a provider backbone
 * (IEEE 802.1Q 9.7, "MAC in MAC"), which stand between the addresses and the type: each as a header of its own, for there may be any number.
 */
import { u16be } from '../bytes.ts'
import { etherTypeLayer, FIRST_ETHERTYPE, LAYER, skip } from '../net/layer.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const HEADER = 14
const VLAN_TAG = 4
const SERVICE_TAG = 4

export function decodeEthernet(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER)
  return typeOrLengthLayer(u16be(b, o + 12))
}

/** Tag control information 2, type or length 2; the type of the tag itself was read with the header before it. */
export function decodeVlan(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + VLAN_TAG > s.payloadEnd) return DECODED.OTHER
  skip(s, VLAN_TAG)
  return typeOrLengthLayer(u16be(b, o + 2))
}

/** Flags 1, service identifier 3; then the customer's frame, addresses first. */
export function decodePbb(_b: Uint8Array, s: Segment): number {
  skip(s, SERVICE_TAG)
  return LAYER.ETHERNET
}

function typeOrLengthLayer(value: number): number {
  return value < FIRST_ETHERTYPE ? LAYER.LLC : etherTypeLayer(value)
}
