/**
 * TRILL, RFC 6325 3: version 2 bits (zero), reserved 2, multi-destination 1, length of the options 5 in units of four bytes, hop count 6; egress and
 * ingress nicknames 2 + 2; options; the frame that crosses the campus.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 6

export function decodeTrill(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] >> 6 !== 0) return DECODED.OTHER
  skip(s, HEADER + ((u16be(b, o) >> 6) & 0x1f) * 4)
  return LAYER.ETHERNET
}
