/**
 * One entry of an MPLS label stack, RFC 3032 2.1: label 20 bits, traffic class 3, bottom of stack 1, time to live 8.
 *
 * Nothing says what lies below the last one. IP is told by its version; a pseudowire holds an Ethernet frame, behind a control word whose first
 * four bits are zero (RFC 4448 4.6) or without one. The addresses of such a frame may begin like either, so what the frame carries is looked at.
 */
import { u16be } from '../bytes.ts'
import { ipLayer } from './ip.ts'
import { isIpv4 } from './ipv4.ts'
import { isIpv6 } from './ipv6.ts'
import { etherTypeLayer, FIRST_ETHERTYPE, LAYER, skip } from './layer.ts'
import { DECODED, type Segment } from './segment.ts'

const ENTRY = 4
const CONTROL_WORD = 4
const ETHERNET_HEADER = 14
const VLAN_TAG = 4
const SNAP = 8
/** Customers' tags that are stepped over in search of IP. */
const MAX_TAGS = 2

export function decodeMpls(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + ENTRY >= s.payloadEnd) return DECODED.OTHER
  skip(s, ENTRY)
  if ((b[o + 2] & 1) === 0) return LAYER.MPLS
  if (isEthernetWithIp(b, s, 0)) return LAYER.ETHERNET
  const ip = ipLayer(b[s.payload])
  if (ip !== DECODED.OTHER) return ip
  if (b[s.payload] >> 4 === 0 && hasControlWord(b, s)) skip(s, CONTROL_WORD)
  return LAYER.ETHERNET
}

/** Does the frame begin four bytes further on? One with a VLAN tag looks as if it did, so that it is asked for first. */
function hasControlWord(b: Uint8Array, s: Segment): boolean {
  return isEthernetWithIp(b, s, CONTROL_WORD) || (!isEthernet(b, s, 0) && isEthernet(b, s, CONTROL_WORD))
}

/** Does an Ethernet frame `skipped` bytes further on carry IP? Its type and the header behind it both say so. */
function isEthernetWithIp(b: Uint8Array, s: Segment, skipped: number): boolean {
  const end = s.payloadEnd
  let o = s.payload + skipped + ETHERNET_HEADER
  let layer = layerAt(b, o, end)
  for (let tags = 0; layer === LAYER.VLAN && tags < MAX_TAGS; tags++) {
    o += VLAN_TAG
    layer = layerAt(b, o, end)
  }
  if (layer === LAYER.LLC) {
    o += SNAP
    layer = layerAt(b, o, end)
  }
  const length = s.length - (o - s.payload)
  return (layer === LAYER.IPV4 && isIpv4(b, o, end, length)) || (layer === LAYER.IPV6 && isIpv6(b, o, end, length))
}

/** Does its type at least name something? */
function isEthernet(b: Uint8Array, s: Segment, skipped: number): boolean {
  return layerAt(b, s.payload + skipped + ETHERNET_HEADER, s.payloadEnd) !== DECODED.OTHER
}

/** What the two bytes before `o` name: an EtherType, or LLC with SNAP (AA AA 03), whose own last two bytes are one. */
function layerAt(b: Uint8Array, o: number, end: number): number {
  if (o > end) return DECODED.OTHER
  const type = u16be(b, o - 2)
  if (type >= FIRST_ETHERTYPE) return etherTypeLayer(type)
  return o + SNAP <= end && b[o] === 0xaa && b[o + 1] === 0xaa && b[o + 2] === 3 ? LAYER.LLC : DECODED.OTHER
}
