/** From a captured frame to its TCP segment, for every link type. */

import { LAYER } from '../layers/layer.ts'
import { LINKTYPE, nextByLinkType } from '../layers/link-type.ts'
import type { Segment } from '../layers/segment.ts'
import { decodeEthernet } from '../link/ethernet.ts'
import { decodeIpv4 } from '../net/ipv4.ts'
import { decodeTcp } from '../net/tcp.ts'
import { decodeHeaders } from './decode-headers.ts'

/**
 * Decodes the frame at [start, end) of `b` into `out`. Returns one of DECODED.
 * @param wireEnd where the frame would end if it had been captured completely
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

/** Like decodeHeaders, but straight through Ethernet, IPv4 and TCP, in two thirds of the time; no depth limit is below these three. */
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
