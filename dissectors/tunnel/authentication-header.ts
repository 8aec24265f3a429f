/**
 * IP Authentication Header, RFC 4302 2. It does not encrypt: its payload can be read.
 *
 * Next header 1, length 1 in units of four bytes minus two, reserved 2, SPI 4, sequence number 4, integrity check value.
 */
import { nextHeader, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 12
const OFFSET = { NEXT_HEADER: 0, LENGTH: 1 } as const

export function decodeAuthenticationHeader(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, (b[o + OFFSET.LENGTH] + 2) * 4)
  return nextHeader(s, b[o + OFFSET.NEXT_HEADER])
}
