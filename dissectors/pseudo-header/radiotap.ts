/**
 * Radiotap (radiotap.org): version 1 (zero), padding 1, length 2, a word whose bits say which fields are present, and more such words while the highest
 * bit is set; the fields, each aligned to its size from the start of the header. Little-endian. Only the flags are read; one field, TSFT, may precede
 * them.
 */
import { u16le } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_HEADER = 8
const OFFSET = { LENGTH: 2, PRESENT: 4 } as const
/** Of one present word. */
const PRESENT_LENGTH = 4
const TSFT_LENGTH = 8
/** Bits of the first byte of a present word, and of its last one. */
const PRESENT = { TSFT: 0x01, FLAGS: 0x02, MORE_WORDS: 0x80 } as const
const FLAG = { FRAME_CHECK_SEQUENCE: 0x10, PADDED: 0x20, BAD_CHECK_SEQUENCE: 0x40 } as const
const FRAME_CHECK_SEQUENCE = 4

export function decodeRadiotap(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd || b[o] !== 0) return DECODED.OTHER
  const header = u16le(b, o + OFFSET.LENGTH)
  if (header < MIN_HEADER || o + header > s.payloadEnd) return DECODED.OTHER
  const flags = radiotapFlags(b, o, o + header)
  // A damaged frame: it was sent again, and this copy would replace the good one.
  if ((flags & FLAG.BAD_CHECK_SEQUENCE) !== 0) return DECODED.OTHER
  skip(s, header)
  if ((flags & FLAG.FRAME_CHECK_SEQUENCE) !== 0) bound(s, s.length - FRAME_CHECK_SEQUENCE)
  return (flags & FLAG.PADDED) === 0 ? LAYER.IEEE80211 : LAYER.IEEE80211_PADDED
}

function radiotapFlags(b: Uint8Array, o: number, end: number): number {
  if ((b[o + OFFSET.PRESENT] & PRESENT.FLAGS) === 0) return 0
  let fields = OFFSET.PRESENT + PRESENT_LENGTH
  while ((b[o + fields - 1] & PRESENT.MORE_WORDS) !== 0) {
    fields += PRESENT_LENGTH
    if (o + fields > end) return 0
  }
  const flags = (b[o + OFFSET.PRESENT] & PRESENT.TSFT) === 0 ? fields : ((fields + 7) & ~7) + TSFT_LENGTH
  return o + flags < end ? b[o + flags] : 0
}
