/** IPv6 header and extension headers, RFC 8200 3 and 4. */
import { u16be } from '../bytes.ts'
import { fragment, measured, nextHeader, nextHeaderLayer, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 40
const FRAGMENT_HEADER = 8
const MORE_FRAGMENTS = 0x0001
/** In units of eight bytes, in the high bits: so in bytes, once the others are masked. */
const OFFSET = 0xfff8

export function decodeIpv6(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] >> 4 !== 6) return DECODED.OTHER
  const next = nextHeader(s, b[o + 6])
  if (next === DECODED.OTHER) return DECODED.OTHER
  skip(s, HEADER)
  const payloadLength = u16be(b, o + 4)
  // Zero is a jumbogram (RFC 2675) or an offloaded segment: the frame is all there is to go by.
  if (payloadLength !== 0) measured(s, payloadLength)
  s.src0 = word(b, o + 8)
  s.src1 = word(b, o + 12)
  s.src2 = word(b, o + 16)
  s.src3 = word(b, o + 20)
  s.dst0 = word(b, o + 24)
  s.dst1 = word(b, o + 28)
  s.dst2 = word(b, o + 32)
  s.dst3 = word(b, o + 36)
  return next
}

/** Hop-by-hop options and their like: next header 1, length 1 in units of eight bytes, of which the first do not count. */
export function decodeIpv6Extension(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + 8 > s.payloadEnd) return DECODED.OTHER
  skip(s, (b[o + 1] + 1) * 8)
  return nextHeader(s, b[o])
}

/** Fragment header, RFC 8200 4.5: next header 1, reserved 1, offset and flags 2, identification 4. */
export function decodeIpv6Fragment(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + FRAGMENT_HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, FRAGMENT_HEADER)
  const next = nextHeader(s, b[o])
  const flags = u16be(b, o + 2)
  // An atomic fragment (RFC 6946: offset 0, no more to come) is a whole datagram.
  if (next === DECODED.OTHER || (flags & (OFFSET | MORE_FRAGMENTS)) === 0) return next
  return fragment(s, word(b, o + 4), b[o], flags & OFFSET, flags & MORE_FRAGMENTS)
}

/** Could the bytes at `o` be an IPv6 header, with a next one that is read? */
export function isIpv6(b: Uint8Array, o: number, end: number): boolean {
  return o + HEADER <= end && b[o] >> 4 === 6 && nextHeaderLayer(b[o + 6]) !== DECODED.OTHER
}

function word(b: Uint8Array, o: number): number {
  return (b[o] << 24) | (b[o + 1] << 16) | (b[o + 2] << 8) | b[o + 3]
}
