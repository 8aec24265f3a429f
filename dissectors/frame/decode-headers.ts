/** From header to header: only here are decoders called, so that no decoder has to care what is nested in what, and how deep. */

import { FIRST_LAYER, LAYER, type Layer } from '../layers/layer.ts'
import { DECODED, type Segment } from '../layers/segment.ts'
import { decodeCiscoHdlc } from '../link/cisco-hdlc.ts'
import { decodeEthernet } from '../link/ethernet.ts'
import {
  decodeAristaTimestamp,
  decodeEdsa,
  decodeETag,
  decodeFabricPath,
  decodeHsr,
  decodeMetaData,
  decodePbb,
  decodeTaggedEthernet,
  decodeTimestampTag,
  decodeVlan,
  decodeVnTag,
} from '../link/ethernet-tags.ts'
import { decodeFddi } from '../link/fddi.ts'
import { decodeFrameRelay } from '../link/frame-relay.ts'
import { decodeIeee80211, decodeIeee80211Padded, decodeIeee80211Swapped } from '../link/ieee80211.ts'
import { decodeIpoib } from '../link/ipoib.ts'
import { decodeLlc } from '../link/llc.ts'
import { decodeMacsec } from '../link/macsec.ts'
import { decodeNullLoopback } from '../link/null-loopback.ts'
import { decodePpp } from '../link/ppp.ts'
import { decodePppoe } from '../link/pppoe.ts'
import { decodeTrill } from '../link/trill.ts'
import { decodeArubaMirror, decodeHpMirror } from '../mirror/remote-mirroring.ts'
import { decodeTzsp } from '../mirror/tzsp.ts'
import { decodeIp } from '../net/ip.ts'
import { decodeIpv4 } from '../net/ipv4.ts'
import { decodeIpv6, decodeIpv6Extension, decodeIpv6Fragment } from '../net/ipv6.ts'
import { decodeTcp } from '../net/tcp.ts'
import { decodeUdp } from '../net/udp.ts'
import { decodeErf } from '../pseudo-header/erf.ts'
import {
  decodeBroadcomPrepended,
  decodeIeee1394,
  decodeIpnet,
  decodeIpOverFibreChannel,
  decodeNetanalyzer,
  decodeNetanalyzerTransparent,
  decodePreamble,
  decodeSunAtm,
} from '../pseudo-header/hardware-prefix.ts'
import {
  decodeJuniperCiscoHdlc,
  decodeJuniperEthernet,
  decodeJuniperFrameRelay,
  decodeJuniperPpp,
} from '../pseudo-header/juniper.ts'
import { decodeLinuxSll, decodeLinuxSll2 } from '../pseudo-header/linux-sll.ts'
import { decodeNflog } from '../pseudo-header/nflog.ts'
import { decodeEnc, decodePflog } from '../pseudo-header/packet-filter.ts'
import { decodePktap } from '../pseudo-header/pktap.ts'
import { decodePpi } from '../pseudo-header/ppi.ts'
import { decodeAvs, decodePrism } from '../pseudo-header/prism.ts'
import { decodeRadiotap } from '../pseudo-header/radiotap.ts'
import { decodeUpperPdu } from '../pseudo-header/upper-pdu.ts'
import {
  decodeCiscoHdlcWithDirection,
  decodeFrameRelayWithDirection,
  decodePppd,
  decodePppWithDirection,
} from '../pseudo-header/with-direction.ts'
import { decodeAuthenticationHeader } from '../tunnel/authentication-header.ts'
import { decodeCapwap } from '../tunnel/capwap.ts'
import { decodeEtherIp } from '../tunnel/etherip.ts'
import { decodeGeneve } from '../tunnel/geneve.ts'
import { decodeGre } from '../tunnel/gre.ts'
import { decodeGtpU } from '../tunnel/gtp-u.ts'
import { decodeGue } from '../tunnel/gue.ts'
import { decodeL2tpIp, decodeL2tpUdp } from '../tunnel/l2tp.ts'
import { decodeLisp } from '../tunnel/lisp.ts'
import { decodeMpls } from '../tunnel/mpls.ts'
import { decodeNsh } from '../tunnel/nsh.ts'
import { decodeTeredo } from '../tunnel/teredo.ts'
import { decodeVxlan, decodeVxlanGpe } from '../tunnel/vxlan.ts'

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
  [LAYER.E_TAG]: decodeETag,
  [LAYER.META_DATA]: decodeMetaData,
  [LAYER.TIMESTAMP_TAG]: decodeTimestampTag,
  [LAYER.ARISTA_TIMESTAMP]: decodeAristaTimestamp,
  [LAYER.HSR]: decodeHsr,
  [LAYER.EDSA]: decodeEdsa,
  [LAYER.TAGGED_ETHERNET]: decodeTaggedEthernet,
  [LAYER.MACSEC]: decodeMacsec,
  [LAYER.TRILL]: decodeTrill,
  [LAYER.TZSP]: decodeTzsp,
  [LAYER.L2TP_UDP]: decodeL2tpUdp,
  [LAYER.L2TP_IP]: decodeL2tpIp,
  [LAYER.GUE]: decodeGue,
  [LAYER.LISP]: decodeLisp,
  [LAYER.CAPWAP]: decodeCapwap,
  [LAYER.HP_MIRROR]: decodeHpMirror,
  [LAYER.ARUBA_MIRROR]: decodeArubaMirror,
  [LAYER.IEEE80211_SWAPPED]: decodeIeee80211Swapped,
  [LAYER.FDDI]: decodeFddi,
  [LAYER.FRAME_RELAY]: decodeFrameRelay,
  [LAYER.NFLOG]: decodeNflog,
  [LAYER.PKTAP]: decodePktap,
  [LAYER.PFLOG]: decodePflog,
  [LAYER.ENC]: decodeEnc,
  [LAYER.IPOIB]: decodeIpoib,
  [LAYER.ERF]: decodeErf,
  [LAYER.JUNIPER_ETHERNET]: decodeJuniperEthernet,
  [LAYER.JUNIPER_PPP]: decodeJuniperPpp,
  [LAYER.JUNIPER_FRAME_RELAY]: decodeJuniperFrameRelay,
  [LAYER.JUNIPER_CISCO_HDLC]: decodeJuniperCiscoHdlc,
  [LAYER.UPPER_PDU]: decodeUpperPdu,
  [LAYER.BROADCOM_PREPENDED]: decodeBroadcomPrepended,
  [LAYER.PPP_WITH_DIRECTION]: decodePppWithDirection,
  [LAYER.PPP_PPPD]: decodePppd,
  [LAYER.CISCO_HDLC_WITH_DIRECTION]: decodeCiscoHdlcWithDirection,
  [LAYER.FRAME_RELAY_WITH_DIRECTION]: decodeFrameRelayWithDirection,
  [LAYER.NETANALYZER]: decodeNetanalyzer,
  [LAYER.NETANALYZER_TRANSPARENT]: decodeNetanalyzerTransparent,
  [LAYER.PREAMBLE]: decodePreamble,
  [LAYER.IP_OVER_FC]: decodeIpOverFibreChannel,
  [LAYER.IEEE1394]: decodeIeee1394,
  [LAYER.SUN_ATM]: decodeSunAtm,
  [LAYER.IPNET]: decodeIpnet,
}

/** Reads headers, the first of which is `layer` at the payload of `s`, down to TCP. Returns one of DECODED. */
export function decodeHeaders(layer: number, b: Uint8Array, s: Segment): number {
  let next = layer
  while (next >= FIRST_LAYER) {
    if (s.depth >= s.depthLimit) return DECODED.TOO_DEEP
    s.depth++
    next = DECODERS[next as Layer](b, s)
  }
  return next
}

/** Reads one header at the payload of `s`. Returns what comes next, a LAYER or one of DECODED. For the inspector, which shows headers one by one. */
export function decodeHeader(layer: Layer, b: Uint8Array, s: Segment): number {
  return DECODERS[layer](b, s)
}
