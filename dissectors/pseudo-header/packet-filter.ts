/**
 * Packets that OpenBSD's packet filter, and those derived from it on other BSDs, log.
 *
 * pflog: length of the header 1, without the padding to a multiple of four bytes that follows it; address family 1, and more; IP.
 * enc, datagrams before and after IPsec: address family 4, SPI 4, flags 4; IP.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const MIN_PFLOG_HEADER = 28
const ENC_HEADER = 12

export function decodePflog(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o >= s.payloadEnd || b[o] < MIN_PFLOG_HEADER) return DECODED.OTHER
  skip(s, (b[o] + 3) & ~3)
  return LAYER.IP
}

export function decodeEnc(_b: Uint8Array, s: Segment): number {
  skip(s, ENC_HEADER)
  return LAYER.IP
}
