/** PPPoE session, RFC 2516 4: version and type 1 (both are 1), code 1 (zero for data), session id 2, length 2; PPP. */
import { u16be } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 6
const OFFSET = { LENGTH: 4 } as const
const VERSION_TYPE_DATA = 0x1100

export function decodePppoe(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || u16be(b, o) !== VERSION_TYPE_DATA) return DECODED.OTHER
  skip(s, HEADER)
  bound(s, u16be(b, o + OFFSET.LENGTH))
  return LAYER.PPP
}
