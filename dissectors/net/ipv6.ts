/** IPv6 header and extension headers, RFC 8200 3 and 4. */
import { u16be } from '../bytes.ts'
import { DECODED, type Segment } from './segment.ts'
import { decodeTcp } from './tcp.ts'

const HEADER = 40
const MAX_EXTENSIONS = 16

const NEXT = {
  HOP_BY_HOP: 0,
  TCP: 6,
  ROUTING: 43,
  FRAGMENT: 44,
  AUTHENTICATION: 51,
  DESTINATION: 60,
  MOBILITY: 135,
  HIP: 139,
  SHIM6: 140,
} as const

/** Reads the datagram at `o` down to TCP. Arguments as for decodeIpv4. */
export function decodeIpv6(b: Uint8Array, o: number, end: number, wireEnd: number, out: Segment): number {
  if (o + HEADER > end || b[o] >> 4 !== 6) return DECODED.OTHER
  const payloadLength = u16be(b, o + 4)
  // Zero is a jumbogram (RFC 2675) or an offloaded segment: the frame is all there is to go by.
  const datagramEnd = payloadLength === 0 ? wireEnd : Math.min(o + HEADER + payloadLength, wireEnd)
  const limit = Math.min(end, datagramEnd)
  let next: number = b[o + 6]
  let p = o + HEADER
  for (let depth = 0; next !== NEXT.TCP; depth++) {
    if (depth === MAX_EXTENSIONS || p + 8 > limit) return DECODED.OTHER
    switch (next) {
      case NEXT.HOP_BY_HOP:
      case NEXT.ROUTING:
      case NEXT.DESTINATION:
      case NEXT.MOBILITY:
      case NEXT.HIP:
      case NEXT.SHIM6:
        next = b[p]
        p += (b[p + 1] + 1) * 8
        break
      case NEXT.AUTHENTICATION:
        next = b[p]
        p += (b[p + 1] + 2) * 4
        break
      case NEXT.FRAGMENT:
        // An atomic fragment (RFC 6946: offset 0, no more to come) is a whole datagram.
        if ((u16be(b, p + 2) & 0xfff9) !== 0) return DECODED.FRAGMENT
        next = b[p]
        p += 8
        break
      default:
        return DECODED.OTHER
    }
  }
  out.src0 = word(b, o + 8)
  out.src1 = word(b, o + 12)
  out.src2 = word(b, o + 16)
  out.src3 = word(b, o + 20)
  out.dst0 = word(b, o + 24)
  out.dst1 = word(b, o + 28)
  out.dst2 = word(b, o + 32)
  out.dst3 = word(b, o + 36)
  return decodeTcp(b, p, limit, datagramEnd, out)
}

function word(b: Uint8Array, o: number): number {
  return (b[o] << 24) | (b[o + 1] << 16) | (b[o + 2] << 8) | b[o + 3]
}
