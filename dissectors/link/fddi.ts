/**
 * FDDI, ISO 9314-2: frame control 1, destination 6, source 6; LLC where frame control is 50 to 57. Some systems put three bytes of zero first, to align
 * what follows.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 13
const PADDING = 3
const LLC = 0x50
const FORMAT = 0xf8

export function decodeFddi(b: Uint8Array, s: Segment): number {
  const o = s.payload
  const padding = o + PADDING < s.payloadEnd && (b[o] | b[o + 1] | b[o + 2]) === 0 ? PADDING : 0
  if (o + padding + HEADER > s.payloadEnd || (b[o + padding] & FORMAT) !== LLC) return DECODED.OTHER
  skip(s, padding + HEADER)
  return LAYER.LLC
}
