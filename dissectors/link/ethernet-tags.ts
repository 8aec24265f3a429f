/**
 * Tags between the addresses of an Ethernet frame and its type: of VLANs, of fabrics, and of what switches and mirror ports add. Each is read as a header
 * of its own. Its own EtherType was read with the header before it; its last two bytes are the type or length of what follows.
 */
import { u16be } from '../bytes.ts'
import { LAYER, nextByTypeOrLength, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const SERVICE_TAG = 4
const FABRIC_PATH_TAG = 2
/** Destination and source, which only a tag without an EtherType contains. */
const ADDRESSES = 12
/** What ends every tag. */
const TYPE_OR_LENGTH = 2
const META_DATA = { HEADER: 2, LENGTH: 1, OPTION: 4 } as const
const ARISTA = { HEADER: 4, VERSION: 3, LONG_TIME: 8, SHORT_TIME: 6 } as const

/** VLAN, IEEE 802.1Q 9.6: tag control information 2, type or length 2. */
export function decodeVlan(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 2 + TYPE_OR_LENGTH)
}

/** VN-Tag, which Cisco's servers and switches use in place of IEEE 802.1BR: interfaces 4, type or length 2. */
export function decodeVnTag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 4 + TYPE_OR_LENGTH)
}

/** E-TAG, IEEE 802.1BR 7.5: priority and ingress E-CID 2, E-CID 2, extensions of both 2, type or length 2. */
export function decodeETag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 6 + TYPE_OR_LENGTH)
}

/** Cisco's timestamp tag: time 6, type or length 2. */
export function decodeTimestampTag(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 6 + TYPE_OR_LENGTH)
}

/** HSR, IEC 62439-3 5.7: path and size 2, sequence number 2, type or length 2. PRP has the same at the end of a frame, where it needs no decoding. */
export function decodeHsr(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 4 + TYPE_OR_LENGTH)
}

/** Marvell's EDSA (EtherType DADA): reserved 2, DSA tag 4, type or length 2. */
export function decodeEdsa(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, 6 + TYPE_OR_LENGTH)
}

/** Marvell's DSA and Broadcom's tag have no EtherType: addresses 12, tag 4, type or length 2. */
export function decodeTaggedEthernet(b: Uint8Array, s: Segment): number {
  return afterTag(b, s, ADDRESSES + 4 + TYPE_OR_LENGTH)
}

/** Cisco MetaData, which carries TrustSec's security groups: version 1 (1), length 1, as many options of four bytes; type or length 2. */
export function decodeMetaData(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + META_DATA.HEADER > s.payloadEnd || b[o] !== 1) return DECODED.OTHER
  const options = Math.max(1, b[o + META_DATA.LENGTH]) * META_DATA.OPTION
  return afterTag(b, s, META_DATA.HEADER + options + TYPE_OR_LENGTH)
}

/** Arista's timestamps: subtype 2 (1), version 2, which gives the size of the time in bits 4 to 7 (1: eight bytes, 2: six), type or length 2. */
export function decodeAristaTimestamp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + ARISTA.HEADER > s.payloadEnd || u16be(b, o) !== 1) return DECODED.OTHER
  switch (b[o + ARISTA.VERSION] >> 4) {
    case 1:
      return afterTag(b, s, ARISTA.HEADER + ARISTA.LONG_TIME + TYPE_OR_LENGTH)
    case 2:
      return afterTag(b, s, ARISTA.HEADER + ARISTA.SHORT_TIME + TYPE_OR_LENGTH)
    default:
      return DECODED.OTHER
  }
}

/** Provider backbone, IEEE 802.1Q 9.7 ("MAC in MAC"): flags 1, service identifier 3; then the customer's frame, from its addresses on. */
export function decodePbb(_b: Uint8Array, s: Segment): number {
  skip(s, SERVICE_TAG)
  return LAYER.ETHERNET
}

/** Cisco FabricPath: tree and time to live 2; then the frame that crosses the fabric, from its addresses on. */
export function decodeFabricPath(_b: Uint8Array, s: Segment): number {
  skip(s, FABRIC_PATH_TAG)
  return LAYER.ETHERNET
}

/** Skips a tag of `length` bytes, including the type or length at its end. */
function afterTag(b: Uint8Array, s: Segment, length: number): number {
  const end = s.payload + length
  if (end > s.payloadEnd) return DECODED.OTHER
  skip(s, length)
  return nextByTypeOrLength(s, u16be(b, end - TYPE_OR_LENGTH))
}
