/** Ethernet II and 802.3: destination 6, source 6, type or length 2. ethernet-tags.ts decodes what may stand between the addresses and the type. */
import { u16be } from '../bytes.ts'
import { nextByTypeOrLength, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 14
const OFFSET = { TYPE: 12 } as const

export function decodeEthernet(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, HEADER)
  return nextByTypeOrLength(s, u16be(b, o + OFFSET.TYPE))
}
