/**
 * ERSPAN, in which switches send mirrored frames: draft-foschiano-erspan-03 4. In GRE.
 *
 * Type I: no header. Type II: version 1 in the first four bits, 8 bytes in all.
 * Type III: version 2, 12 bytes; the last two hold P 1 bit, frame type 5, hardware id 6, direction 1, granularity 2, O 1. O: 8 more bytes follow.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

/** Protocol types of GRE. Types I and II share theirs; type I has no sequence number. */
export const ERSPAN_TYPE_2 = 0x88be
export const ERSPAN_TYPE_3 = 0x22eb

const HEADER_2 = 8
const HEADER_3 = 12
const OFFSET_3 = { FRAME_TYPE: 10 } as const
const SUBHEADER = 8
const FRAME_TYPE = { ETHERNET: 0, IP: 2 } as const

export function decodeErspan(b: Uint8Array, s: Segment, protocol: number, hasSequence: boolean): number {
  if (protocol === ERSPAN_TYPE_2) {
    if (hasSequence) skip(s, HEADER_2)
    return LAYER.ETHERNET
  }
  const o = s.payload
  if (o + HEADER_3 > s.payloadEnd) return DECODED.OTHER
  const last = u16be(b, o + OFFSET_3.FRAME_TYPE)
  skip(s, HEADER_3 + (last & 1) * SUBHEADER)
  switch ((last >> 10) & 0x1f) {
    case FRAME_TYPE.ETHERNET:
      return LAYER.ETHERNET
    case FRAME_TYPE.IP:
      return LAYER.IP
    default:
      return DECODED.OTHER
  }
}
