/** Per-Packet Information, CACE PPI 1.0.7 3: version 1 (zero), flags 1, length 2, link type 4, fields. Little-endian. */
import { u16le, u32le } from '../bytes.ts'
import { skip } from '../layers/layer.ts'
import { nextByLinkType } from '../layers/link-type.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 8
const OFFSET = { LENGTH: 2, LINK_TYPE: 4 } as const

export function decodePpi(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] !== 0) return DECODED.OTHER
  const header = u16le(b, o + OFFSET.LENGTH)
  if (header < HEADER) return DECODED.OTHER
  skip(s, header)
  return nextByLinkType(s, u32le(b, o + OFFSET.LINK_TYPE))
}
