/**
 * Encapsulated remote mirroring of HP's and Aruba's switches and access points, in UDP.
 *
 * HP ProCurve: twelve bytes, of which the last four hold the VLAN, and the Ethernet frame.
 * Aruba has several formats, and nothing says which: a pcap record header, big-endian (time 8, captured length 4, length 4), and an 802.11 frame, in one of
 * them behind rate 2, channel 1 and signal 1; Peek's with a magic number; PPI; radiotap. Each is known by what is fixed in it.
 */
import { u16be, u16le, u32be, u32le } from '../bytes.ts'
import { LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'

const HP_HEADER = 12
const PCAP_HEADER = 16
const RADIO_HEADER = 4
const PEEK_MAGIC = 0x00ffabcd
const MIN_PEEK_HEADER = 9
const LONGEST_HEADER = 512
const LINKTYPE_IEEE802_11 = 105

export function decodeHpMirror(_b: Uint8Array, s: Segment): number {
  skip(s, HP_HEADER)
  return LAYER.ETHERNET
}

export function decodeArubaMirror(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + PCAP_HEADER + RADIO_HEADER >= s.payloadEnd) return DECODED.OTHER
  if (u32be(b, o) === PEEK_MAGIC) return afterHeader(s, u32be(b, o + 5), LAYER.IEEE80211)
  const carried = s.length - u32be(b, o + 8)
  if (carried === PCAP_HEADER || carried === PCAP_HEADER + RADIO_HEADER) return afterPcapHeader(b, s)
  if (b[o] !== 0 || u16le(b, o + 2) > LONGEST_HEADER) return DECODED.OTHER
  return u32le(b, o + 4) === LINKTYPE_IEEE802_11 ? LAYER.PPI : LAYER.RADIOTAP
}

/** A rate is a number of half megabits in two bytes, of which the first is zero; no data frame begins so. */
function afterPcapHeader(b: Uint8Array, s: Segment): number {
  const isRate = u16be(b, s.payload + PCAP_HEADER) < 0x0800
  return afterHeader(s, isRate ? PCAP_HEADER + RADIO_HEADER : PCAP_HEADER, LAYER.IEEE80211)
}

function afterHeader(s: Segment, header: number, next: number): number {
  if (header < MIN_PEEK_HEADER || header > LONGEST_HEADER) return DECODED.OTHER
  skip(s, header)
  return next
}
