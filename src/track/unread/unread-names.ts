/** The names of encapsulations that are not read, and which of them can have no SMB inside: nothing is lost with those. */
import { CLOSED, UNREAD, UNREAD_KIND, UNREAD_NUMBER } from '../../../dissectors/layers/unread.ts'

/** EtherTypes that carry no IP: address resolution, control of links and bridges, industrial buses, clocks, storage. */
const WITHOUT_IP: ReadonlySet<number> = new Set([
  // ARP, RARP, AARP, and Wake-on-LAN.
  ...[0x0806, 0x8035, 0x80f3, 0x0842],
  // Cisco's CDP, DTP, VTP, UDLD and PVST, where a type shows them.
  ...[0x2000, 0x2001, 0x2003, 0x2004, 0x0111, 0x010b],
  // Audio and video bridging: AVTP, SRP.
  ...[0x22f0, 0x22ea],
  // DEC: MOP, DECnet, LAT, and its kin.
  ...[0x6001, 0x6002, 0x6003, 0x6004, 0x6005, 0x6006, 0x6007],
  // AppleTalk, QNX, CobraNet, OSI behind Cisco's HDLC, TIPC, load balancing of Windows, GeoNetworking.
  ...[0x809b, 0x8204, 0x8819, 0xfefe, 0x88ca, 0x886f, 0x8947],
  // Flow control, slow protocols, PPPoE discovery, EAP, pre-authentication, LLDP, CFM, MRP, MVRP, MMRP, PTP, ring supervision.
  ...[0x8808, 0x8809, 0x8863, 0x888e, 0x88c7, 0x88cc, 0x8902, 0x88e3, 0x88f5, 0x88f6, 0x88f7, 0x88fb],
  // PROFINET, EtherCAT, Powerlink, GOOSE, GSE, sampled values, SERCOS, TTEthernet.
  ...[0x8892, 0x88a4, 0x88ab, 0x88b8, 0x88b9, 0x88ba, 0x88cd, 0x891d],
  // HomePlug, and its kin.
  ...[0x887b, 0x88e1, 0x8912],
  // Teaming, loop detection, and management of network cards and switches.
  ...[0x886d, 0x8874, 0x8899, 0x88bf, 0x88f8, 0x9000],
  // HyperSCSI, ATA over Ethernet, Fibre Channel over Ethernet and its initialization.
  ...[0x889a, 0x88a2, 0x8906, 0x8914],
])

const ETHERTYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x8137, 'IPX'],
  [0x8915, 'RoCE (RDMA)'],
  [0x876b, 'compressed TCP/IP'],
  [0x88b7, 'OUI-extended EtherType'],
])

/** IP protocols without IP inside: ICMP, IGMP, gateways and routing, reservation, other transports, ICMPv6, none. */
const PLAIN_PROTOCOLS: ReadonlySet<number> = new Set([
  ...[0, 1, 2, 3, 8, 9, 12, 27, 33, 46, 54, 58, 59, 62, 88, 89, 103, 112, 113, 124, 132, 136],
])

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [50, 'ESP (IPsec)'],
  [55, 'minimal IP encapsulation'],
  [94, 'IPIP (protocol 94)'],
  [108, 'IPComp'],
  [142, 'ROHC'],
])

const CLOSED_NAMES: ReadonlyMap<number, string> = new Map([
  [CLOSED.ENCRYPTED_WIRELESS, 'encrypted 802.11 frames'],
  [CLOSED.AGGREGATED_WIRELESS, 'aggregated or fragmented 802.11 frames'],
  [CLOSED.ENCRYPTED_MACSEC, 'encrypted MACsec'],
  [CLOSED.ENCRYPTED_CAPWAP, 'encrypted CAPWAP'],
  [CLOSED.ENCRYPTED_LISP, 'encrypted LISP'],
  [CLOSED.ENCRYPTED_PPP, 'compressed or encrypted PPP'],
  [CLOSED.NETBEUI, 'NetBEUI'],
  [CLOSED.UPPER_PDU, 'exported PDUs without TCP'],
  [CLOSED.ERF_TYPE, 'ERF records of other types'],
  [CLOSED.L2TPV3, 'L2TPv3 with an unknown payload'],
])

/** UDP ports of what is encrypted, and never looks like IP. */
export const CLOSED_PORTS: ReadonlyMap<number, string> = new Map([
  [443, 'QUIC (UDP port 443)'],
  [1194, 'OpenVPN (UDP port 1194)'],
  [4500, 'IPsec (UDP port 4500)'],
  [6636, 'MPLS in DTLS (UDP port 6636)'],
  [9993, 'ZeroTier (UDP port 9993)'],
  [41_641, 'Tailscale (UDP port 41641)'],
  [51_820, 'WireGuard (UDP port 51820)'],
])

/** In the words of a warning; null for what can have no SMB inside. `unread` is neither of a link type nor UDP. */
export function encapsulationName(unread: number): string | null {
  const number = unread & UNREAD_NUMBER
  switch (unread & UNREAD_KIND) {
    case UNREAD.ETHERTYPE:
      return WITHOUT_IP.has(number) ? null : (ETHERTYPE_NAMES.get(number) ?? `EtherType ${hexadecimal(number)}`)
    case UNREAD.PROTOCOL:
      return PLAIN_PROTOCOLS.has(number) ? null : (PROTOCOL_NAMES.get(number) ?? `IP protocol ${number}`)
    default:
      return CLOSED_NAMES.get(number) ?? null
  }
}

function hexadecimal(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`
}
