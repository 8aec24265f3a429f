/** Which addresses are ours: the question behind outbound and inbound findings. */

export type Direction = 'internal' | 'outbound' | 'inbound' | 'external'

export interface Networks {
  isInternal(ip: string): boolean
  /** From the client's side: outbound leaves the network, inbound enters it, external has neither end inside. */
  direction(clientIp: string, serverIp: string): Direction
}

/**
 * Internal are the addresses that no one routes on the internet (private, shared, loopback, link-local, unique-local, multicast, broadcast,
 * unspecified) and the networks given. Documentation ranges are external. IPv6 addresses that carry an IPv4 address (mapped, 64:ff9b::/96,
 * 6to4) are judged by that one. Text that is not an address counts as internal, so that no finding depends on it.
 *
 * @param internalCidrs as `parseCidrs` returns them
 * @throws RangeError if one of them is not a network
 */
export function createNetworks(internalCidrs: readonly string[] = []): Networks {
  const own = internalCidrs.map(cidrFromText)
  const known = new Map<string, boolean>()
  const isInternal = (ip: string): boolean => {
    let internal = known.get(ip)
    if (internal === undefined) {
      internal = judge(ip, own)
      if (known.size === MAX_KNOWN) known.clear()
      known.set(ip, internal)
    }
    return internal
  }
  return {
    isInternal,
    direction: (clientIp, serverIp) => {
      if (isInternal(clientIp)) return isInternal(serverIp) ? 'internal' : 'outbound'
      return isInternal(serverIp) ? 'inbound' : 'external'
    },
  }
}

/** Verdicts kept: several rules and records ask about the same addresses, one after another. */
const MAX_KNOWN = 8192

function judge(ip: string, own: readonly Cidr[]): boolean {
  const groups = parseAddress(ip)
  if (groups === null) return true
  const inner = embeddedIpv4(groups)
  for (const cidr of own) {
    if (contains(cidr, groups) || (inner !== null && contains(cidr, inner))) return true
  }
  const judged = inner ?? groups
  return judged.length === 2 ? isReservedIpv4(judged[0]!, judged[1]!) : isReservedIpv6(judged)
}

const IPV4_PATTERN = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?$/
const IPV6_PATTERN = /^[0-9A-Fa-f:.]{2,45}(?:\/\d{1,3})?$/
/** "010" is eight to some programs and ten to others, so it is rejected. */
const LEADING_ZERO = { ipv4: /(?:^|[./])0\d/, ipv6: /\/0\d/ }

/**
 * Networks as people write them: CIDRs or single addresses, separated by commas.
 *
 * @returns canonical CIDR text
 * @throws RangeError that names the faulty part and says how to write it
 */
export async function parseCidrs(text: string): Promise<string[]> {
  const { default: ipaddr } = await import('ipaddr.js')
  return text.split(',').map((part) => {
    const given = part.trim()
    if (given === '') throw new RangeError('an empty entry in the list of networks: remove the stray comma')
    const isIpv4 = IPV4_PATTERN.test(given)
    const bits = isIpv4 ? 32 : 128
    const cidr = given.includes('/') ? given : `${given}/${bits}`
    if (!isIpv4 && !(given.includes(':') && IPV6_PATTERN.test(given))) throw new RangeError(notANetwork(given))
    if (LEADING_ZERO[isIpv4 ? 'ipv4' : 'ipv6'].test(given))
      throw new RangeError(`"${given}" has a leading zero: write its numbers without`)
    if (!ipaddr.isValidCIDR(cidr)) throw new RangeError(notANetwork(given))
    const [address, prefix] = ipaddr.parseCIDR(cidr)
    const network =
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()
        : ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()
    if (address.toString() !== ipaddr.parse(network).toString()) {
      throw new RangeError(`"${given}" has bits beyond its prefix: write ${network}/${prefix}`)
    }
    return `${network}/${prefix}`
  })
}

function notANetwork(text: string): string {
  return `"${text}" is not a network: write CIDRs such as 203.0.113.0/24 or 2001:db8::/32`
}

/** 16-bit groups, in network order: two of an IPv4 address, eight of an IPv6 address. */
type Groups = readonly number[]

export interface Cidr {
  groups: Groups
  prefix: number
}

export function cidrFromText(text: string): Cidr {
  const slash = text.indexOf('/')
  const groups = parseAddress(slash < 0 ? text : text.slice(0, slash))
  const digits = text.slice(slash + 1)
  const prefix = slash >= 0 && /^\d{1,3}$/.test(digits) ? Number(digits) : -1
  if (groups === null || prefix < 0 || prefix > groups.length * 16) throw new RangeError(notANetwork(text))
  // Packets carry the mapped form of an IPv4 address as IPv4: so must its networks.
  if (groups.length === 8 && prefix >= 96 && isMapped(groups)) return { groups: groups.slice(6), prefix: prefix - 96 }
  return { groups, prefix }
}

export function contains({ groups, prefix }: Cidr, address: Groups): boolean {
  if (groups.length !== address.length) return false
  for (let i = 0, left = prefix; left > 0; i++, left -= 16) {
    const mask = left >= 16 ? 0xffff : (0xffff << (16 - left)) & 0xffff
    if (((groups[i]! ^ address[i]!) & mask) !== 0) return false
  }
  return true
}

/** RFC 1918, 6598, 1122 (loopback, 0/8 as unspecified), 3927, 5771 (multicast), 919 (broadcast). The arguments are the address's halves. */
function isReservedIpv4(high: number, low: number): boolean {
  const first = high >>> 8
  return (
    first === 10 ||
    first === 0 ||
    first === 127 ||
    (first >= 224 && first < 240) ||
    (high & 0xfff0) === 0xac10 ||
    (high & 0xffc0) === 0x6440 ||
    high === 0xc0a8 ||
    high === 0xa9fe ||
    (high === 0xffff && low === 0xffff)
  )
}

/** RFC 4291 (link-local, multicast, loopback, unspecified) and 4193 (unique-local). */
function isReservedIpv6(groups: Groups): boolean {
  const first = groups[0]!
  if ((first & 0xffc0) === 0xfe80 || (first & 0xfe00) === 0xfc00 || first >= 0xff00) return true
  return groups[7]! <= 1 && groups.every((g, i) => g === 0 || i === 7)
}

/** The IPv4 address inside ::ffff:0:0/96 (RFC 4291), 64:ff9b::/96 (RFC 6052) or 2002::/16 (RFC 3056). */
function embeddedIpv4(groups: Groups): Groups | null {
  if (groups.length !== 8) return null
  if (groups[0] === 0x2002) return groups.slice(1, 3)
  const wellKnown = groups[0] === 0x64 && groups[1] === 0xff9b && groups.every((g, i) => g === 0 || i < 2 || i > 5)
  return wellKnown || isMapped(groups) ? groups.slice(6) : null
}

function isMapped(groups: Groups): boolean {
  return groups[5] === 0xffff && groups.every((g, i) => g === 0 || i >= 5)
}

/** Reads the ledger's address text; null where it is none. Never throws for any text. */
export function parseAddress(text: string): Groups | null {
  if (text.length > 45) return null
  if (!text.includes(':')) return parseIpv4(text)
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseGroups(text)
    return groups?.length === 8 ? groups : null
  }
  const head = parseGroups(text.slice(0, gap), false)
  const tail = parseGroups(text.slice(gap + 2))
  if (head === null || tail === null || head.length + tail.length > 7) return null
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Colon-separated groups, the last of which may be a dotted IPv4 address. */
function parseGroups(text: string, mayEndDotted = true): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (mayEndDotted && i === parts.length - 1 && part.includes('.')) {
      const dotted = parseIpv4(part)
      if (dotted === null) return null
      groups.push(...dotted)
    } else {
      if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return null
      groups.push(Number.parseInt(part, 16))
    }
  }
  return groups
}

/** Character by character: every address of a capture comes by here. */
function parseIpv4(text: string): number[] | null {
  let high = 0
  let octet = -1
  let value = 0
  let octets = 0
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length ? text.charCodeAt(i) - 48 : DOT
    if (digit >= 0 && digit <= 9) {
      // Neither leading zeros nor more than 255.
      if (octet === 0) return null
      octet = octet < 0 ? digit : octet * 10 + digit
      if (octet > 255) return null
    } else if (digit === DOT && octet >= 0 && octets < 4) {
      value = (value << 8) | octet
      octets++
      octet = -1
      if (octets === 2) {
        high = value
        value = 0
      }
    } else {
      return null
    }
  }
  return octets === 4 ? [high, value] : null
}

/** "." as a digit would be counted. */
const DOT = 46 - 48
