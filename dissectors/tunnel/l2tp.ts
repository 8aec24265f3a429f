/**
 * Layer Two Tunneling Protocol.
 *
 * Version 2, RFC 2661 3.1, in UDP: flags and version 2, length 2 (L), tunnel 2, session 2, sequence numbers 2 + 2 (S), offset size 2 and as much (O); PPP.
 * Version 3, RFC 3931 4.1, in UDP: flags and version 2, reserved 2; in UDP and in IP: session 4, a cookie of 0, 4 or 8 bytes, a sublayer of 0 or 4; the
 * pseudowire's payload. A packet does not say what cookie, sublayer and payload it has: those are assumed with which the rest is an Ethernet frame with
 * IP in it, PPP, or IP.
 */
import { u16be, u32be } from '../bytes.ts'
import { bound, LAYER, skip } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { CLOSED, UNREAD } from '../layers/unread.ts'
import { isIpv4 } from '../net/ipv4.ts'
import { isIpv6 } from '../net/ipv6.ts'
import { isEthernetWithIp } from './ethernet-inside.ts'

const OFFSET_2 = { LENGTH: 2 } as const
/** Flags, tunnel and session; the fields that flags add. */
const HEADER_2 = 6
const FIELD_2 = { LENGTH: 2, SEQUENCE: 4, OFFSET_SIZE: 2 } as const
/** Flags and reserved bytes. */
const UDP_HEADER_3 = 4

const FLAG = { CONTROL: 0x8000, LENGTH: 0x4000, SEQUENCE: 0x0800, OFFSET: 0x0200 } as const
const VERSION = 0x000f
const SESSION = 4
/** Cookie and sublayer together. */
const LONGEST_PREFIX = 12
const PPP_ADDRESS_CONTROL = 0xff03

export function decodeL2tpUdp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  if (o + HEADER_2 > s.payloadEnd) return DECODED.OTHER
  const flags = u16be(b, o)
  if ((flags & FLAG.CONTROL) !== 0) return DECODED.OTHER
  switch (flags & VERSION) {
    case 2:
      return decodeVersion2(b, s, flags)
    case 3:
      skip(s, UDP_HEADER_3)
      return decodeL2tpIp(b, s)
    default:
      return DECODED.OTHER
  }
}

function decodeVersion2(b: Uint8Array, s: Segment, flags: number): number {
  if ((flags & FLAG.LENGTH) !== 0) bound(s, u16be(b, s.payload + OFFSET_2.LENGTH))
  let header = HEADER_2
  if ((flags & FLAG.LENGTH) !== 0) header += FIELD_2.LENGTH
  if ((flags & FLAG.SEQUENCE) !== 0) header += FIELD_2.SEQUENCE
  skip(s, header)
  if ((flags & FLAG.OFFSET) !== 0) {
    if (s.payload + FIELD_2.OFFSET_SIZE > s.payloadEnd) return DECODED.OTHER
    skip(s, FIELD_2.OFFSET_SIZE + u16be(b, s.payload))
  }
  return LAYER.PPP
}

export function decodeL2tpIp(b: Uint8Array, s: Segment): number {
  const o = s.payload
  // Session zero is control.
  if (o + SESSION > s.payloadEnd || u32be(b, o) === 0) return DECODED.OTHER
  skip(s, SESSION)
  for (let prefix = 0; prefix <= LONGEST_PREFIX; prefix += 4) {
    if (!isEthernetWithIp(b, s, prefix)) continue
    skip(s, prefix)
    return LAYER.ETHERNET
  }
  for (let prefix = 0; prefix <= LONGEST_PREFIX; prefix += 4) {
    const layer = otherPayload(b, s.payload + prefix, s.payloadEnd)
    if (layer === DECODED.OTHER) continue
    skip(s, prefix)
    return layer
  }
  s.unread = UNREAD.CLOSED | CLOSED.L2TPV3
  return DECODED.OTHER
}

function otherPayload(b: Uint8Array, o: number, end: number): number {
  if (o + 2 <= end && u16be(b, o) === PPP_ADDRESS_CONTROL) return LAYER.PPP
  if (isIpv4(b, o, end)) return LAYER.IPV4
  return isIpv6(b, o, end) ? LAYER.IPV6 : DECODED.OTHER
}
