/** IPv4 header, RFC 791 3.1. Big-endian. */
import { u16be, u32be } from '../bytes.ts'
import { fragment, measured, protocolLayer, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { UNREAD } from '../layers/unread.ts'

const MIN_HEADER = 20
const OFFSET = { TOTAL_LENGTH: 2, IDENTIFICATION: 4, FLAGS: 6, PROTOCOL: 9, SOURCE: 12, DESTINATION: 16 } as const
const MORE_FRAGMENTS = 0x2000
const FRAGMENT_OFFSET = 0x1fff
const MAPPED_PREFIX = 0x0000ffff

export function decodeIpv4(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || b[o] >> 4 !== 4) return DECODED.OTHER
  const header = (b[o] & 0x0f) * 4
  if (header < MIN_HEADER) return DECODED.OTHER
  const next = protocolLayer(b[o + OFFSET.PROTOCOL])
  if (next === DECODED.OTHER) {
    s.unread = UNREAD.PROTOCOL | b[o + OFFSET.PROTOCOL]
    return DECODED.OTHER
  }
  const total = u16be(b, o + OFFSET.TOTAL_LENGTH)
  // Offloading leaves zero for the network card to fill in: then only the frame gives a length.
  if (total !== 0) measured(s, total)
  skip(s, header)
  s.src0 = 0
  s.src1 = 0
  s.src2 = MAPPED_PREFIX
  s.src3 = u32be(b, o + OFFSET.SOURCE) | 0
  s.dst0 = 0
  s.dst1 = 0
  s.dst2 = MAPPED_PREFIX
  s.dst3 = u32be(b, o + OFFSET.DESTINATION) | 0
  const flags = u16be(b, o + OFFSET.FLAGS)
  if ((flags & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) === 0) return next
  return fragment(
    s,
    u16be(b, o + OFFSET.IDENTIFICATION),
    b[o + OFFSET.PROTOCOL],
    (flags & FRAGMENT_OFFSET) * 8,
    (flags & MORE_FRAGMENTS) >> 13,
  )
}

/** Could the bytes at `o` be an IPv4 header? Its datagram may be longer than the captured bytes, because mirror ports cut packets. */
export function isIpv4(b: Uint8Array, o: number, end: number): boolean {
  if (o + MIN_HEADER > end || b[o] >> 4 !== 4) return false
  const header = (b[o] & 0x0f) * 4
  const total = u16be(b, o + OFFSET.TOTAL_LENGTH)
  return header >= MIN_HEADER && (total === 0 || total >= header)
}
