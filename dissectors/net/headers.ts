/** From header to header: the one place where decoders are called, so that what is nested in what, and how deep, is nobody else's concern. */
import { decodeCiscoHdlc } from '../link/cisco-hdlc.ts'
import { decodeEthernet, decodeFabricPath, decodePbb, decodeVlan, decodeVnTag } from '../link/ethernet.ts'
import { decodeIeee80211, decodeIeee80211Padded } from '../link/ieee80211.ts'
import { decodeLinuxSll, decodeLinuxSll2 } from '../link/linux-sll.ts'
import { decodeLlc } from '../link/llc.ts'
import { decodeNullLoopback } from '../link/null-loopback.ts'
import { decodePpi } from '../link/ppi.ts'
import { decodePpp } from '../link/ppp.ts'
import { decodePppoe } from '../link/pppoe.ts'
import { decodeAvs, decodePrism } from '../link/prism.ts'
import { decodeRadiotap } from '../link/radiotap.ts'
import { decodeAuthenticationHeader } from './authentication-header.ts'
import { decodeEtherIp } from './etherip.ts'
import { decodeGeneve } from './geneve.ts'
import { decodeGre } from './gre.ts'
import { decodeGtpU } from './gtp-u.ts'
import { decodeIp } from './ip.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6, decodeIpv6Extension, decodeIpv6Fragment } from './ipv6.ts'
import { FIRST_LAYER, LAYER, type Layer } from './layer.ts'
import { decodeMpls } from './mpls.ts'
import { decodeNsh } from './nsh.ts'
import { DECODED, type Segment } from './segment.ts'
import { decodeTcp } from './tcp.ts'
import { decodeTeredo } from './teredo.ts'
import { decodeUdp } from './udp.ts'
import { decodeVxlan, decodeVxlanGpe } from './vxlan.ts'

type Decoder = (b: Uint8Array, s: Segment) => number

const DECODERS: Readonly<Record<Layer, Decoder>> = {
  [LAYER.ETHERNET]: decodeEthernet,
  [LAYER.VLAN]: decodeVlan,
  [LAYER.PBB]: decodePbb,
  [LAYER.VN_TAG]: decodeVnTag,
  [LAYER.FABRIC_PATH]: decodeFabricPath,
  [LAYER.LLC]: decodeLlc,
  [LAYER.IEEE80211]: decodeIeee80211,
  [LAYER.IEEE80211_PADDED]: decodeIeee80211Padded,
  [LAYER.RADIOTAP]: decodeRadiotap,
  [LAYER.PRISM]: decodePrism,
  [LAYER.AVS]: decodeAvs,
  [LAYER.PPI]: decodePpi,
  [LAYER.LINUX_SLL]: decodeLinuxSll,
  [LAYER.LINUX_SLL2]: decodeLinuxSll2,
  [LAYER.NULL_LOOPBACK]: decodeNullLoopback,
  [LAYER.PPP]: decodePpp,
  [LAYER.PPPOE]: decodePppoe,
  [LAYER.CISCO_HDLC]: decodeCiscoHdlc,
  [LAYER.MPLS]: decodeMpls,
  [LAYER.NSH]: decodeNsh,
  [LAYER.IP]: decodeIp,
  [LAYER.IPV4]: decodeIpv4,
  [LAYER.IPV6]: decodeIpv6,
  [LAYER.IPV6_EXTENSION]: decodeIpv6Extension,
  [LAYER.IPV6_FRAGMENT]: decodeIpv6Fragment,
  [LAYER.AUTHENTICATION]: decodeAuthenticationHeader,
  [LAYER.ETHERIP]: decodeEtherIp,
  [LAYER.GRE]: decodeGre,
  [LAYER.UDP]: decodeUdp,
  [LAYER.VXLAN]: decodeVxlan,
  [LAYER.VXLAN_GPE]: decodeVxlanGpe,
  [LAYER.GENEVE]: decodeGeneve,
  [LAYER.TEREDO]: decodeTeredo,
  [LAYER.GTP_U]: decodeGtpU,
  [LAYER.TCP]: decodeTcp,
}

/** Reads headers from `layer` on, which starts at the payload of `s`, down to TCP; one of DECODED. */
export function decodeHeaders(layer: number, b: Uint8Array, s: Segment): number {
  let next = layer
  while (next >= FIRST_LAYER) {
    if (s.depth >= s.depthLimit) return DECODED.TOO_DEEP
    s.depth++
    next = DECODERS[next as Layer](b, s)
  }
  return next
}

/** Reads one header, which starts at the payload of `s`: what comes next, a LAYER or one of DECODED. For whoever shows them one by one. */
export function decodeHeader(layer: Layer, b: Uint8Array, s: Segment): number {
  return DECODERS[layer](b, s)
}
