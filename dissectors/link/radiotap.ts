/**
 * Radiotap (radiotap.org): version 1 (zero), padding 1, length 2, a word of bits that say which fields are present, and more such words while the
 * highest bit is set; the fields, each aligned to its size from the header's start. Little-endian. Of the fields only the flags matter here, and of
 * those before them there is one.
 */
import { u16le } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 8
/** Bits of the present word: in its first byte, and in its last. */
const PRESENT = { TSFT: 0x01, FLAGS: 0x02, MORE_WORDS: 0x80 } as const
const FLAG = { FRAME_CHECK_SEQUENCE: 0x10, PADDED: 0x20, BAD_CHECK_SEQUENCE: 0x40 } as const
const FRAME_CHECK_SEQUENCE = 4

export function decodeRadiotap(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || b[o] !== 0) return DECODED.OTHER
  const header = u16le(b, o + 2)
  if (header < MIN_HEADER || o + header > s.payloadEnd) return DECODED.OTHER
  const flags = radiotapFlags(b, o, o + header)
  // A frame with wrong bits in it: it was sent again, and this copy would be taken for the better one.
  if ((flags & FLAG.BAD_CHECK_SEQUENCE) !== 0) return DECODED.OTHER
  skip(s, header)
  if ((flags & FLAG.FRAME_CHECK_SEQUENCE) !== 0) bound(s, s.length - FRAME_CHECK_SEQUENCE)
  return (flags & FLAG.PADDED) === 0 ? LAYER.IEEE80211 : LAYER.IEEE80211_PADDED
}

function radiotapFlags(b: Uint8Array, o: number, end: number): number {
  if ((b[o + 4] & PRESENT.FLAGS) === 0) return 0
  let fields = 8
  while ((b[o + fields - 1] & PRESENT.MORE_WORDS) !== 0) {
    fields += 4
    if (o + fields > end) return 0
  }
  const flags = (b[o + 4] & PRESENT.TSFT) === 0 ? fields : ((fields + 7) & ~7) + 8
  return o + flags < end ? b[o + flags] : 0
}
