/**
 * IEEE 802.11 data frames in clear, 9.3.2.1. Little-endian: frame control 2, duration 2, three addresses, sequence control 2; a fourth address where
 * the frame goes to and comes from a distribution system; QoS control 2 and HT control 4 where frame control says so; LLC.
 *
 * Encrypted frames are left alone, and so are fragments and A-MSDUs, which hold several packets: frames of busy networks, which are encrypted.
 */
import { u16le } from '../bytes.ts'
import { LAYER, skip } from '../net/layer.ts'
import { DECODED, type Segment } from '../net/segment.ts'

const MIN_HEADER = 24
const ADDRESS = 6
const QOS_CONTROL = 2
const HT_CONTROL = 4

/** Version 0, type data; subtypes with the bit of "no data" are others. */
const VERSION_TYPE_NO_DATA = 0x004f
const DATA = 0x0008
const FRAME_CONTROL = {
  QOS: 0x0080,
  TO_AND_FROM_DS: 0x0300,
  MORE_FRAGMENTS: 0x0400,
  PROTECTED: 0x4000,
  HT_CONTROL: 0x8000,
} as const
const FRAGMENT_NUMBER = 0x000f
const A_MSDU = 0x0080

export function decodeIeee80211(b: Uint8Array, s: Segment): number {
  const header = headerLength(b, s)
  if (header === 0) return DECODED.OTHER
  skip(s, header)
  return LAYER.LLC
}

/** The same where the driver put the body at a multiple of four bytes. */
export function decodeIeee80211Padded(b: Uint8Array, s: Segment): number {
  const header = headerLength(b, s)
  if (header === 0) return DECODED.OTHER
  skip(s, (header + 3) & ~3)
  return LAYER.LLC
}

/** Zero for a frame that is not read. */
function headerLength(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return 0
  const control = u16le(b, o)
  if ((control & VERSION_TYPE_NO_DATA) !== DATA) return 0
  if ((control & (FRAME_CONTROL.PROTECTED | FRAME_CONTROL.MORE_FRAGMENTS)) !== 0) return 0
  if ((b[o + 22] & FRAGMENT_NUMBER) !== 0) return 0
  let header = MIN_HEADER
  if ((control & FRAME_CONTROL.TO_AND_FROM_DS) === FRAME_CONTROL.TO_AND_FROM_DS) header += ADDRESS
  if ((control & FRAME_CONTROL.QOS) === 0) return header
  if (o + header + QOS_CONTROL > s.payloadEnd || (b[o + header] & A_MSDU) !== 0) return 0
  return header + QOS_CONTROL + ((control & FRAME_CONTROL.HT_CONTROL) === 0 ? 0 : HT_CONTROL)
}
