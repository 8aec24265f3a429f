/**
 * VXLAN, RFC 7348 5: flags 1, reserved 3, VNI 3, reserved 1; an Ethernet frame.
 * VXLAN-GPE, draft-ietf-nvo3-vxlan-gpe-13 3: the last reserved byte before the VNI is the next protocol, if flag P is set.
 */
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { nextProtocolLayer } from './nsh.ts'

const HEADER = 8
const OFFSET = { NEXT_PROTOCOL: 3 } as const
const FLAG = { VERSION: 0x30, INSTANCE: 0x08, NEXT_PROTOCOL: 0x04 } as const

export function decodeVxlan(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || (b[o] & FLAG.INSTANCE) === 0) return DECODED.OTHER
  skip(s, HEADER)
  return LAYER.ETHERNET
}

export function decodeVxlanGpe(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || (b[o] & (FLAG.VERSION | FLAG.INSTANCE)) !== FLAG.INSTANCE) return DECODED.OTHER
  skip(s, HEADER)
  return (b[o] & FLAG.NEXT_PROTOCOL) === 0 ? LAYER.ETHERNET : nextProtocolLayer(b[o + OFFSET.NEXT_PROTOCOL])
}
