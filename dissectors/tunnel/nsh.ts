/**
 * Network Service Header, RFC 8300 2.2: version 2 bits, flags and time to live 8, length 6 in units of four bytes, reserved and metadata type 8,
 * next protocol 8; path 4; metadata.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 8
const OFFSET = { LENGTH: 1, NEXT_PROTOCOL: 3 } as const

export function decodeNsh(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || b[o] >> 6 !== 0) return DECODED.OTHER
  const header = (b[o + OFFSET.LENGTH] & 0x3f) * 4
  if (header < MIN_HEADER) return DECODED.OTHER
  skip(s, header)
  return nextProtocolLayer(b[o + OFFSET.NEXT_PROTOCOL])
}

/** The numbers that NSH and VXLAN-GPE share, RFC 8300 9.1.6. */
export function nextProtocolLayer(next: number): number {
  switch (next) {
    case 1:
      return LAYER.IPV4
    case 2:
      return LAYER.IPV6
    case 3:
      return LAYER.ETHERNET
    case 4:
      return LAYER.NSH
    case 5:
      return LAYER.MPLS
    default:
      return DECODED.OTHER
  }
}
