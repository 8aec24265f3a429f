/**
 * Tags between the addresses of an Ethernet frame and its type: of VLANs, of fabrics, of what a switch or a mirror port adds. Each is taken for a header of
 * its own, whose EtherType was read with the one before it; what follows it, a type or a length, is its last two bytes.
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByTypeOrLength, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const SERVICE_TAG = 4
const FABRIC_PATH_TAG = 2
/** Addresses, of which a tag within Ethernet has none of its own. */
const ADDRESSES = 12

/** VLAN, IEEE 802.1Q 9.6: tag control information 2, type or length 2. */
export function decodeVlan(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 4)
}

/** VN-Tag, what Cisco's servers and switches have in place of IEEE 802.1BR: interfaces 4, type or length 2. */
export function decodeVnTag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 6)
}

/** E-TAG, IEEE 802.1BR 7.5: priority and ingress E-CID 2, E-CID 2, extensions of both 2, type or length 2. */
export function decodeETag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 8)
}

/** Cisco's timestamp tag: time 6, type or length 2. */
export function decodeTimestampTag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 8)
}

/** HSR, IEC 62439-3 5.7: path and size 2, sequence number 2, type or length 2. PRP has the same at the end of a frame, where it is in nobody's way. */
export function decodeHsr(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 6)
}

/** Marvell's EDSA (EtherType DADA): reserved 2, DSA tag 4, type or length 2. */
export function decodeEdsa(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 8)
}

/** Marvell's DSA and Broadcom's tag have no EtherType: addresses 12, tag 4, type or length 2. */
export function decodeTaggedEthernet(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, ADDRESSES + 6)
}

/** Cisco MetaData, which carries TrustSec's security groups: version 1 (1), length 1, options of four bytes each, of which that is the number; type. */
export function decodeMetaData(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + 2 > s.payloadEnd || b[o] !== 1) return DECODED.OTHER
  return afterTag(b, s, 2 + Math.max(1, b[o + 1]) * 4 + 2)
}

/** Arista's timestamps: subtype 2 (1), version 2, which gives the size of the time in bits 4 to 7 (1: eight bytes, 2: six), type or length 2. */
export function decodeAristaTimestamp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + 4 > s.payloadEnd || u16be(b, o) !== 1) return DECODED.OTHER
  switch (b[o + 3] >> 4) {
    case 1:
      return afterTag(b, s, 4 + 8 + 2)
    case 2:
      return afterTag(b, s, 4 + 6 + 2)
    default:
      return DECODED.OTHER
  }
}

/** Provider backbone, IEEE 802.1Q 9.7 ("MAC in MAC"): flags 1, service identifier 3; then the customer's frame, addresses first. */
export function decodePbb(_b: Uint8Array, s: Segment): number {
  skip(s, SERVICE_TAG)
  return LAYER.ETHERNET
}

/** Cisco FabricPath: tree and time to live 2; then the frame that crosses the fabric, addresses first. */
export function decodeFabricPath(_b: Uint8Array, s: Segment): number {
  skip(s, FABRIC_PATH_TAG)
  return LAYER.ETHERNET
}

/** A tag of `length` bytes, the type or length at its end included. */
function afterTag(b: Uint8Array, s: Segment, length: number): number {
  const end = s.payload + length
  if (end > s.payloadEnd) return DECODED.OTHER
  skip(s, length)
  return nextByTypeOrLength(s, u16be(b, end - 2))
}
