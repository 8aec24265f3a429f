/** IPv6 header and extension headers, RFC 8200 3 and 4. */
import { u16be } from '../bytes.ts'
import { fragment, measured, nextHeader, nextHeaderLayer, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 40
const OFFSET = { PAYLOAD_LENGTH: 4, NEXT_HEADER: 6, SOURCE: 8, DESTINATION: 24 } as const
const MIN_EXTENSION = 8
const EXTENSION_LENGTH = 1
const FRAGMENT_HEADER = 8
const FRAGMENT = { FLAGS: 2, IDENTIFICATION: 4 } as const
const MORE_FRAGMENTS = 0x0001
/** In units of eight bytes, above three other bits: masked, it is a number of bytes. */
const FRAGMENT_OFFSET = 0xfff8

export function decodeIpv6(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] >> 4 !== 6) return DECODED.OTHER
  const next = nextHeader(s, b[o + OFFSET.NEXT_HEADER])
  if (next === DECODED.OTHER) return DECODED.OTHER
  skip(s, HEADER)
  const payloadLength = u16be(b, o + OFFSET.PAYLOAD_LENGTH)
  // Zero means a jumbogram (RFC 2675) or an offloaded segment: then only the frame gives a length.
  if (payloadLength !== 0) measured(s, payloadLength)
  s.src0 = word(b, o + OFFSET.SOURCE)
  s.src1 = word(b, o + OFFSET.SOURCE + 4)
  s.src2 = word(b, o + OFFSET.SOURCE + 8)
  s.src3 = word(b, o + OFFSET.SOURCE + 12)
  s.dst0 = word(b, o + OFFSET.DESTINATION)
  s.dst1 = word(b, o + OFFSET.DESTINATION + 4)
  s.dst2 = word(b, o + OFFSET.DESTINATION + 8)
  s.dst3 = word(b, o + OFFSET.DESTINATION + 12)
  return next
}

/** Hop-by-hop options and similar headers: next header 1, length 1 in units of eight bytes, not counting the first eight. */
export function decodeIpv6Extension(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_EXTENSION > s.payloadEnd) return DECODED.OTHER
  skip(s, (b[o + EXTENSION_LENGTH] + 1) * 8)
  return nextHeader(s, b[o])
}

/** Fragment header, RFC 8200 4.5: next header 1, reserved 1, offset and flags 2, identification 4. */
export function decodeIpv6Fragment(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + FRAGMENT_HEADER > s.payloadEnd) return DECODED.OTHER
  skip(s, FRAGMENT_HEADER)
  const next = nextHeader(s, b[o])
  const flags = u16be(b, o + FRAGMENT.FLAGS)
  // An atomic fragment (RFC 6946: offset 0, no more to come) is a complete datagram.
  if (next === DECODED.OTHER || (flags & (FRAGMENT_OFFSET | MORE_FRAGMENTS)) === 0) return next
  return fragment(s, word(b, o + FRAGMENT.IDENTIFICATION), b[o], flags & FRAGMENT_OFFSET, flags & MORE_FRAGMENTS)
}

/** Could the bytes at `o` be an IPv6 header, whose next header is read? */
export function isIpv6(b: Uint8Array, o: number, end: number): boolean {
  return o + HEADER <= end && b[o] >> 4 === 6 && nextHeaderLayer(b[o + OFFSET.NEXT_HEADER]) !== DECODED.OTHER
}

function word(b: Uint8Array, o: number): number {
  return (b[o] << 24) | (b[o + 1] << 16) | (b[o + 2] << 8) | b[o + 3]
}
