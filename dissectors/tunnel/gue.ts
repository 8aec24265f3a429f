/**
 * Generic UDP Encapsulation, draft-ietf-intarea-gue-09 3. Variant 0: variant 2 bits, control 1, length 5 of what follows the first four bytes, in units of
 * four; protocol 8, flags 16; fields. Variant 1 has no header: its two bits are the first of an IP version.
 */
import { LAYER, nextHeader, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { PROTOCOL: 1 } as const
const CONTROL = 0x20

export function decodeGue(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  if (b[o] >> 6 === 1) return LAYER.IP
  if (b[o] >> 6 !== 0 || (b[o] & CONTROL) !== 0) return DECODED.OTHER
  skip(s, HEADER + (b[o] & 0x1f) * 4)
  return nextHeader(s, b[o + OFFSET.PROTOCOL])
}
