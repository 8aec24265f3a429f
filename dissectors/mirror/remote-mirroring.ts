/**
 * Encapsulated remote mirroring of HP's and Aruba's switches and access points, in UDP.
 *
 * HP ProCurve: twelve bytes, the last four with the VLAN, and the Ethernet frame.
 * Aruba has several formats, and nothing says which one it is: a pcap record header, big-endian (time 8, captured length 4, length 4), and an 802.11 frame,
 * in one of them behind rate 2, channel 1 and signal 1; Peek's with a magic number; PPI; radiotap. Each is recognised by its fixed values.
 */
import { u16be, u16le, u32be, u32le } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { LINKTYPE } from '../layers/link-type.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HP_HEADER = 12
const PCAP_HEADER = 16
const PCAP_OFFSET = { CAPTURED_LENGTH: 8 } as const
const PEEK_OFFSET = { HEADER_LENGTH: 5 } as const
const PPI_OFFSET = { LENGTH: 2, LINK_TYPE: 4 } as const
const RADIO_HEADER = 4
const PEEK_MAGIC = 0x00ffabcd
const MIN_PEEK_HEADER = 9
const LONGEST_HEADER = 512

export function decodeHpMirror(_b: Uint8Array, s: Segment): number {
  skip(s, HP_HEADER)
  return LAYER.ETHERNET
}

export function decodeArubaMirror(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + PCAP_HEADER + RADIO_HEADER >= s.payloadEnd) return DECODED.OTHER
  if (u32be(b, o) === PEEK_MAGIC) return afterHeader(s, u32be(b, o + PEEK_OFFSET.HEADER_LENGTH), LAYER.IEEE80211)
  const carried = s.length - u32be(b, o + PCAP_OFFSET.CAPTURED_LENGTH)
  if (carried === PCAP_HEADER || carried === PCAP_HEADER + RADIO_HEADER) return afterPcapHeader(b, s)
  if (b[o] !== 0 || u16le(b, o + PPI_OFFSET.LENGTH) > LONGEST_HEADER) return DECODED.OTHER
  return u32le(b, o + PPI_OFFSET.LINK_TYPE) === LINKTYPE.IEEE802_11 ? LAYER.PPI : LAYER.RADIOTAP
}

/** A rate is a number of half megabits in two bytes, the first of which is zero; no data frame begins like that. */
function afterPcapHeader(b: Uint8Array, s: Segment): number {
  const isRate = u16be(b, s.payload + PCAP_HEADER) < 0x0800
  return afterHeader(s, isRate ? PCAP_HEADER + RADIO_HEADER : PCAP_HEADER, LAYER.IEEE80211)
}

function afterHeader(s: Segment, header: number, next: number): number {
  if (header < MIN_PEEK_HEADER || header > LONGEST_HEADER) return DECODED.OTHER
  skip(s, header)
  return next
}
