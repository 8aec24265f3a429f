/**
 * BSD loopback: LINKTYPE_NULL has a 4-byte protocol family in the byte order of the capturing host, LINKTYPE_LOOP in network order.
 * The families are small numbers, so whichever order makes them small is right. IPv6 has a number of its own on each BSD.
 */
import { decodeIpv4 } from '../net/ipv4.ts'
import { decodeIpv6 } from '../net/ipv6.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const AF_INET = 2
/** NetBSD and OpenBSD, FreeBSD, macOS; Linux and Windows. */
const AF_INET6 = [24, 28, 30, 10, 23]

export function decodeNullLoopback(b: Uint8Array, start: number, end: number, wireEnd: number, out: Segment): number {
  if (start + 4 > end) return DECODED.OTHER
  const family = b[start] === 0 && b[start + 1] === 0 ? b[start + 3] : b[start]
  if (family === AF_INET) return decodeIpv4(b, start + 4, end, wireEnd, out)
  if (AF_INET6.includes(family)) return decodeIpv6(b, start + 4, end, wireEnd, out)
  return DECODED.OTHER
}
