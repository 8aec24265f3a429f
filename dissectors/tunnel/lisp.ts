/**
 * LISP's data plane, RFC 9300 5.1: flags 1 (N, L, E, V, I, P, and two that name a key), nonce or map versions 3, instance or status bits 4; IP. With P,
 * RFC 9305 3, the last byte of the nonce names what follows.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'
import { nextProtocolLayer } from './nsh.ts'

const HEADER = 8
const OFFSET = { NEXT_PROTOCOL: 3 } as const
const FLAG = { NEXT_PROTOCOL: 0x04, KEY: 0x03 } as const

export function decodeLisp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  if ((b[o] & FLAG.KEY) !== 0) {
    s.unread = UNREAD.CLOSED | CLOSED.ENCRYPTED_LISP
    return DECODED.OTHER
  }
  skip(s, HEADER)
  return (b[o] & FLAG.NEXT_PROTOCOL) === 0 ? LAYER.IP : nextProtocolLayer(b[o + OFFSET.NEXT_PROTOCOL])
}
