/**
 * What Wireshark's "Export PDUs to File" writes, LINKTYPE_WIRESHARK_UPPER_PDU: tags of type 2, length 2 and content, up to one of type zero, and the PDU.
 * One tag names the PDU's dissector, others its addresses and ports, and one gives TCP's data about it (version 2, sequence number 4, that of its end 4,
 * acknowledgment 4, reassembled 1, flags 2, urgent pointer 2). Without that one, the place of the PDU in its TCP stream is unknown.
 */
import { u16be, u32be } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'

const TAG_HEADER = 4
const TAG = {
  END: 0,
  DISSECTOR: 12,
  IPV4_SOURCE: 20,
  IPV4_DESTINATION: 21,
  IPV6_SOURCE: 22,
  IPV6_DESTINATION: 23,
  SOURCE_PORT: 25,
  DESTINATION_PORT: 26,
  TCP_INFO: 34,
} as const
const TAG_LENGTH = 2
const TCP_INFO_LENGTH = 19
const TCP_INFO = { SEQUENCE: 2, ACKNOWLEDGMENT: 10, REASSEMBLED: 14, FLAGS: 16 } as const
/** A port is the low half of four bytes. */
const PORT = 2
const MAPPED_PREFIX = 0x0000ffff

/** Names of Wireshark's dissectors, without the padding of zeros. */
const LAYERS: readonly (readonly [name: string, layer: number])[] = [
  ['eth', LAYER.ETHERNET],
  ['eth_withoutfcs', LAYER.ETHERNET],
  ['eth_withfcs', LAYER.ETHERNET],
  ['eth_maybefcs', LAYER.ETHERNET],
  ['ip', LAYER.IP],
  ['ipv4', LAYER.IP],
  ['ipv6', LAYER.IPV6],
  ['tcp', LAYER.TCP],
  ['udp', LAYER.UDP],
  ['nbss', DECODED.TCP],
]

export function decodeUpperPdu(b: Uint8Array, s: Segment): number {
  let layer: number = DECODED.OTHER
  let hasSequence = false
  source(s, 0, 0, MAPPED_PREFIX, 0)
  destination(s, 0, 0, MAPPED_PREFIX, 0)
  s.srcPort = s.dstPort = 0
  while (s.payload + TAG_HEADER <= s.payloadEnd) {
    const tag = u16be(b, s.payload)
    const length = u16be(b, s.payload + TAG_LENGTH)
    skip(s, TAG_HEADER)
    const o = s.payload
    if (o + length > s.payloadEnd) return DECODED.OTHER
    if (tag === TAG.END) return pduLayer(s, layer, hasSequence)
    if (tag === TAG.DISSECTOR) layer = dissectorLayer(b, o, o + length)
    else if (tag === TAG.TCP_INFO) hasSequence = readTcpInfo(b, o, length, s)
    else readEndpoint(b, o, tag, length, s)
    skip(s, length)
  }
  return DECODED.OTHER
}

function pduLayer(s: Segment, layer: number, hasSequence: boolean): number {
  if (layer === DECODED.OTHER || (layer === DECODED.TCP && !hasSequence)) {
    s.unread = UNREAD.CLOSED | CLOSED.UPPER_PDU
    return DECODED.OTHER
  }
  return layer
}

function dissectorLayer(b: Uint8Array, from: number, to: number): number {
  for (const [name, layer] of LAYERS) if (isNamed(b, from, to, name)) return layer
  return DECODED.OTHER
}

function isNamed(b: Uint8Array, from: number, to: number, name: string): boolean {
  if (from + name.length > to || (from + name.length < to && b[from + name.length] !== 0)) return false
  for (let i = 0; i < name.length; i++) if (b[from + i] !== name.charCodeAt(i)) return false
  return true
}

/** False where the PDU was reassembled from several segments: then the sequence number is not that of its first byte. */
function readTcpInfo(b: Uint8Array, o: number, length: number, s: Segment): boolean {
  if (length < TCP_INFO_LENGTH || b[o + TCP_INFO.REASSEMBLED] !== 0) return false
  s.seq = u32be(b, o + TCP_INFO.SEQUENCE) | 0
  s.ack = u32be(b, o + TCP_INFO.ACKNOWLEDGMENT) | 0
  s.flags = b[o + TCP_INFO.FLAGS]
  return true
}

function readEndpoint(b: Uint8Array, o: number, tag: number, length: number, s: Segment): void {
  switch (tag) {
    case TAG.IPV4_SOURCE:
      if (length >= 4) source(s, 0, 0, MAPPED_PREFIX, u32be(b, o) | 0)
      break
    case TAG.IPV4_DESTINATION:
      if (length >= 4) destination(s, 0, 0, MAPPED_PREFIX, u32be(b, o) | 0)
      break
    case TAG.IPV6_SOURCE:
      if (length >= 16) source(s, u32be(b, o) | 0, u32be(b, o + 4) | 0, u32be(b, o + 8) | 0, u32be(b, o + 12) | 0)
      break
    case TAG.IPV6_DESTINATION:
      if (length >= 16) destination(s, u32be(b, o) | 0, u32be(b, o + 4) | 0, u32be(b, o + 8) | 0, u32be(b, o + 12) | 0)
      break
    case TAG.SOURCE_PORT:
      if (length >= 4) s.srcPort = u16be(b, o + PORT)
      break
    case TAG.DESTINATION_PORT:
      if (length >= 4) s.dstPort = u16be(b, o + PORT)
  }
}

function source(s: Segment, w0: number, w1: number, w2: number, w3: number): void {
  s.src0 = w0
  s.src1 = w1
  s.src2 = w2
  s.src3 = w3
}

function destination(s: Segment, w0: number, w1: number, w2: number, w3: number): void {
  s.dst0 = w0
  s.dst1 = w1
  s.dst2 = w2
  s.dst3 = w3
}
