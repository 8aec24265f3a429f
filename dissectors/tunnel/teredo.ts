/**
 * Teredo, RFC 4380 5.1.1: IPv6 in UDP, with two indications before it, each of which may be missing.
 *
 * Authentication: type 1 (2 bytes), length of the identifier 1, of the value 1, both, nonce 8, confirmation 1.
 * Origin: type 0 (2 bytes), port 2, address 4.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const AUTHENTICATION = { TYPE: 1, LENGTH: 13 } as const
const ORIGIN = { TYPE: 0, LENGTH: 8 } as const

export function decodeTeredo(b: Uint8Array, s: Segment): number {
  let o = s.payload
  if (o + 4 > s.payloadEnd) return DECODED.OTHER
  if (u16be(b, o) === AUTHENTICATION.TYPE) {
    skip(s, AUTHENTICATION.LENGTH + b[o + 2] + b[o + 3])
    o = s.payload
  }
  if (o + 2 <= s.payloadEnd && u16be(b, o) === ORIGIN.TYPE) skip(s, ORIGIN.LENGTH)
  return LAYER.IPV6
}
