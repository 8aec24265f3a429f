/** UDP, RFC 768, where its ports are those of a tunnel. Source port 2, destination port 2, length 2 with the header, checksum 2. */
import { u16be } from '../bytes.ts'
import { bound, LAYER, skip } from './layer.ts'
import { DECODED, type Segment } from './segment.ts'

const HEADER = 8
const TEREDO_PORT = 3544

export function decodeUdp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER > s.payloadEnd) return DECODED.OTHER
  const next = portLayer(u16be(b, o), u16be(b, o + 2))
  if (next === DECODED.OTHER) return DECODED.OTHER
  const length = u16be(b, o + 4)
  // Zero is a jumbogram (RFC 2675 4) or an offloaded datagram.
  if (length !== 0) bound(s, length)
  skip(s, HEADER)
  return next
}

/** What two UDP ports say; OTHER for those of no tunnel. A tunnel's end sends from any port, but a Teredo server or relay from its own. */
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
    case TEREDO_PORT:
      return LAYER.TEREDO
    default:
      return source === TEREDO_PORT ? LAYER.TEREDO : DECODED.OTHER
  }
}
