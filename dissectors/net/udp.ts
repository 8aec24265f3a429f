/** UDP, RFC 768. Source port 2, destination port 2, length 2 with the header, checksum 2. */
import { u16be } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { UNREAD } from '../layers/unread.ts'

const HEADER = 8
const PORT = { L2TP: 1701, TEREDO: 3544, CAPWAP: 5247 } as const

export function decodeUdp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  const next = portLayer(u16be(b, o), u16be(b, o + 2))
  const length = u16be(b, o + 4)
  // Zero is a jumbogram (RFC 2675 4) or an offloaded datagram.
  if (length !== 0) bound(s, length)
  skip(s, HEADER)
  // Until a tunnel's own header says more.
  s.unread = UNREAD.UDP
  s.srcPort = u16be(b, o)
  s.dstPort = u16be(b, o + 2)
  return next === DECODED.OTHER ? DECODED.UDP : next
}

/** The layer of two UDP ports; OTHER for those of no tunnel. A tunnel's end sends from any port, but some have a server, which answers from its own. */
export function portLayer(source: number, destination: number): number {
  switch (destination) {
    // The registered one, and what Linux used before it.
    case 4789:
    case 8472:
      return LAYER.VXLAN
    case 4790:
      return LAYER.VXLAN_GPE
    case 6081:
      return LAYER.GENEVE
    case 2152:
      return LAYER.GTP_U
    case 4341:
      return LAYER.LISP
    case 4754:
      return LAYER.GRE
    case 5555:
      return LAYER.ARUBA_MIRROR
    case 6080:
      return LAYER.GUE
    case 6635:
      return LAYER.MPLS
    case 7932:
      return LAYER.HP_MIRROR
    case 37_008:
      return LAYER.TZSP
    case PORT.L2TP:
    case PORT.TEREDO:
    case PORT.CAPWAP:
      return serverLayer(destination)
    default:
      return serverLayer(source)
  }
}

function serverLayer(port: number): number {
  switch (port) {
    case PORT.L2TP:
      return LAYER.L2TP_UDP
    case PORT.TEREDO:
      return LAYER.TEREDO
    case PORT.CAPWAP:
      return LAYER.CAPWAP
    default:
      return DECODED.OTHER
  }
}
