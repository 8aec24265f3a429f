/**
 * Ethernet II and 802.3: destination 6, source 6, type or length 2. Tags stand between the addresses and the type: each is taken for a header of its
 * own, whose type was read with the one before it.
 */
import { u16be } from '../bytes.ts'
import { etherTypeLayer, FIRST_ETHERTYPE, LAYER, skip } from '../net/layer.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const HEADER = 14
const VLAN_TAG = 4
const SERVICE_TAG = 4
const VN_TAG = 6
const FABRIC_PATH_TAG = 2

export function decodeEthernet(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER)
  return typeOrLengthLayer(u16be(b, o + 12))
}

/** VLAN, IEEE 802.1Q 9.6: tag control information 2, type or length 2. */
export function decodeVlan(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + VLAN_TAG > s.payloadEnd) return DECODED.OTHER
  skip(s, VLAN_TAG)
  return typeOrLengthLayer(u16be(b, o + 2))
}

/** Provider backbone, IEEE 802.1Q 9.7 ("MAC in MAC"): flags 1, service identifier 3; then the customer's frame, addresses first. */
export function decodePbb(_b: Uint8Array, s: Segment): number {
  skip(s, SERVICE_TAG)
  return LAYER.ETHERNET
}

/** VN-Tag, what Cisco's servers and switches have in place of IEEE 802.1BR: interfaces 4, type or length 2. */
export function decodeVnTag(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + VN_TAG > s.payloadEnd) return DECODED.OTHER
  skip(s, VN_TAG)
  return typeOrLengthLayer(u16be(b, o + 4))
}

/** Cisco FabricPath: tree and time to live 2; then the frame that crosses the fabric, addresses first. */
export function decodeFabricPath(_b: Uint8Array, s: Segment): number {
  skip(s, FABRIC_PATH_TAG)
  return LAYER.ETHERNET
}

function typeOrLengthLayer(value: number): number {
  return value < FIRST_ETHERTYPE ? LAYER.LLC : etherTypeLayer(value)
}
