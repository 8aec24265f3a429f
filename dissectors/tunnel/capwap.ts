/**
 * CAPWAP's data channel, between access points and their controller, RFC 5415 4.3: preamble 1 (version, and type 0, or 1 for DTLS); length of the header 5
 * bits in units of four bytes, radio 5, binding 5, flags T, F, L, W, M, K and three more; fragment id 2, offset 13 bits in units of eight bytes; fields.
 *
 * T: a frame of the binding, which is 802.11; without T, of 802.3. F: a fragment, L: the last one, K: a keep-alive. Fragments are reassembled like those of
 * IP.
 */
import { u16be } from '../bytes.ts'
import { fragment, fragmentsOf, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const HEADER = 8
const OFFSET = { HEADER_LENGTH: 1, FLAGS: 2, FRAGMENT_ID: 4, FRAGMENT_OFFSET: 6 } as const
const PREAMBLE = { CLEAR: 0x00, ENCRYPTED: 0x01 } as const
/** Of the two bytes with radio, binding and flags. */
const FLAG = { NATIVE: 0x0100, FRAGMENT: 0x0080, LAST: 0x0040, KEEP_ALIVE: 0x0008 } as const
const FRAGMENT_OFFSET = 0xfff8

export function decodeCapwap(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  if (b[o] === PREAMBLE.ENCRYPTED) s.unread = UNREAD.CLOSED | CLOSED.ENCRYPTED_CAPWAP
  if (b[o] !== PREAMBLE.CLEAR) return DECODED.OTHER
  const header = (b[o + OFFSET.HEADER_LENGTH] >> 3) * 4
  const flags = u16be(b, o + OFFSET.FLAGS)
  if (header < HEADER || (flags & FLAG.KEEP_ALIVE) !== 0) return DECODED.OTHER
  skip(s, header)
  const next = (flags & FLAG.NATIVE) === 0 ? LAYER.ETHERNET : LAYER.IEEE80211_SWAPPED
  if ((flags & FLAG.FRAGMENT) === 0) return next
  const more = (flags & FLAG.LAST) === 0 ? 1 : 0
  const offset = u16be(b, o + OFFSET.FRAGMENT_OFFSET) & FRAGMENT_OFFSET
  return fragment(s, u16be(b, o + OFFSET.FRAGMENT_ID), fragmentsOf(next), offset, more)
}
