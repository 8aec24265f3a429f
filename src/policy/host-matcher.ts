/** Which hosts an entry of a policy file means: an address, a network, or a name. */
import { type Aliases, canonicalName, namesHost, withAliases } from './host-names.ts'
import { type Cidr, cidrFromText, contains, parseAddress } from './networks.ts'

/** An entry, its aliases included. */
export interface HostEntry {
  networks: readonly Cidr[]
  /** Canonical. */
  names: readonly string[]
}

/** @param text a CIDR, an address, or a name as `isHostName` allows it */
export function hostEntry(text: string, aliases: Aliases): HostEntry {
  if (text.includes('/')) return { networks: [cidrFromText(text)], names: [] }
  const networks: Cidr[] = []
  const names: string[] = []
  for (const name of withAliases(canonicalName(text), aliases)) {
    const groups = parseAddress(name)
    if (groups === null) names.push(name)
    else networks.push(cidrFromText(`${name}/${groups.length * 16}`))
  }
  return { networks, names }
}

/** The longest prefix of an entry's networks that has this address; -1 for none. */
export function prefixFor({ networks }: HostEntry, ip: string): number {
  const groups = parseAddress(ip)
  let longest = -1
  if (groups === null) return longest
  for (const network of networks) {
    // An IPv4 prefix is as long as that of the same address in IPv6.
    const prefix = network.prefix + (network.groups.length === 2 ? 96 : 0)
    if (prefix > longest && contains(network, groups)) longest = prefix
  }
  return longest
}

export function hasHostName({ names }: HostEntry, seen: readonly string[]): boolean {
  return names.some((entry) => seen.some((name) => namesHost(entry, name)))
}

export function matchesHost(entry: HostEntry, ip: string, names: readonly string[]): boolean {
  return prefixFor(entry, ip) >= 0 || hasHostName(entry, names)
}
