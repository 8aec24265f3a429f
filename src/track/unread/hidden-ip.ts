/**
 * Does the payload of an unknown protocol hold an IP datagram? It is looked for near the start, where tunnels put it, and believed only where the header
 * proves itself: IPv4 by its checksum, IPv6 by a length that ends with the payload.
 */
import { u16be } from '../../../dissectors/bytes.ts'

/** Headers of tunnels are not longer. */
const LOOK_UNTIL = 64
const IPV4 = { FIRST: 0x45, HEADER: 20 } as const
const IPV6 = { VERSION: 6, HEADER: 40, SOURCE: 8, DESTINATION: 24, LEAST: 8 } as const
/** Hop-by-hop, TCP, UDP, fragment, ICMPv6. */
const IPV6_NEXT = [0, 6, 17, 44, 58]

export function holdsIp(b: Uint8Array, payload: number, end: number): boolean {
  const last = Math.min(payload + LOOK_UNTIL, end - IPV4.HEADER)
  for (let o = payload; o <= last; o++) {
    if (b[o] === IPV4.FIRST ? isIpv4(b, o) : b[o]! >> 4 === IPV6.VERSION && isIpv6(b, o, end)) return true
  }
  return false
}

/** RFC 791 3.1: the sum over the header, its checksum included, has only ones in it. */
function isIpv4(b: Uint8Array, o: number): boolean {
  if (u16be(b, o + 2) < IPV4.HEADER || u16be(b, o + 10) === 0) return false
  let sum = 0
  for (let i = 0; i < IPV4.HEADER; i += 2) sum += u16be(b, o + i)
  return ((sum & 0xffff) + (sum >> 16)) % 0xffff === 0
}

/** RFC 8200 3. Addresses that begin with zeros are rare, and runs of zeros are not. */
function isIpv6(b: Uint8Array, o: number, end: number): boolean {
  const length = u16be(b, o + 4)
  if (length < IPV6.LEAST || o + IPV6.HEADER + length !== end || !IPV6_NEXT.includes(b[o + 6]!)) return false
  return u16be(b, o + IPV6.SOURCE) !== 0 && u16be(b, o + IPV6.DESTINATION) !== 0
}
