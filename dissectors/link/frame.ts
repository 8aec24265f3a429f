/** From a captured frame to its TCP segment, whatever the link type. */
import { decodeIpv4 } from '../net/ipv4.ts'
import { decodeIpv6 } from '../net/ipv6.ts'
import { decodeIp } from '../net/network.ts'
import { DECODED, type Segment } from '../net/segment.ts'
import { decodeEthernet } from './ethernet.ts'
import { decodeLinuxSll, decodeLinuxSll2 } from './linux-sll.ts'
import { decodeNullLoopback } from './null-loopback.ts'

/** LINKTYPE_ values, as registered with the capture file formats. */
export const LINKTYPE = {
  NULL: 0,
  ETHERNET: 1,
  /** DLT_RAW of most systems and of OpenBSD: both are met in files beside the registered 101. */
  RAW_DLT: 12,
  RAW_OPENBSD: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const

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
  switch (linkType) {
    case LINKTYPE.ETHERNET:
      return decodeEthernet(b, start, end, wireEnd, out)
    case LINKTYPE.LINUX_SLL:
      return decodeLinuxSll(b, start, end, wireEnd, out)
    case LINKTYPE.LINUX_SLL2:
      return decodeLinuxSll2(b, start, end, wireEnd, out)
    case LINKTYPE.NULL:
    case LINKTYPE.LOOP:
      return decodeNullLoopback(b, start, end, wireEnd, out)
    case LINKTYPE.RAW:
    case LINKTYPE.RAW_DLT:
    case LINKTYPE.RAW_OPENBSD:
      return decodeIp(b, start, end, wireEnd, out)
    case LINKTYPE.IPV4:
      return decodeIpv4(b, start, end, wireEnd, out)
    case LINKTYPE.IPV6:
      return decodeIpv6(b, start, end, wireEnd, out)
    default:
      return DECODED.UNKNOWN_LINK
  }
}
