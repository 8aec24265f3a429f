/**
 * MACsec without encryption, IEEE 802.1AE 9.3: TCI and AN 1, short length 1 (of the data, where they are fewer than 48 bytes), packet number 4, and a secure
 * channel identifier 8 where the TCI says so; type or length 2 and data, in clear where E and C are both clear; integrity check value 16.
 */
import { u16be } from '../bytes.ts'
import { bound, nextByTypeOrLength, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const MIN_TAG = 6
const CHANNEL_IDENTIFIER = 8
const TCI = { VERSION: 0x80, CHANNEL: 0x20, ENCRYPTED: 0x08, CHANGED: 0x04 } as const
const SHORT_LENGTH = 0x3f
const INTEGRITY_CHECK = 16

export function decodeMacsec(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + MIN_TAG > s.payloadEnd || (b[o] & TCI.VERSION) !== 0) return DECODED.OTHER
  if ((b[o] & (TCI.ENCRYPTED | TCI.CHANGED)) !== 0) {
    s.unread = UNREAD.CLOSED | CLOSED.ENCRYPTED_MACSEC
    return DECODED.OTHER
  }
  const tag = (b[o] & TCI.CHANNEL) === 0 ? MIN_TAG : MIN_TAG + CHANNEL_IDENTIFIER
  skip(s, tag)
  const short = b[o + 1] & SHORT_LENGTH
  bound(s, short === 0 ? s.length - INTEGRITY_CHECK : short)
  if (s.payload + 2 > s.payloadEnd) return DECODED.OTHER
  skip(s, 2)
  return nextByTypeOrLength(s, u16be(b, s.payload - 2))
}
