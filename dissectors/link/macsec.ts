/**
 * MACsec without encryption, IEEE 802.1AE 9.3: TCI and AN 1, short length 1 (of the data, where it has fewer than 48 bytes), packet number 4, secure
 * channel identifier 8 where the TCI says so; type or length 2 and data, unencrypted where E and C are both zero; integrity check value 16.
 */
import { u16be } from '../bytes.ts'
import { bound, nextByTypeOrLength, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const MIN_TAG = 6
const OFFSET = { SHORT_LENGTH: 1 } as const
const TYPE_OR_LENGTH = 2
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
  const short = b[o + OFFSET.SHORT_LENGTH] & SHORT_LENGTH
  bound(s, short === 0 ? s.length - INTEGRITY_CHECK : short)
  if (s.payload + TYPE_OR_LENGTH > s.payloadEnd) return DECODED.OTHER
  skip(s, TYPE_OR_LENGTH)
  return nextByTypeOrLength(s, u16be(b, s.payload - TYPE_OR_LENGTH))
}
