/** IP without a header that names its version: its first four bits do. */
import { LAYER } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'

export function decodeIp(b: Uint8Array, s: Segment): number {
  if (s.payload >= s.payloadEnd) return DECODED.OTHER
  return b[s.payload] >> 4 === 6 ? decodeIpv6(b, s) : decodeIpv4(b, s)
}

/** What a header that begins with this byte can be. */
export function ipLayer(first: number): number {
  if (first >> 4 === 4) return LAYER.IPV4
  return first >> 4 === 6 ? LAYER.IPV6 : DECODED.OTHER
}
