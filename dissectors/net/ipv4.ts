/** IPv4 header, RFC 791 3.1. */
import { u16be } from '../bytes.ts'
import { fragment, measured, protocolLayer, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { UNREAD } from '../layers/unread.ts'

const MIN_HEADER = 20
const MORE_FRAGMENTS = 0x2000
const OFFSET = 0x1fff
const MAPPED_PREFIX = 0x0000ffff

export function decodeIpv4(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || b[o] >> 4 !== 4) return DECODED.OTHER
  const header = (b[o] & 0x0f) * 4
  if (header < MIN_HEADER) return DECODED.OTHER
  const next = protocolLayer(b[o + 9])
  if (next === DECODED.OTHER) {
    s.unread = UNREAD.PROTOCOL | b[o + 9]
    return DECODED.OTHER
  }
  const total = u16be(b, o + 2)
  // Zero was left by offloading, for the network card to fill in: the frame is all there is to go by.
  if (total !== 0) measured(s, total)
  skip(s, header)
  s.src0 = 0
  s.src1 = 0
  s.src2 = MAPPED_PREFIX
  s.src3 = (b[o + 12] << 24) | (b[o + 13] << 16) | (b[o + 14] << 8) | b[o + 15]
  s.dst0 = 0
  s.dst1 = 0
  s.dst2 = MAPPED_PREFIX
  s.dst3 = (b[o + 16] << 24) | (b[o + 17] << 16) | (b[o + 18] << 8) | b[o + 19]
  const flags = u16be(b, o + 6)
  if ((flags & (MORE_FRAGMENTS | OFFSET)) === 0) return next
  return fragment(s, u16be(b, o + 4), b[o + 9], (flags & OFFSET) * 8, (flags & MORE_FRAGMENTS) >> 13)
}

/** Could the bytes at `o` be an IPv4 header? Its datagram may be longer than what is there of it: mirror ports cut. */
export function isIpv4(b: Uint8Array, o: number, end: number): boolean {
  if (o + MIN_HEADER > end || b[o] >> 4 !== 4) return false
  const header = (b[o] & 0x0f) * 4
  const total = u16be(b, o + 2)
  return header >= MIN_HEADER && (total === 0 || total >= header)
}
