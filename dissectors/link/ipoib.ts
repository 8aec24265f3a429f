/**
 * IP over InfiniBand, RFC 4391 6: EtherType 2, reserved 2. Some captures have forty or twenty bytes about the receiver before it: a known EtherType with
 * two bytes of zero behind it shows where the header is.
 */
import { u16be } from '../bytes.ts'
import { etherTypeLayer, nextByEtherType, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { RESERVED: 2 } as const
const GLOBAL_ROUTE = 40
const HARDWARE_ADDRESS = 20

export function decodeIpoib(b: Uint8Array, s: Segment): number {
  if (s.payload + HEADER > s.payloadEnd) return DECODED.OTHER
  if (!isHeader(b, s.payload, s.payloadEnd)) {
    if (isHeader(b, s.payload + GLOBAL_ROUTE, s.payloadEnd)) skip(s, GLOBAL_ROUTE)
    else if (isHeader(b, s.payload + HARDWARE_ADDRESS, s.payloadEnd)) skip(s, HARDWARE_ADDRESS)
  }
  skip(s, HEADER)
  return nextByEtherType(s, u16be(b, s.payload - HEADER))
}

function isHeader(b: Uint8Array, o: number, end: number): boolean {
  return o + HEADER <= end && etherTypeLayer(u16be(b, o)) !== DECODED.OTHER && u16be(b, o + OFFSET.RESERVED) === 0
}
