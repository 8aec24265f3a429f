/** IPv4 header, RFC 791 3.1. */
import { u16be } from '../bytes.ts'
import { DECODED, type Segment } from './segment.ts'
import { decodeTcp } from './tcp.ts'

const PROTOCOL_TCP = 6
/** More Fragments, and the 13-bit fragment offset. */
const FRAGMENTED = 0x3fff
const MAPPED_PREFIX = 0x0000ffff

/**
 * Reads the datagram at `o` down to TCP.
 * @param end end of the captured bytes of the frame, link padding included
 * @param wireEnd where the frame ended on the wire: used where offloading left the total length zero
 */
export function decodeIpv4(b: Uint8Array, o: number, end: number, wireEnd: number, out: Segment): number {
  if (o + 20 > end || b[o] >> 4 !== 4) return DECODED.OTHER
  const header = (b[o] & 0x0f) * 4
  if (header < 20) return DECODED.OTHER
  if (b[o + 9] !== PROTOCOL_TCP) return DECODED.OTHER
  if ((u16be(b, o + 6) & FRAGMENTED) !== 0) return DECODED.FRAGMENT
  const total = u16be(b, o + 2)
  const datagramEnd = total === 0 ? wireEnd : Math.min(o + total, wireEnd)
  out.src0 = 0
  out.src1 = 0
  out.src2 = MAPPED_PREFIX
  out.src3 = (b[o + 12] << 24) | (b[o + 13] << 16) | (b[o + 14] << 8) | b[o + 15]
  out.dst0 = 0
  out.dst1 = 0
  out.dst2 = MAPPED_PREFIX
  out.dst3 = (b[o + 16] << 24) | (b[o + 17] << 16) | (b[o + 18] << 8) | b[o + 19]
  return decodeTcp(b, o + header, Math.min(end, datagramEnd), datagramEnd, out)
}
