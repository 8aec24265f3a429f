/** The link types that are read: what a capture says the first header is. */
import { LAYER } from '../net/layer.ts'
import { DECODED } from '../net/segment.ts'

/** LINKTYPE_ values, as registered with the capture file formats. */
export const LINKTYPE = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  /** DLT_RAW of most systems and of OpenBSD: both are met in files beside the registered 101. */
  RAW_DLT: 12,
  RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  PPP_ETHER: 51,
  RAW: 101,
  C_HDLC: 104,
  IEEE802_11: 105,
  LOOP: 108,
  LINUX_SLL: 113,
  IEEE802_11_PRISM: 119,
  IEEE802_11_RADIOTAP: 127,
  IEEE802_11_AVS: 163,
  PPI: 192,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const

export function linkLayer(linkType: number): number {
  switch (linkType) {
    case LINKTYPE.ETHERNET:
      return LAYER.ETHERNET
    case LINKTYPE.LINUX_SLL:
      return LAYER.LINUX_SLL
    case LINKTYPE.LINUX_SLL2:
      return LAYER.LINUX_SLL2
    case LINKTYPE.NULL:
    case LINKTYPE.LOOP:
      return LAYER.NULL_LOOPBACK
    case LINKTYPE.RAW:
    case LINKTYPE.RAW_DLT:
    case LINKTYPE.RAW_OPENBSD:
      return LAYER.IP
    case LINKTYPE.IPV4:
      return LAYER.IPV4
    case LINKTYPE.IPV6:
      return LAYER.IPV6
    case LINKTYPE.PPP:
    case LINKTYPE.PPP_HDLC:
      return LAYER.PPP
    case LINKTYPE.PPP_ETHER:
      return LAYER.PPPOE
    case LINKTYPE.C_HDLC:
      return LAYER.CISCO_HDLC
    case LINKTYPE.IEEE802_11:
      return LAYER.IEEE80211
    case LINKTYPE.IEEE802_11_RADIOTAP:
      return LAYER.RADIOTAP
    case LINKTYPE.IEEE802_11_PRISM:
      return LAYER.PRISM
    case LINKTYPE.IEEE802_11_AVS:
      return LAYER.AVS
    case LINKTYPE.PPI:
      return LAYER.PPI
    default:
      return DECODED.UNKNOWN_LINK
  }
}
