/**
 * GTP-U, the user plane of mobile networks, 3GPP TS 29.281 5: version 3 bits, protocol type 1, reserved 1, flags E, S and PN; message type 1;
 * length 2 of what follows the first eight bytes; TEID 4. If any of the flags is set, four bytes follow: sequence number 2, N-PDU number 1, and, for E,
 * the type of the first extension header. An extension header has its length 1 in units of four bytes, content, and the type of the next one in its
 * last byte.
 */
import { u16be } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 8
const OFFSET = { MESSAGE_TYPE: 1, LENGTH: 2 } as const
const OPTIONAL = 4
const VERSION_1_GTP = 0x30
const FLAG = { EXTENSION: 0x04, ANY: 0x07 } as const
/** The message that carries a user's packet. */
const G_PDU = 255

export function decodeGtpU(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || (b[o] & 0xf0) !== VERSION_1_GTP) return DECODED.OTHER
  if (b[o + OFFSET.MESSAGE_TYPE] !== G_PDU) return DECODED.OTHER
  bound(s, HEADER + u16be(b, o + OFFSET.LENGTH))
  skip(s, HEADER)
  if ((b[o] & FLAG.ANY) === 0) return LAYER.IP
  skip(s, OPTIONAL)
  if (s.payload > s.payloadEnd) return DECODED.OTHER
  let type = (b[o] & FLAG.EXTENSION) === 0 ? 0 : b[s.payload - 1]
  while (type !== 0) {
    const length = s.payload < s.payloadEnd ? b[s.payload] * 4 : 0
    if (length === 0) return DECODED.OTHER
    skip(s, length)
    if (s.payload > s.payloadEnd) return DECODED.OTHER
    type = b[s.payload - 1]
  }
  return LAYER.IP
}
