// IP datagrams made, changed and cut into fragments. A packet is { time, fromClient, type, bytes }: `bytes` is what follows an EtherType, which is
// `type`. A stage takes the packets of a whole capture and returns those that replace them.
import { checksum } from '../tcp.mjs'
import { hex } from './bytes.mjs'
import { garbage, seeded, shuffled } from './random.mjs'

export const IPV4 = 0x0800
export const IPV6 = 0x86dd

export const PROTOCOL = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  AH: 51,
  DESTINATION: 60,
}

/** A stage that replaces each packet with one other. */
export const each = (change) => (packets) => packets.map((p, i) => ({ ...p, ...change(p, i) }))

/** The two ends of every tunnel: the one on the client's side first. */
const ENDS = {
  [IPV4]: [hex('ac100001'), hex('ac100002')],
  [IPV6]: [hex('fd000172000000000000000000000001'), hex('fd000172000000000000000000000002')],
}

const addressesOf = (family, fromClient) => (fromClient ? ENDS[family] : ENDS[family].toReversed())

/** A datagram between the tunnel's ends, as the fields of a packet. `id` is its identification. */
export function between(family, fromClient, protocol, payload, id) {
  const addresses = Buffer.concat(addressesOf(family, fromClient))
  const header =
    family === IPV4 ? headerV4(protocol, payload.length, id, addresses) : headerV6(protocol, payload.length, addresses)
  return { type: family, bytes: Buffer.concat([header, payload]) }
}

function headerV4(protocol, length, id, addresses) {
  const header = Buffer.concat([hex('450000000000000040000000'), addresses])
  header.writeUInt16BE(20 + length, 2)
  header.writeUInt16BE(id & 0xffff, 4)
  header[9] = protocol
  return withChecksum(header)
}

function headerV6(protocol, length, addresses) {
  const header = Buffer.concat([hex('6000000000000040'), addresses])
  header.writeUInt16BE(length, 4)
  header[6] = protocol
  return header
}

/** UDP, RFC 768; without a checksum where `sum` is false. */
export function udp(family, fromClient, ports, payload, id, sum = true) {
  const header = Buffer.alloc(8)
  header.writeUInt16BE(ports[0], 0)
  header.writeUInt16BE(ports[1], 2)
  header.writeUInt16BE(8 + payload.length, 4)
  const datagram = Buffer.concat([header, payload])
  if (sum) {
    const pseudo = Buffer.concat([...addressesOf(family, fromClient), datagram])
    datagram.writeUInt16BE(checksum(pseudo, PROTOCOL.UDP + datagram.length) || 0xffff, 6)
  }
  return between(family, fromClient, PROTOCOL.UDP, datagram, id)
}

function withChecksum(ipv4) {
  const length = (ipv4[0] & 0x0f) * 4
  ipv4.writeUInt16BE(0, 10)
  ipv4.writeUInt16BE(checksum(ipv4.subarray(0, length), 0), 10)
  return ipv4
}

/** Total length or payload length zero, as if the network card had to fill it in. */
export const lengthZero = each(({ type, bytes }) => {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(0, type === IPV4 ? 2 : 4)
  return { bytes: type === IPV4 ? withChecksum(copy) : copy }
})

/** A jumbogram, RFC 2675: payload length zero, the true one in a hop-by-hop option. IPv6 only. */
export const jumbogram = each(({ bytes }) => {
  const option = hex('0600c20400000000')
  option[0] = bytes[6]
  option.writeUInt32BE(bytes.length - 40 + option.length, 4)
  const header = Buffer.from(bytes.subarray(0, 40))
  header.writeUInt16BE(0, 4)
  header[6] = PROTOCOL.HOP_BY_HOP
  return { bytes: Buffer.concat([header, option, bytes.subarray(40)]) }
})

/** One router further: TTL or hop limit less one. */
export function hopped({ type, bytes }) {
  const copy = Buffer.from(bytes)
  copy[type === IPV4 ? 8 : 7]--
  return type === IPV4 ? withChecksum(copy) : copy
}

/** Authentication Header, RFC 4302, transport mode: between IP and what it carries. Its value cannot be checked without the key. */
export function authenticated(seed) {
  const random = seeded(seed)
  return each(({ type, bytes }, i) => {
    const at = type === IPV4 ? (bytes[0] & 0x0f) * 4 : 40
    const protocol = type === IPV4 ? 9 : 6
    const ah = authenticationHeader(bytes[protocol], i + 1, random, type)
    const head = Buffer.from(bytes.subarray(0, at))
    head[protocol] = PROTOCOL.AH
    head.writeUInt16BE(bytes.length + ah.length - (type === IPV4 ? 0 : 40), type === IPV4 ? 2 : 4)
    if (type === IPV4) withChecksum(head)
    return { bytes: Buffer.concat([head, ah, bytes.subarray(at)]) }
  })
}

/** A 96-bit value in IPv4; in IPv6, whose headers are multiples of eight bytes, a 128-bit one with its four bytes of padding. */
export function authenticationHeader(next, sequence, random, family) {
  const ah = Buffer.concat([Buffer.alloc(12), garbage(random, family === IPV4 ? 12 : 20)])
  ah[0] = next
  ah[1] = ah.length / 4 - 2
  ah.writeUInt32BE(0x1234, 4)
  ah.writeUInt32BE(sequence, 8)
  return ah
}

/** Hop-by-hop, routing (no segments left) and destination options, RFC 8200 4. */
export const EXTENSIONS = { hopByHop: 0, routing: 43, destination: 60 }

/** Extension headers behind IPv6's own, in the order given, before what was there. */
export function extended(kinds) {
  return each(({ bytes }) => {
    const header = Buffer.from(bytes.subarray(0, 40))
    const parts = kinds.map((kind, i) => {
      // PadN fills the options; the routing header is type 0 with no address left to visit.
      const part = kind === EXTENSIONS.routing ? Buffer.alloc(8) : hex('0000010400000000')
      part[0] = kinds[i + 1] ?? bytes[6]
      return part
    })
    header[6] = kinds[0]
    const rest = Buffer.concat([...parts, bytes.subarray(40)])
    header.writeUInt16BE(rest.length, 4)
    return { bytes: Buffer.concat([header, rest]) }
  })
}

// --- fragments, RFC 791 3.2 and RFC 8200 4.5

/** What is repeated in every fragment, and what is cut; IPv6's headers up to the routing header belong to the former. */
function fragmentable({ type, bytes }) {
  if (type === IPV4) {
    const at = (bytes[0] & 0x0f) * 4
    return { head: bytes.subarray(0, at), rest: bytes.subarray(at, bytes.readUInt16BE(2)), nextAt: 9 }
  }
  let [at, nextAt] = [40, 6]
  while (bytes[nextAt] === PROTOCOL.HOP_BY_HOP || bytes[nextAt] === PROTOCOL.ROUTING) {
    nextAt = at
    at += (bytes[at + 1] + 1) * 8
  }
  return { head: bytes.subarray(0, at), rest: bytes.subarray(at, 40 + bytes.readUInt16BE(4)), nextAt }
}

/** The fragment of `packet` that holds [from, to) of what can be cut, after `change` where its bytes are to be others. */
function fragment(packet, { from, to, change }, id) {
  const { head, rest, nextAt } = fragmentable(packet)
  const data = Buffer.from(rest.subarray(from, to))
  change?.(data)
  const more = to < rest.length ? 1 : 0
  const header = Buffer.from(head)
  if (packet.type === IPV4) {
    header.writeUInt16BE(header.length + data.length, 2)
    header.writeUInt16BE(id & 0xffff, 4)
    header.writeUInt16BE((more << 13) | (from >> 3), 6)
    return { ...packet, bytes: Buffer.concat([withChecksum(header), data]) }
  }
  const extension = Buffer.alloc(8)
  extension[0] = header[nextAt]
  extension.writeUInt16BE(from | more, 2)
  extension.writeUInt32BE(id, 4)
  header[nextAt] = PROTOCOL.FRAGMENT
  header.writeUInt16BE(header.length - 40 + 8 + data.length, 4)
  return { ...packet, bytes: Buffer.concat([header, extension, data]) }
}

/** The pieces of `length` bytes: `size` bytes each, a multiple of eight. */
function pieces(length, size) {
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(length, (i + 1) * size),
  }))
}

/**
 * Identifications far enough apart for tshark 4.0, which looks fragments up by the exclusive or of identification and protocol, and so takes those of
 * two protocols for one datagram.
 */
const IDENTIFY = (n) => 0x1000 + 64 * n

/**
 * Every datagram longer than `size` in fragments.
 * @param arrange the pieces of a datagram, { from, to, change }, in the order in which they are sent; it also gets the datagram's number
 * @param identify the identification of datagram n
 */
export function fragmented(size, arrange = (list) => list, identify = IDENTIFY) {
  return (packets) => packets.flatMap((p, n) => fragmentsOf(p, n, size, arrange, identify))
}

function fragmentsOf(packet, n, size, arrange, identify) {
  const { rest } = fragmentable(packet)
  if (rest.length <= size) return [packet]
  return arrange(pieces(rest.length, size), n).map((piece) => fragment(packet, piece, identify(n)))
}

/** The fragments of two datagrams alternate wherever one side sends two in a row. */
export function interleaved(size) {
  return (packets) => {
    const cut = (n) => fragmentsOf(packets[n], n, size, (list) => list, IDENTIFY)
    const out = []
    for (let i = 0; i < packets.length; i++) {
      const one = cut(i)
      const pair = packets[i + 1]?.fromClient === packets[i].fromClient
      const other = pair ? cut(++i) : []
      for (let k = 0; k < Math.max(one.length, other.length); k++)
        out.push(...one.slice(k, k + 1), ...other.slice(k, k + 1))
    }
    return out
  }
}

function inverted(data) {
  for (let i = 0; i < data.length; i++) data[i] ^= 0xff
}

/** Orders for `fragmented`. */
export const ORDER = {
  reversed: (list) => list.toReversed(),
  lastFirst: (list) => [list.at(-1), ...list.slice(0, -1)],
  twice: (list) => list.flatMap((piece) => [piece, piece]),
  /** Each piece but the first begins eight bytes earlier. */
  overlapping: (list) => list.map(({ from, to }, i) => ({ from: i === 0 ? from : from - 8, to })),
  /** Behind the first piece another with the same offset and other bytes; then the rest. */
  forgedSecond: ([first, ...others]) => [first, { ...first, change: inverted }, ...others],
  shuffled: (seed) => {
    const random = seeded(seed)
    return (list) => shuffled(random, list)
  },
}

/** Atomic fragments of IPv6, RFC 6946: whole datagrams with a fragment header, offset zero and no more fragments. All have one identification. */
export function atomic(packets) {
  return packets.map((p) => fragment(p, { from: 0, to: fragmentable(p).rest.length }, 0x77))
}

/**
 * Behind the first two fragments of every datagram come those of two others with its identification: one of another protocol, one of another host.
 * @param count how many of the two fragments of each are sent
 */
export function amidOthers(seed, count = 2) {
  return (packets) => {
    const random = seeded(seed)
    const sent = new Map()
    return packets.flatMap((p) => {
      const id = identification(p)
      if (id === null) return [p]
      const known = sent.get(id) ?? { data: garbage(random, 40), n: 0 }
      sent.set(id, known)
      if (++known.n > count) return [p]
      const piece = known.n === 1 ? { from: 0, to: 24 } : { from: 24, to: 40 }
      return [p, ...others(p, known.data).map((other) => fragment(other, piece, id))]
    })
  }
}

/** Null for what is no fragment. */
function identification(p) {
  if (p.type === IPV4) return (p.bytes.readUInt16BE(6) & 0x3fff) === 0 ? null : p.bytes.readUInt16BE(4)
  const { head, nextAt } = fragmentable(p)
  return head[nextAt] === PROTOCOL.FRAGMENT ? p.bytes.readUInt32BE(head.length + 4) : null
}

/**
 * Datagrams with the headers of fragment `p`, and 40 bytes of their own: of a neighbour of the sender; of the sender, an ICMP message. IPv6 has one
 * identification for all protocols, so there the latter would be a part of `p`'s.
 */
function others(p, data) {
  const { head, nextAt } = fragmentable(p)
  const v4 = p.type === IPV4
  const make = (protocol, change) => {
    const header = Buffer.from(head)
    header[nextAt] = protocol
    header.writeUInt16BE(header.length + data.length - (v4 ? 0 : 40), v4 ? 2 : 4)
    change(header)
    const addresses = v4 ? header.subarray(12, 20) : header.subarray(8, 40)
    return { ...p, bytes: Buffer.concat([header, transport(protocol, data, addresses)]) }
  }
  const neighbour = make(v4 ? head[nextAt] : p.bytes[head.length], (header) => {
    header[v4 ? 15 : 23] ^= 0x40
  })
  return v4 ? [neighbour, make(PROTOCOL.ICMP, () => {})] : [neighbour]
}

/** `data` as TCP, UDP or an ICMP echo: what headers need, and a checksum. */
function transport(protocol, data, addresses) {
  const [header, sumAt] = {
    [PROTOCOL.TCP]: [hex('1770177100000001000000015010100000000000'), 16],
    [PROTOCOL.UDP]: [hex('1770177100280000'), 6],
    [PROTOCOL.ICMP]: [hex('0800000000010001'), 2],
  }[protocol]
  const bytes = Buffer.concat([header, data.subarray(header.length)])
  const pseudo = protocol === PROTOCOL.ICMP ? [] : [addresses]
  const sum = checksum(Buffer.concat([...pseudo, bytes]), protocol === PROTOCOL.ICMP ? 0 : protocol + bytes.length)
  bytes.writeUInt16BE(sum, sumAt)
  return bytes
}

/** Behind every fragment an atomic one with its hosts and identification, which is a datagram of its own: what the sender sent before. IPv6. */
export function amidAtomic(packets) {
  const before = new Map()
  return packets.flatMap((p) => {
    if (p.bytes[6] !== PROTOCOL.FRAGMENT) {
      before.set(p.fromClient, p)
      return [p]
    }
    const whole = before.get(p.fromClient)
    return [p, fragment(whole, { from: 0, to: fragmentable(whole).rest.length }, p.bytes.readUInt32BE(44))]
  })
}
