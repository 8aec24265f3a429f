/**
 * Packets that Linux's firewall logs, LINKTYPE_NFLOG: address family 1, version 1 (zero), resource id 2; attributes of length 2 and type 2, in the byte order of the
 * capturing host, their content, padded to four bytes. One of them is the datagram, from its IP header on.
 */
import { u16be, u16le } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { VERSION: 1 } as const
const ATTRIBUTE_HEADER = 4
const ATTRIBUTE_TYPE = 2
const PAYLOAD = 9
const FAMILY = { INET: 2, INET6: 10 } as const

export function decodeNflog(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER + ATTRIBUTE_HEADER > s.payloadEnd || b[o + OFFSET.VERSION] !== 0) return DECODED.OTHER
  const family = b[o]
  skip(s, HEADER)
  // Types are small: their high byte is zero.
  const u16 = b[s.payload + ATTRIBUTE_TYPE + 1] === 0 ? u16le : u16be
  while (s.payload + ATTRIBUTE_HEADER <= s.payloadEnd) {
    const length = u16(b, s.payload)
    if (length < ATTRIBUTE_HEADER) return DECODED.OTHER
    if (u16(b, s.payload + ATTRIBUTE_TYPE) !== PAYLOAD) {
      skip(s, (length + 3) & ~3)
      continue
    }
    bound(s, length)
    skip(s, ATTRIBUTE_HEADER)
    return family === FAMILY.INET || family === FAMILY.INET6 ? LAYER.IP : DECODED.OTHER
  }
  return DECODED.OTHER
}
