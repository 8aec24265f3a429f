/** Encapsulations that can be nested in any order: each wraps a packet with an EtherType and returns one with an EtherType again. */
import { bytes as fromHex } from './conversation.ts'

export interface Packet {
  /** An Ethernet frame has an EtherType too: that of Transparent Ethernet Bridging. */
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

/** A data frame of 802.11 with these two bytes of frame control, LLC and SNAP. */
function wireless(control: string, { etherType, bytes }: Packet): Uint8Array {
  return join(control, '0000', MACS, '020000000003 0000 aaaa03 000000', etherType, bytes)
}

function byte(value: number): Uint8Array {
  return Uint8Array.of(value)
}

/** The content of an IP datagram: its protocol, and how it is made from the packet. */
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
  {
    ...inUdp('TZSP', 37_008, any, (inner) => join('0100 0001 0a01c8 00 2904deadbeef 01', ethernet(inner))),
    headers: 3,
  },
  { ...inUdp('L2TPv2', 1701, isLayer3, (inner) => join('0002 0001 0002', ppp(inner))), headers: 3 },
  {
    ...inUdp('L2TPv2 with everything', 1701, isLayer3, (inner) => {
      const payload = ppp(inner)
      return join('4a02', 20 + payload.length, '0001 0002 0003 0004 0006 eeeeeeeeeeee', payload)
    }),
    headers: 3,
  },
  { ...inUdp('L2TPv3', 1701, isIp, (inner) => join('0003 0000 00000007', ethernet(inner))), headers: 3 },
  {
    name: 'L2TPv3 in IP, with cookie and sublayer',
    headers: 2,
    protocol: 115,
    accepts: isIp,
    payload: (inner) => join('00000007 0102030405060708 40000001', ethernet(inner)),
  },
  {
    name: 'L2TPv3 in IP, with IP',
    headers: 1,
    protocol: 115,
    accepts: isIp,
    payload: (inner) => join('00000007', inner.bytes),
  },
  inUdp('GRE in UDP', 4754, any, ({ etherType, bytes }) => join('0000', etherType, bytes)),
  { ...inUdp('MPLS in UDP', 6635, is(MPLS), ({ bytes }) => bytes), headers: 1 },
  { name: 'MPLS in IP', headers: 0, protocol: 137, accepts: is(MPLS), payload: ({ bytes }) => bytes },
  { name: 'Ethernet in IP', headers: 1, protocol: 143, accepts: any, payload: ethernet },
  inUdp('GUE', 6080, isIp, ({ etherType, bytes }) =>
    join(etherType === IPV4 ? '0104 0000' : '0129 0000', '00000001', bytes),
  ),
  inUdp('GUE without a header', 6080, isIp, ({ bytes }) => bytes),
  inUdp('LISP', 4341, isIp, ({ bytes }) => join('88000001 00000a00', bytes)),
  inUdp('LISP with a next protocol', 4341, hasNextProtocol, ({ etherType, bytes }) =>
    join('0c0000', byte(NEXT_PROTOCOL.get(etherType)!), '00000a00', bytes),
  ),
  { ...inUdp('CAPWAP', 5247, any, (inner) => join('00 100000 00000000', ethernet(inner))), headers: 3 },
  {
    ...inUdp('CAPWAP with 802.11', 5247, any, (inner) =>
      join('00 200330 00000000 0401020304000000', wireless('0801', inner)),
    ),
    headers: 4,
  },
  {
    ...inUdp('CAPWAP with 802.11 the other way round', 5247, any, (inner) =>
      join('00 100320 00000000', wireless('0208', inner)),
    ),
    headers: 4,
  },
  { ...inGre('802.11 in GRE', any, (inner) => join('0000 8200', wireless('0801', inner))), headers: 3 },
  { ...inUdp('HP mirror', 7932, any, (inner) => join('0102030405060708 00100080', ethernet(inner))), headers: 3 },
  {
    ...inUdp('Aruba mirror', 5555, any, (inner) => {
      const frame = wireless('0802', inner)
      return join('65000000 00000001', 0, frame.length, 0, frame.length, frame)
    }),
    headers: 4,
  },
  {
    ...inUdp('Aruba mirror with a rate', 5555, any, (inner) => {
      const frame = wireless('0802', inner)
      return join('65000000 00000001', 0, frame.length, 0, frame.length, '000c 0b 32', frame)
    }),
    headers: 4,
  },
  {
    ...inUdp('Aruba mirror with radiotap', 5555, any, (inner) => join('0000 0800 00000000', wireless('0802', inner))),
    headers: 5,
  },
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

/** Tags of an EtherType, with a number of bytes before the next EtherType. */
const TAGS: Readonly<Record<string, { etherType: number; before: string }>> = {
  'E-TAG': { etherType: 0x893f, before: '2064 0000 0000' },
  'Cisco MetaData': { etherType: 0x8909, before: '0101 0001 0007' },
  'Cisco MetaData with two options': { etherType: 0x8909, before: '0102 0001 0007 0002 0000' },
  'timestamp tag': { etherType: 0x8988, before: '0102030405ff' },
  'Arista timestamp': { etherType: 0xd28b, before: '0001 0110 0102030405060708' },
  'Arista timestamp of 48 bits': { etherType: 0xd28b, before: '0001 0020 010203040506' },
  HSR: { etherType: 0x892f, before: '1046 0007' },
  EDSA: { etherType: 0xdada, before: '0000 c0000064' },
}

/** The data is short, or its length is not given. */
function macsec(tci: string, rest: string, etherType: number, bytes: Uint8Array): Uint8Array {
  const length = 2 + bytes.length
  return join(
    tci,
    fromHex((length < 48 ? length : 0).toString(16).padStart(2, '0')),
    rest,
    etherType,
    bytes,
    'cc'.repeat(16),
  )
}

/** Encapsulations that an EtherType identifies and that need no IP. */
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
  ...[0x8100, 0x88a8, 0x8200, 0x9100, 0x9200, 0x9300].map((tag) => ({
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
  ...Object.entries(TAGS).map(([name, { etherType: tag, before }]) => ({
    name,
    headers: 1,
    accepts: any,
    wrap: ({ etherType, bytes }: Packet) => ({ etherType: tag, bytes: join(before, etherType, bytes) }),
  })),
  {
    name: 'MACsec in clear',
    headers: 1,
    accepts: any,
    wrap: ({ etherType, bytes }) => ({ etherType: 0x88e5, bytes: macsec('00', '00000001', etherType, bytes) }),
  },
  {
    name: 'MACsec in clear, with a channel',
    headers: 1,
    accepts: any,
    wrap({ etherType, bytes }) {
      return { etherType: 0x88e5, bytes: macsec('20', '00000001 020000000001 0001', etherType, bytes) }
    },
  },
  {
    name: 'TRILL',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: 0x22f3, bytes: join('0014 0001 0002', ethernet(inner)) }),
  },
  {
    name: 'TRILL with options',
    headers: 2,
    accepts: any,
    wrap: (inner) => ({ etherType: 0x22f3, bytes: join('0094 0001 0002 0102030405060708', ethernet(inner)) }),
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

/** Any packet as an Ethernet frame. */
export function toFrame(packet: Packet): Uint8Array {
  return packet.etherType === ETHERNET ? packet.bytes : ethernet(packet)
}

/** Wraps one encapsulation after the other, from the inside out. Each number chooses among those that accept the packet made so far. */
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
