/** GENEVE, RFC 8926 3.4: version 2 bits, length of the options 6 in units of four bytes, flags 8, protocol type 16; VNI 3, reserved 1; options. */
import { u16be } from '../bytes.ts'
import { nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 8
const OFFSET = { PROTOCOL_TYPE: 2 } as const

export function decodeGeneve(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] >> 6 !== 0) return DECODED.OTHER
  skip(s, HEADER + (b[o] & 0x3f) * 4)
  return nextByEtherType(s, u16be(b, o + OFFSET.PROTOCOL_TYPE))
}
