/** From an EtherType to the network layer. */
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import { DECODED, type Segment } from './segment.ts'

export const ETHERTYPE = { IPV4: 0x0800, IPV6: 0x86dd, VLAN: 0x8100, QINQ: 0x88a8, QINQ_OLD: 0x9100 } as const

export function decodeNetwork(
  type: number,
  b: Uint8Array,
  o: number,
  end: number,
  wireEnd: number,
  out: Segment,
): number {
  if (type === ETHERTYPE.IPV4) return decodeIpv4(b, o, end, wireEnd, out)
  if (type === ETHERTYPE.IPV6) return decodeIpv6(b, o, end, wireEnd, out)
  return DECODED.OTHER
}

/** Where no header names the protocol: the version nibble does. */
export function decodeIp(b: Uint8Array, o: number, end: number, wireEnd: number, out: Segment): number {
  if (o >= end) return DECODED.OTHER
  return b[o] >> 4 === 6 ? decodeIpv6(b, o, end, wireEnd, out) : decodeIpv4(b, o, end, wireEnd, out)
}
