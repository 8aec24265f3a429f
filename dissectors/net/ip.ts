/** IP where no header names its version: the first four bits do. */
import { LAYER } from './layer.ts'
import { DECODED, type Segment } from './segment.ts'

export function decodeIp(b: Uint8Array, s: Segment): number {
  return s.payload < s.payloadEnd ? ipLayer(b[s.payload]) : DECODED.OTHER
}

/** The version that the first byte of an IP header names. */
export function ipLayer(first: number): number {
  if (first >> 4 === 4) return LAYER.IPV4
  return first >> 4 === 6 ? LAYER.IPV6 : DECODED.OTHER
}
