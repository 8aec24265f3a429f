/**
 * Unencrypted data frames of IEEE 802.11, 9.3.2.1. Little-endian: frame control 2, duration 2, three addresses, sequence control 2; a fourth address where
 * the frame goes to and comes from a distribution system; QoS control 2 and HT control 4 where frame control says so; LLC.
 *
 * Encrypted frames are not read, nor are fragments and A-MSDUs, which contain several packets: busy networks send those, and they are encrypted.
 */
import { u16be, u16le } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const MIN_HEADER = 24
const SEQUENCE_CONTROL_OFFSET = 22
const ADDRESS = 6
const QOS_CONTROL = 2
const HT_CONTROL = 4

/** Version 0, type data, and not one of the subtypes without data. */
const VERSION_TYPE_NO_DATA = 0x004f
const DATA = 0x0008
const VERSION_TYPE = 0x0f
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

/** The same where the driver aligned the body to four bytes. */
export function decodeIeee80211Padded(b: Uint8Array, s: Segment): number {
  const header = headerLength(b, s)
  if (header === 0) return DECODED.OTHER
  skip(s, (header + 3) & ~3)
  return LAYER.LLC
}

/** The same from controllers some of which swap the bytes of frame control. The first byte shows it: unswapped, no such frame would be data. */
export function decodeIeee80211Swapped(b: Uint8Array, s: Segment): number {
  const o = s.payload
  const isSwapped = o + 2 <= s.payloadEnd && (b[o] & VERSION_TYPE) !== DATA && (b[o + 1] & VERSION_TYPE) === DATA
  const header = headerLength(b, s, isSwapped)
  if (header === 0) return DECODED.OTHER
  skip(s, header)
  return LAYER.LLC
}

/** Zero for a frame that is not read. */
function headerLength(b: Uint8Array, s: Segment, isSwapped = false): number {
  const o = s.payload
  if (o + MIN_HEADER > s.payloadEnd) return 0
  const control = isSwapped ? u16be(b, o) : u16le(b, o)
  if ((control & VERSION_TYPE_NO_DATA) !== DATA) return 0
  if ((control & FRAME_CONTROL.PROTECTED) !== 0) return closed(s, CLOSED.ENCRYPTED_WIRELESS)
  if ((control & FRAME_CONTROL.MORE_FRAGMENTS) !== 0 || (b[o + SEQUENCE_CONTROL_OFFSET] & FRAGMENT_NUMBER) !== 0)
    return closed(s, CLOSED.AGGREGATED_WIRELESS)
  let header = MIN_HEADER
  if ((control & FRAME_CONTROL.TO_AND_FROM_DS) === FRAME_CONTROL.TO_AND_FROM_DS) header += ADDRESS
  if ((control & FRAME_CONTROL.QOS) === 0) return header
  if (o + header + QOS_CONTROL > s.payloadEnd) return 0
  if ((b[o + header] & A_MSDU) !== 0) return closed(s, CLOSED.AGGREGATED_WIRELESS)
  return header + QOS_CONTROL + ((control & FRAME_CONTROL.HT_CONTROL) === 0 ? 0 : HT_CONTROL)
}

function closed(s: Segment, what: number): number {
  s.unread = UNREAD.CLOSED | what
  return 0
}
