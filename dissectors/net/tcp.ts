/** TCP header, RFC 9293 3.1. Big-endian: ports 2 + 2, sequence 4, acknowledgment 4, data offset in the high four bits of byte 12, flags in 13. */
import { u16be, u32be } from '../bytes.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

export const TCP_FIN = 0x01
export const TCP_SYN = 0x02
export const TCP_RST = 0x04
export const TCP_ACK = 0x10

const MIN_HEADER = 20
const OFFSET = { DESTINATION_PORT: 2, SEQUENCE: 4, ACKNOWLEDGMENT: 8, DATA_OFFSET: 12, FLAGS: 13 } as const

export function decodeTcp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  const end = s.payloadEnd
  if (o + MIN_HEADER > end) return DECODED.OTHER
  const header = (b[o + OFFSET.DATA_OFFSET] >> 4) * 4
  if (header < MIN_HEADER || header > s.length) return DECODED.OTHER
  s.srcPort = u16be(b, o)
  s.dstPort = u16be(b, o + OFFSET.DESTINATION_PORT)
  s.seq = u32be(b, o + OFFSET.SEQUENCE) | 0
  s.ack = u32be(b, o + OFFSET.ACKNOWLEDGMENT) | 0
  s.flags = b[o + OFFSET.FLAGS]
  s.payload = Math.min(o + header, end)
  s.length -= header
  if (s.claimed > s.length) s.claimed = s.length
  return DECODED.TCP
}
