/** EtherIP, RFC 3378 3: version 3 in the first four bits, twelve reserved bits, an Ethernet frame. */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 2
const VERSION = 3

export function decodeEtherIp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] >> 4 !== VERSION) return DECODED.OTHER
  skip(s, HEADER)
  return LAYER.ETHERNET
}
