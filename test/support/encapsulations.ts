/** Encapsulations, for nesting in any order: each makes of what an EtherType names the same with one more around it. */
import { bytes as fromHex } from './conversation.ts'

export interface Packet {
  /** An Ethernet frame, too, has an EtherType: that of Transparent Ethernet Bridging. */
  etherType: number
  bytes: Uint8Array
}

export interface Encapsulation {
  name: string
  /** Headers that it adds. */
  headers: number
  accepts(etherType: number): boolean
  wrap(inner: Packet): Packet
}

export const ETHERTYPE = { IPV4: 0x0800, IPV6: 0x86dd, VLAN: 0x8100, MPLS: 0x8847, ETHERNET: 0x6558 } as const
const { IPV4, IPV6, MPLS, ETHERNET } = ETHERTYPE
const MACS = '020000000001 020000000002'

/** Bytes from hexadecimal text, from numbers of two bytes, and from bytes. */
export function join(...parts: (Uint8Array | string | number)[]): Uint8Array {
  const bytes = (part: Uint8Array | string | number) => {
    if (typeof part === 'number') return [part >> 8, part & 0xff]
    return typeof part === 'string' ? fromHex(part) : part
  }
  return Uint8Array.from(parts.flatMap((part) => [...bytes(part)]))
}

const any = () => true
const isIp = (type: number) => type === IPV4 || type === IPV6
const isLayer3 = (type: number) => isIp(type) || type === MPLS
const is = (type: number) => (other: number) => other === type

function ethernet({ etherType, bytes }: Packet): Uint8Array {
  return join(MACS, etherType, bytes)
}

function ppp({ etherType, bytes }: Packet): Uint8Array {
  return join(etherType === MPLS ? 0x0281 : etherType === IPV4 ? 0x0021 : 0x0057, bytes)
}

/** Inside of an IP datagram: its protocol, and how it is made of the packet. */
interface Transport {
  name: string
  headers: number
  protocol: number
  accepts(etherType: number): boolean
  payload(inner: Packet): Uint8Array
}

function inUdp(name: string, port: number, accepts: Transport['accepts'], payload: Transport['payload']): Transport {
  return {
    name,
    headers: 2,
    protocol: 17,
    accepts,
    payload(inner) {
      const data = payload(inner)
      return join(50_000, port, 8 + data.length, 0, data)
    },
  }
}

function inGre(name: string, accepts: Transport['accepts'], payload: Transport['payload']): Transport {
  return { name, headers: 1, protocol: 47, accepts, payload }
}

const NEXT_PROTOCOL = new Map<number, number>([
  [IPV4, 1],
  [IPV6, 2],
  [ETHERNET, 3],
  [MPLS, 5],
])
const hasNextProtocol = (type: number) => NEXT_PROTOCOL.has(type)

const transports: Transport[] = [
  { name: 'IPv4 in IP', headers: 0, protocol: 4, accepts: is(IPV4), payload: ({ bytes }) => bytes },
  { name: 'IPv6 in IP', headers: 0, protocol: 41, accepts: is(IPV6), payload: ({ bytes }) => bytes },
  {
    name: 'AH',
    headers: 1,
    protocol: 51,
    accepts: isIp,
    payload: ({ etherType, bytes }) =>
      join(etherType === IPV4 ? '04' : '29', '04 0000 00000100 00000001', 'aa'.repeat(12), bytes),
  },
  { name: 'EtherIP', headers: 2, protocol: 97, accepts: any, payload: (inner) => join('3000', ethernet(inner)) },
  inGre('GRE', any, ({ etherType, bytes }) => join('0000', etherType, bytes)),
  inGre('GRE with options', any, ({ etherType, bytes }) =>
    join('b000', etherType, 'abcd 0000 0000002a 00000001', bytes),
  ),
  { ...inGre('ERSPAN I', any, (inner) => join('0000 88be', ethernet(inner))), headers: 2 },
  {
    ...inGre('ERSPAN II', any, (inner) => join('1000 88be 00000001 1000 0001 00000002', ethernet(inner))),
    headers: 2,
  },
  {
    ...inGre('ERSPAN III', any, (inner) =>
      join('1000 22eb 00000001 2000 0001 00000000 0000 8001 0700000000000000', ethernet(inner)),
    ),
    headers: 2,
  },
  {
    ...inGre('PPTP', isLayer3, (inner) => {
      const payload = ppp(inner)
      return join('3001 880b', payload.length, '0007 00000001', payload)
    }),
    headers: 2,
  },
  inGre('WCCP', is(IPV4), ({ bytes }) => join('0000 883e 00000000', bytes)),
  { ...inUdp('VXLAN', 4789, any, (inner) => join('08000000 00002a00', ethernet(inner))), headers: 3 },
  inUdp('VXLAN-GPE', 4790, hasNextProtocol, ({ etherType, bytes }) =>
    join(0x0c00, NEXT_PROTOCOL.get(etherType)!, '00002a00', bytes),
  ),
  inUdp('GENEVE', 6081, any, ({ etherType, bytes }) => join('0240', etherType, '00002a00 0102800100000000', bytes)),
  inUdp('Teredo', 3544, is(IPV6), ({ bytes }) => join('0000 1234 3ffffdfe', bytes)),
  inUdp('GTP-U', 2152, isIp, ({ bytes }) => join('34ff', bytes.length + 8, '00000001 00000085 01 0000 00', bytes)),
]

function inIpv4({ name, headers, protocol, accepts, payload }: Transport): Encapsulation {
  return {
    name: `${name}, IPv4`,
    headers: headers + 1,
    accepts,
    wrap(inner) {
      const data = payload(inner)
      const bytes = join('4500', 20 + data.length, '0001 0000', 0x4000 | protocol, '0000 c0000201 c0000202', data)
      return { etherType: IPV4, bytes }
    },
  }
}

/** With destination options, so that there is an extension header. */
function inIpv6({ name, headers, protocol, accepts, payload }: Transport): Encapsulation {
  return {
    name: `${name}, IPv6`,
    headers: headers + 2,
    accepts,
    wrap(inner) {
      const data = payload(inner)
      const addresses = '20010db8000000000000000000000001 20010db8000000000000000000000002'
      const options = join(protocol << 8, '010400000000')
      return { etherType: IPV6, bytes: join('60000000', 8 + data.length, '3c40', addresses, options, data) }
    },
  }
}

/** What is told by an EtherType, and needs no IP. */
const tags: Encapsulation[] = [
  { name: 'Ethernet', headers: 1, accepts: any, wrap: (inner) => ({ etherType: ETHERNET, bytes: ethernet(inner) }) },
  {
    name: 'Ethernet with SNAP',
    headers: 2,
    accepts: any,
    wrap: ({ etherType, bytes }) => ({
      etherType: ETHERNET,
      bytes: join(MACS, Math.min(8 + bytes.length, 1500), 'aaaa03 000000', etherType, bytes),
    }),
  },
  ...[0x8100, 0x88a8, 0x9100, 0x9200].map((tag) => ({
    name: `tag ${tag.toString(16)}`,
    headers: 1,
    accepts: any,
    wrap: ({ etherType, bytes }: Packet) => ({ etherType: tag, bytes: join('0064', etherType, bytes) }),
  })),
  {
    name: 'provider backbone',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: 0x88e7, bytes: join('00000064', ethernet(inner)) }),
  },
  {
    name: 'FabricPath',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: 0x8903, bytes: join('0001', ethernet(inner)) }),
  },
  {
    name: 'VN-Tag',
    headers: 1,
    accepts: any,
    wrap: ({ etherType, bytes }) => ({ etherType: 0x8926, bytes: join('00000033', etherType, bytes) }),
  },
  {
    name: 'NSH',
    headers: 1,
    accepts: hasNextProtocol,
    wrap: ({ etherType, bytes }) => ({
      etherType: 0x894f,
      bytes: join('0fc2 02', fromHex(`0${NEXT_PROTOCOL.get(etherType)}`), '00000aff', bytes),
    }),
  },
  {
    name: 'PPPoE',
    headers: 2,
    accepts: isLayer3,
    wrap(inner) {
      const payload = ppp(inner)
      return { etherType: 0x8864, bytes: join('1100 0009', payload.length, payload) }
    },
  },
  {
    name: 'MPLS',
    headers: 1,
    accepts: isIp,
    wrap: ({ bytes }) => ({ etherType: MPLS, bytes: join('00064140', bytes) }),
  },
  {
    name: 'one more label',
    headers: 1,
    accepts: is(MPLS),
    wrap: ({ bytes }) => ({ etherType: MPLS, bytes: join('00065040', bytes) }),
  },
  {
    name: 'MPLS with Ethernet',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: MPLS, bytes: join('00064140', ethernet(inner)) }),
  },
  {
    name: 'MPLS with a control word',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: MPLS, bytes: join('00064140 00000007', ethernet(inner)) }),
  },
]

export const ENCAPSULATIONS: readonly Encapsulation[] = [...tags, ...transports.map(inIpv4), ...transports.map(inIpv6)]

/** As an Ethernet frame, whatever it was. */
export function toFrame(packet: Packet): Uint8Array {
  return packet.etherType === ETHERNET ? packet.bytes : ethernet(packet)
}

/** One after the other, from the inside out; each number chooses among those that accept what there is by then. */
export function nest(
  innermost: Packet,
  choices: readonly number[],
): { packet: Packet; names: string[]; headers: number } {
  let packet = innermost
  let headers = 0
  const names: string[] = []
  for (const choice of choices) {
    const possible = ENCAPSULATIONS.filter(({ accepts }) => accepts(packet.etherType))
    const encapsulation = possible[choice % possible.length]!
    packet = encapsulation.wrap(packet)
    headers += encapsulation.headers
    names.unshift(encapsulation.name)
  }
  return { packet, names, headers }
}
