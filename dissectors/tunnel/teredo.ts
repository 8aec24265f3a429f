/**
 * Teredo, RFC 4380 5.1.1: IPv6 in UDP, with two optional indications before it.
 *
 * Authentication: type 1 (2 bytes), length of the identifier 1, length of the value 1, identifier, value, nonce 8, confirmation 1.
 * Origin: type 0 (2 bytes), port 2, address 4.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const AUTHENTICATION = { TYPE: 1, LENGTH: 13, IDENTIFIER_LENGTH: 2, VALUE_LENGTH: 3 } as const
/** Up to the lengths of an authentication. */
const MIN_HEADER = 4
const TYPE = 2
const ORIGIN = { TYPE: 0, LENGTH: 8 } as const

export function decodeTeredo(b: Uint8Array, s: Segment): number {
  let o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return DECODED.OTHER
  if (u16be(b, o) === AUTHENTICATION.TYPE) {
    skip(s, AUTHENTICATION.LENGTH + b[o + AUTHENTICATION.IDENTIFIER_LENGTH] + b[o + AUTHENTICATION.VALUE_LENGTH])
    o = s.payload
  }
  if (o + TYPE <= s.payloadEnd && u16be(b, o) === ORIGIN.TYPE) skip(s, ORIGIN.LENGTH)
  return LAYER.IPV6
}
