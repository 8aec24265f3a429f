/** The payload of an IP datagram that was reassembled from fragments. */

import { joinedLayer } from '../layers/layer.ts'
import type { Segment } from '../layers/segment.ts'
import { decodeHeaders } from './decode-headers.ts'

/**
 * Decodes the payload at [start, end) of `b` into `out`. Returns one of DECODED. The addresses in `out` stay if no other IP header follows.
 * @param protocol from the IPv4 header, or from the last header of IPv6 that all fragments share
 * @param wireEnd where the payload would end if it had been captured completely
 * @param depth headers that were entered on the way to the payload
 */
// biome-ignore lint/complexity/useMaxParams: called for every packet, with numbers only
export function decodeIpPayload(
  protocol: number,
  b: Uint8Array,
  start: number,
  end: number,
  wireEnd: number,
  depth: number,
  out: Segment,
): number {
  out.payload = start
  out.payloadEnd = end
  out.length = wireEnd - start
  out.claimed = 0
  out.unread = 0
  out.depth = depth
  return decodeHeaders(joinedLayer(out, protocol), b, out)
}
