/**
 * The header that Juniper's routers put before packets: "MGC", flags 1 (2: the link's header was removed; 80: extensions), length of the extensions 2, the
 * extensions; then four bytes and IP where the link's header was removed, else that header.
 */
import { u16be, u32be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HEADER = 4
const OFFSET = { FLAGS: 3, EXTENSIONS_LENGTH: 4 } as const
const MAGIC = 0x4d4743
const FLAG = { NO_LINK: 0x02, EXTENSIONS: 0x80 } as const
const NO_LINK_HEADER = 4

export function decodeJuniperEthernet(b: Uint8Array, s: Segment): number {
  return afterHeader(b, s, LAYER.ETHERNET)
}

export function decodeJuniperPpp(b: Uint8Array, s: Segment): number {
  return afterHeader(b, s, LAYER.PPP)
}

export function decodeJuniperFrameRelay(b: Uint8Array, s: Segment): number {
  return afterHeader(b, s, LAYER.FRAME_RELAY)
}

export function decodeJuniperCiscoHdlc(b: Uint8Array, s: Segment): number {
  return afterHeader(b, s, LAYER.CISCO_HDLC)
}

function afterHeader(b: Uint8Array, s: Segment, link: number): number {
  const o = s.payload
  if (o + HEADER + 2 > s.payloadEnd || u32be(b, o) >>> 8 !== MAGIC) return DECODED.OTHER
  const flags = b[o + OFFSET.FLAGS]
  skip(s, (flags & FLAG.EXTENSIONS) === 0 ? HEADER : HEADER + 2 + u16be(b, o + OFFSET.EXTENSIONS_LENGTH))
  if ((flags & FLAG.NO_LINK) === 0) return link
  skip(s, NO_LINK_HEADER)
  return LAYER.IP
}
