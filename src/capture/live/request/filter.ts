/**
 * What the kernel lets through, as an expression of libpcap (pcap-filter(7)): the ports of the protocols that are read, wherever on a mirror port they
 * may be.
 *
 * Packets that are not TCP or UDP right behind an IP header pass whole where such traffic may be inside: the kernel sorts out what is cheap to sort out,
 * and the dissectors do the rest. `vlan`, `mpls`, `pppoes` and `geneve` are not used, because each of them moves the offsets of everything behind it,
 * and compiles for some link types only. `ether proto` does neither: on a link type that has no such frames it is false.
 */

export interface FilterOptions {
  /** To capture on. */
  interfaces: readonly string[]
  /** The user's own BPF; empty for none. */
  filter: string
  /** Leave the built-in filter out. */
  allTraffic: boolean
  /** The ports that a protocol is read on. */
  tcpPorts: readonly number[]
  udpPorts: readonly number[]
}

/**
 * Where UDP is a tunnel: VXLAN (and what Linux used before its port was registered), VXLAN-GPE, GENEVE, GTP-U, Teredo; L2TP, LISP, GRE, Aruba's mirroring,
 * GUE, MPLS, CAPWAP, HP's mirroring, TZSP.
 */
const UDP_TUNNELS = [
  ...[4789, 8472, 4790, 6081, 2152, 3544],
  ...[1701, 4341, 4754, 5555, 6080, 6635, 5247, 7932, 37_008],
].map((port) => `udp port ${port}`)

/** IP in IP, IPv6 in IP, GRE with what it carries (ERSPAN too), authentication header, EtherIP, L2TPv3, MPLS and Ethernet in IP. */
const IP_TUNNELS = [4, 41, 47, 51, 97, 115, 137, 143].map((protocol) => `ip proto ${protocol}`)

/** A fragment other than the first has no ports, and the first must not be kept without the others. */
const IPV4_FRAGMENTS = 'ip[6:2] & 0x3fff != 0'

/**
 * IPv6 with anything but TCP, UDP, ICMPv6 or encryption (ESP) next: fragments, tunnels, and the extension headers, behind which libpcap finds ports
 * with `protochain` only, which no kernel takes.
 */
const IPV6_OTHERS = 'ip6 and not (ip6[6] = 6 or ip6[6] = 17 or ip6[6] = 58 or ip6[6] = 50)'

/**
 * Behind the EtherType: VLAN tags, MAC in MAC, VN-Tag, FabricPath, MPLS, PPPoE, NSH, transparent bridging; E-TAG, Cisco's and Arista's tags, HSR, EDSA,
 * MACsec (encrypted or not), TRILL; and 802.3 frames with SNAP or IP's own LLC. Linux takes the outer 802.1Q or 802.1ad tag off before a filter sees the packet, so that one tag costs nothing: with two, all passes.
 */
const LINK_ENCAPSULATIONS = [
  ...[0x8100, 0x88a8, 0x8200, 0x9100, 0x9200, 0x9300],
  ...[0x893f, 0x8909, 0x8988, 0xd28b, 0x892f, 0xdada, 0x88e5, 0x22f3],
  0x88e7,
  0x8926,
  0x8903,
  0x8847,
  0x8848,
  0x8864,
  0x894f,
  0x6558,
  0xaa,
  0x06,
].map((type) => `ether proto 0x${type.toString(16)}`)

/** The ports of the protocols, and everything that may contain them. In libpcap a port means IPv4 and IPv6. */
function builtIn({ tcpPorts, udpPorts }: FilterOptions): string {
  return [
    ...tcpPorts.map((port) => `tcp port ${port}`),
    ...udpPorts.map((port) => `udp port ${port}`),
    ...UDP_TUNNELS,
    ...IP_TUNNELS,
    IPV4_FRAGMENTS,
    `(${IPV6_OTHERS})`,
    ...LINK_ENCAPSULATIONS,
  ].join(' or ')
}

/** Interfaces of firewalls and of all traffic at once: libpcap does not find IP behind their headers, or recognises only IPv4. */
const BEYOND_LIBPCAP = /^(nflog|pktap|pflog\d|enc\d)/

/**
 * One expression; empty for everything. The user's filter narrows the built-in one, and stands behind it: an offset that it moves then concerns itself
 * alone. A bracket in it without a partner would end the built-in part: such a filter is left as it is, and libpcap reports what is wrong with it.
 */
export function captureFilter(options: FilterOptions): string {
  const { interfaces, filter, allTraffic } = options
  const own = filter.trim()
  const all = allTraffic || interfaces.some((name) => BEYOND_LIBPCAP.test(name))
  if (own === '') return all ? '' : builtIn(options)
  return all || !isBalanced(own) ? own : `(${builtIn(options)}) and (${own})`
}

function isBalanced(filter: string): boolean {
  let depth = 0
  for (const character of filter) {
    if (character === '(') depth++
    else if (character === ')' && --depth < 0) return false
  }
  return depth === 0
}
