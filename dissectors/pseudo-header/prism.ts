/**
 * Headers that drivers put before 802.11 frames before there was radiotap.
 *
 * Prism: message code 4, length of the header 4, device name 16, fields; in the byte order of the capturing host, which the small code shows.
 * AVS: version 4 (80211001 or 80211002), length of the header 4, fields; big-endian. Captures of link type Prism may contain it too.
 */
import { u32be, u32le } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 8
const OFFSET = { LENGTH: 4 } as const
/** Longer than either header can be: what is above that is not a length. */
const MAX_HEADER = 1024
const AVS_MAGIC = 0x80211

export function decodePrism(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return DECODED.OTHER
  if (u32be(b, o) >>> 12 === AVS_MAGIC) return decodeAvs(b, s)
  return skipHeader(s, b[o] === 0 ? u32be(b, o + OFFSET.LENGTH) : u32le(b, o + OFFSET.LENGTH))
}

export function decodeAvs(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || u32be(b, o) >>> 12 !== AVS_MAGIC) return DECODED.OTHER
  return skipHeader(s, u32be(b, o + OFFSET.LENGTH))
}

function skipHeader(s: Segment, length: number): number {
  if (length < MIN_HEADER || length > MAX_HEADER) return DECODED.OTHER
  skip(s, length)
  return LAYER.IEEE80211
}
