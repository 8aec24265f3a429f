/**
 * IP Authentication Header, RFC 4302 2. It protects and hides nothing: what it carries follows in clear.
 *
 * Next header 1, length 1 in units of four bytes less two, reserved 2, SPI 4, sequence number 4, integrity check value.
 */
import { nextHeader, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 12

export function decodeAuthenticationHeader(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, (b[o + 1] + 2) * 4)
  return nextHeader(s, b[o])
}
