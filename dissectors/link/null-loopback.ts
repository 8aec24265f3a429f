/**
 * BSD loopback: LINKTYPE_NULL has a 4-byte protocol family in the byte order of the capturing host, LINKTYPE_LOOP in network order.
 * The families are small numbers, so the order that makes them small is the right one. IPv6 has a different number on each BSD.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const AF_INET = 2
/** NetBSD and OpenBSD, FreeBSD, macOS; Linux and Windows. */
const AF_INET6 = [24, 28, 30, 10, 23]

export function decodeNullLoopback(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  const family = b[o] === 0 && b[o + 1] === 0 ? b[o + 3] : b[o]
  skip(s, HEADER)
  if (family === AF_INET) return LAYER.IPV4
  return AF_INET6.includes(family) ? LAYER.IPV6 : DECODED.OTHER
}
