/**
 * TaZmen Sniffer Protocol, in which MikroTik's routers and wireless sensors send what they mirror: version 1 (1), type 1, encapsulated protocol 2; fields of
 * tag 1, length 1 and content, except padding (0) and the end (1), which are only a tag; the frame.
 */
import { u16be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { TYPE: 1, PROTOCOL: 2 } as const
const FIELD = { HEADER: 2, LENGTH: 1 } as const
/** Received (0), and for transmission (1); others carry no packet. */
const LAST_TYPE_WITH_PACKET = 1
const TAG = { PADDING: 0, END: 1 } as const

export function decodeTzsp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd || b[o] !== 1 || b[o + OFFSET.TYPE] > LAST_TYPE_WITH_PACKET) return DECODED.OTHER
  skip(s, HEADER)
  if (!skipFields(b, s)) return DECODED.OTHER
  return encapsulatedLayer(u16be(b, o + OFFSET.PROTOCOL))
}

function skipFields(b: Uint8Array, s: Segment): boolean {
  while (s.payload + 1 < s.payloadEnd) {
    const tag = b[s.payload]
    if (tag === TAG.END || tag === TAG.PADDING) skip(s, 1)
    else skip(s, FIELD.HEADER + b[s.payload + FIELD.LENGTH])
    if (tag === TAG.END) return true
  }
  return false
}

function encapsulatedLayer(protocol: number): number {
  switch (protocol) {
    case 1:
      return LAYER.ETHERNET
    case 4:
      return LAYER.PPP
    case 5:
      return LAYER.FDDI
    case 7:
      return LAYER.IP
    case 18:
      return LAYER.IEEE80211
    case 119:
      return LAYER.PRISM
    case 127:
      return LAYER.AVS
    default:
      return DECODED.OTHER
  }
}
