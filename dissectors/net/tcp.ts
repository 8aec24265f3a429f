/** TCP header, RFC 9293 3.1. Big-endian: ports 2 + 2, sequence 4, acknowledgment 4, data offset in the high four bits of byte 12, flags in 13. */
import { u16be } from '../bytes.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

export const TCP_FIN = 0x01
export const TCP_SYN = 0x02
export const TCP_RST = 0x04
export const TCP_ACK = 0x10

const MIN_HEADER = 20

export function decodeTcp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  const end = s.payloadEnd
  if (o + MIN_HEADER > end) return DECODED.OTHER
  const header = (b[o + 12] >> 4) * 4
  if (header < MIN_HEADER || header > s.length) return DECODED.OTHER
  s.srcPort = u16be(b, o)
  s.dstPort = u16be(b, o + 2)
  s.seq = (b[o + 4] << 24) | (b[o + 5] << 16) | (b[o + 6] << 8) | b[o + 7]
  s.ack = (b[o + 8] << 24) | (b[o + 9] << 16) | (b[o + 10] << 8) | b[o + 11]
  s.flags = b[o + 13]
  s.payload = Math.min(o + header, end)
  s.length -= header
  if (s.claimed > s.length) s.claimed = s.length
  return DECODED.TCP
}
