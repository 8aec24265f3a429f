/** The headers of a frame, from the link layer's to TCP's: what each says, and its place in the frame. */
import { u32be } from '../../dissectors/bytes.ts'
import { decodeHeader } from '../../dissectors/frame/decode-headers.ts'
import { FIRST_LAYER, LAYER, type Layer } from '../../dissectors/layers/layer.ts'
import { linkLayer } from '../../dissectors/layers/link-type.ts'
import { createSegment, DECODED, MAX_HEADERS, type Segment } from '../../dissectors/layers/segment.ts'
import { ipText } from '../../dissectors/net/addresses.ts'
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../dissectors/net/tcp.ts'
import { type Field, FieldReader, note } from './field/field.ts'
import { type FlagNames, flags, hexadecimal, nameIn } from './field/names.ts'

const TITLES: Readonly<Partial<Record<Layer, string>>> = {
  [LAYER.ETHERNET]: 'Ethernet',
  [LAYER.VLAN]: 'VLAN tag',
  [LAYER.LINUX_SLL]: 'Linux cooked capture',
  [LAYER.LINUX_SLL2]: 'Linux cooked capture v2',
  [LAYER.NULL_LOOPBACK]: 'Loopback',
  [LAYER.IEEE80211]: 'IEEE 802.11',
  [LAYER.IEEE80211_PADDED]: 'IEEE 802.11',
  [LAYER.TCP]: 'TCP',
  [LAYER.UDP]: 'UDP',
  [LAYER.IPV4]: 'IPv4',
  [LAYER.IPV6]: 'IPv6',
  [LAYER.IPV6_EXTENSION]: 'IPv6 extension header',
  [LAYER.IPV6_FRAGMENT]: 'IPv6 fragment header',
  [LAYER.AUTHENTICATION]: 'Authentication header',
}

const layerName = nameIn(LAYER)

const TCP_FLAG_NAMES: FlagNames = [
  [TCP_FIN, 'FIN'],
  [TCP_SYN, 'SYN'],
  [TCP_RST, 'RST'],
  [0x08, 'PSH'],
  [TCP_ACK, 'ACK'],
  [0x20, 'URG'],
  [0x40, 'ECE'],
  [0x80, 'CWR'],
]
const TCP_FLAGS = flags(2, TCP_FLAG_NAMES)

export interface FrameHeaders {
  /** One for each header, outermost first. Ranges count from the frame's first byte. */
  fields: Field[]
  /** Of the frame's TCP segment; null if it has none, or is a fragment of a datagram with one. */
  payload: { start: number; end: number } | null
}

/**
 * @param frame as captured, from its first byte
 * @param original its length on the wire
 * @param linkType LINKTYPE_ value
 */
export function describeHeaders(linkType: number, frame: Uint8Array, original: number): FrameHeaders {
  const segment = createSegment()
  segment.payload = 0
  segment.payloadEnd = frame.length
  segment.length = original
  const r = new FieldReader(frame, Math.max(original, frame.length))
  const top = r.group('', '', () => {})
  r.fields = top.children
  let layer = linkLayer(linkType)
  for (let depth = 0; layer >= FIRST_LAYER && depth < MAX_HEADERS; depth++) {
    const start = segment.payload
    const next = decodeHeader(layer as Layer, frame, segment)
    describeHeader(r, named(layer, frame, start), start, Math.max(start, segment.payload), segment)
    if (next === DECODED.FRAGMENT) noteLast(r.fields, 'a fragment: its datagram is put together from several frames')
    if (next === DECODED.OTHER || next === DECODED.UDP)
      noteLast(r.fields, 'it leads to no TCP segment that can be read')
    layer = next
  }
  const payload = layer === DECODED.TCP ? { start: segment.payload, end: segment.payloadEnd } : null
  return { fields: r.fields, payload }
}

/** LAYER.IP is IPv4 or IPv6, by the first four bits. */
function named(layer: number, frame: Uint8Array, start: number): number {
  if (layer !== LAYER.IP) return layer
  return (frame[start] ?? 0) >> 4 === 6 ? LAYER.IPV6 : LAYER.IPV4
}

function noteLast(fields: readonly Field[], text: string): void {
  const last = fields.at(-1)
  if (last !== undefined) note(last, text)
}

/** A header at [start, end). If its decoder failed, `end` is `start`, and the captured part is shown. */
function describeHeader(r: FieldReader, layer: number, start: number, end: number, segment: Segment): void {
  const read = READERS[layer as Layer]
  r.offset = start
  r.group(TITLES[layer as Layer] ?? layerName(layer) ?? 'Header', '', (group) => {
    read?.(r, group, segment)
    const left = end - r.offset
    if (left > 0) r.raw(read === undefined ? 'Header' : 'Options', left)
  })
}

type HeaderReader = (r: FieldReader, group: Field, segment: Segment) => void

const READERS: Readonly<Partial<Record<Layer, HeaderReader>>> = {
  [LAYER.ETHERNET]: (r) => {
    r.raw('Destination', 6, macText)
    r.raw('Source', 6, macText)
    r.u16be('Type', hexadecimal(4))
  },
  [LAYER.VLAN]: (r, group) => {
    r.u16be('Tag control information', (tag) => `VLAN ${tag & 0x0fff}, priority ${tag >> 13}`)
    group.value = r.fields[0]?.value ?? ''
    r.u16be('Type', hexadecimal(4))
  },
  [LAYER.IPV4]: (r, group) => {
    r.u8('Version and header length', (value) => `${value >> 4}, ${(value & 15) * 4} bytes`)
    r.u8('DSCP and ECN', hexadecimal(2))
    r.u16be('Total length')
    r.u16be('Identification', hexadecimal(4))
    r.u16be('Flags and fragment offset', (value) => `${hexadecimal(4)(value)}, offset ${(value & 0x1fff) * 8}`)
    r.u8('Time to live')
    r.u8('Protocol')
    r.u16be('Header checksum', hexadecimal(4))
    const source = r.raw('Source address', 4, ip4Text)
    const destination = r.raw('Destination address', 4, ip4Text)
    group.value = `${source.value} to ${destination.value}`
  },
  [LAYER.IPV6]: (r, group) => {
    r.u32be('Version, traffic class and flow label', hexadecimal(8))
    r.u16be('Payload length')
    r.u8('Next header')
    r.u8('Hop limit')
    const source = r.raw('Source address', 16, ip6Text)
    const destination = r.raw('Destination address', 16, ip6Text)
    group.value = `${source.value} to ${destination.value}`
  },
  [LAYER.UDP]: (r) => {
    r.u16be('Source port')
    r.u16be('Destination port')
    r.u16be('Length')
    r.u16be('Checksum', hexadecimal(4))
  },
  [LAYER.TCP]: (r, group, { length }) => {
    const source = r.u16be('Source port')
    const destination = r.u16be('Destination port')
    r.u32be('Sequence number')
    r.u32be('Acknowledgment number')
    r.u8('Data offset', (value) => `${(value >> 4) * 4} bytes`)
    const set = r.u8('Flags', TCP_FLAGS)
    const names = TCP_FLAG_NAMES.filter(([mask]) => (set & mask) !== 0).map(([, name]) => name)
    group.value = `${source} to ${destination}, ${names.join(', ') || 'no flags'}, ${Math.max(0, length)} bytes of payload`
    r.u16be('Window')
    r.u16be('Checksum', hexadecimal(4))
    r.u16be('Urgent pointer')
  },
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}

function ip4Text(bytes: Uint8Array): string {
  return bytes.join('.')
}

function ip6Text(bytes: Uint8Array): string {
  if (bytes.length < 16) return ''
  return ipText(u32be(bytes, 0), u32be(bytes, 4), u32be(bytes, 8), u32be(bytes, 12))
}
