/**
 * The header that macOS's tcpdump puts before the packets of "pktap" interfaces, little-endian: length of the header 4, record type 4 (1: a packet), link
 * type 4, then what is known of interface and program. Old files use a link type for private use.
 */
import { u32le } from '../bytes.ts'
import { skip } from '../layers/layer.ts'
import { LINKTYPE, nextByLinkType } from '../layers/link-type.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { UNREAD } from '../layers/unread.ts'

const MIN_HEADER = 108
const OFFSET = { RECORD_TYPE: 4, LINK_TYPE: 8, INTERFACE: 12 } as const
const LONGEST_HEADER = 1024
const TYPE_PACKET = 1

export function decodePktap(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + OFFSET.INTERFACE > s.payloadEnd) return DECODED.OTHER
  const header = u32le(b, o)
  if (header < MIN_HEADER || header > LONGEST_HEADER || u32le(b, o + OFFSET.RECORD_TYPE) !== TYPE_PACKET) {
    s.unread = UNREAD.LINK | LINKTYPE.USER2
    return DECODED.UNKNOWN_LINK
  }
  skip(s, header)
  return nextByLinkType(s, u32le(b, o + OFFSET.LINK_TYPE))
}
