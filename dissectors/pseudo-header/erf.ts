/**
 * Endace's Extensible Record Format: time 8, type 1 (its first bit: extension headers follow), flags 1, record length 2, loss or colour 2, wire length 2,
 * big-endian except for the time; extension headers of eight bytes (the first bit: another one follows); a prefix that depends on the type; the frame.
 * The wire length may include the frame's check sequence.
 */
import { u16be } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const HEADER = 16
const OFFSET = { TYPE: 8, WIRE_LENGTH: 14 } as const
const EXTENSION = 8
const MORE = 0x80
const ETHERNET_PAD = 2
const CHANNEL = 4

export function decodeErf(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  let more = b[o + OFFSET.TYPE] & MORE
  skip(s, HEADER)
  while (more !== 0) {
    if (s.payload + EXTENSION > s.payloadEnd) return DECODED.OTHER
    more = b[s.payload] & MORE
    skip(s, EXTENSION)
  }
  return decodeRecord(s, b[o + OFFSET.TYPE] & ~MORE, u16be(b, o + OFFSET.WIRE_LENGTH))
}

function decodeRecord(s: Segment, type: number, wireLength: number): number {
  switch (type) {
    // Ethernet, also with colour or hash in place of the loss counter.
    case 2:
    case 11:
    case 16:
    case 20:
      return frame(s, ETHERNET_PAD, wireLength, LAYER.ETHERNET)
    // HDLC over SONET, which may be PPP or Cisco's; also with several channels.
    case 1:
    case 10:
    case 15:
    case 19:
      return frame(s, 0, wireLength, LAYER.PPP)
    case 5:
    case 17:
      return frame(s, CHANNEL, wireLength, LAYER.PPP)
    case 22:
      return frame(s, 0, wireLength, LAYER.IPV4)
    case 23:
      return frame(s, 0, wireLength, LAYER.IPV6)
    default:
      s.unread = UNREAD.CLOSED | CLOSED.ERF_TYPE
      return DECODED.OTHER
  }
}

function frame(s: Segment, before: number, wireLength: number, next: number): number {
  skip(s, before)
  bound(s, wireLength)
  return next
}
