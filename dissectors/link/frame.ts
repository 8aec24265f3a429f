/** From a captured frame to its TCP segment, whatever the link type. */
import { decodeHeaders } from '../net/headers.ts'
import { decodeIpv4 } from '../net/ipv4.ts'
import { LAYER } from '../net/layer.ts'
import type { Segment } from '../net/segment.ts'
import { decodeTcp } from '../net/tcp.ts'
import { decodeEthernet } from './ethernet.ts'
import { LINKTYPE, nextByLinkType } from './link-type.ts'

/**
 * Decodes the frame at [start, end) of `b` into `out`; one of DECODED.
 * @param wireEnd where the frame would end had it been captured whole
 */
export function decodeFrame(
  linkType: number,
  b: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  out: Segment,
): number {
  out.payload = start
  out.payloadEnd = end
  out.length = wireEnd - start
  out.claimed = 0
  out.unread = 0
  out.depth = 0
  return linkType === LINKTYPE.ETHERNET ? decodeUsual(b, out) : decodeHeaders(nextByLinkType(out, linkType), b, out)
}

/** As decodeHeaders does it, but straight through Ethernet, IPv4 and TCP, in two thirds of the time; no limit is below these three. */
function decodeUsual(b: Uint8Array, s: Segment): number {
  let next = decodeEthernet(b, s)
  s.depth = 1
  if (next === LAYER.IPV4) {
    next = decodeIpv4(b, s)
    s.depth = 2
  }
  if (next !== LAYER.TCP) return decodeHeaders(next, b, s)
  s.depth = 3
  return decodeTcp(b, s)
}
