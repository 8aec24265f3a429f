/** What a policy file says -> the policy that rules ask. */
import { createHash } from 'node:crypto'
import { type HostEntry, hostEntry, matchesHost } from '../host-matcher.ts'
import type { Aliases } from '../host-names.ts'
import { createNetworks, type Networks } from '../networks.ts'
import type { Exemption, HostMatcher, Policy, UserMatcher, Zones } from '../policy.ts'
import { uncMatcher, uncPathOf } from '../unc-pattern.ts'
import { createZones } from '../zones.ts'
import { type ExemptionDocument, OTHERS, type PolicyDocument } from './policy-document.ts'
import { endOfDay } from './read-exemptions.ts'
import { DIALECTS } from './read-policy.ts'

/** @param networks in place of those of the file, where the command line names some */
export function makePolicy(path: string, document: PolicyDocument, networks: Networks | null): Policy {
  const aliases = aliasesOf(document)
  const entries: HostEntry[] = []
  const entry = (text: string) => {
    const made = hostEntry(text, aliases)
    entries.push(made)
    return made
  }
  const zones = createZones(
    document.zones.map(({ name, hosts, mayReach, mayNotReach }) => ({
      name,
      hosts: hosts.map(entry),
      mayReach: new Set(mayReach),
      mayNotReach: new Set(mayNotReach),
      mayReachNoOther: mayNotReach.includes(OTHERS),
    })),
  )
  const zoneNames = new Set(document.zones.map(({ name }) => name))
  const hosts = (texts: string[] | null) => texts && hostMatcher(texts, zoneNames, zones, entry)
  return {
    file: { path, hash: policyHash(document) },
    networks: networks ?? createNetworks(document.internal),
    zones,
    hardenedPaths: document.hardenedPaths.map((each) => ({ ...each, matches: pathMatcher(each.pattern, aliases) })),
    minimumDialect: DIALECTS[document.minimumDialect]!,
    severities: new Map(Object.entries(document.severities)),
    bruteForce: {
      window: document.bruteForce.withinSeconds * 1e6,
      logons: document.bruteForce.logons,
      users: document.bruteForce.users,
      servers: document.bruteForce.servers,
    },
    exemptions: document.exemptions.map((each, i) => exemption(i + 1, each, hosts, aliases)),
    usesNames: entries.some(({ names }) => names.length > 0),
  }
}

function aliasesOf({ aliases }: PolicyDocument): Aliases {
  const groups = new Map<string, ReadonlySet<string>>()
  for (const [name, others] of Object.entries(aliases)) {
    const group = new Set([name, ...others])
    for (const each of group) groups.set(each, group)
  }
  return groups
}

function pathMatcher(pattern: string, aliases: Aliases): (path: string) => boolean {
  return uncMatcher(uncPathOf(pattern)!, aliases)
}

function hostMatcher(
  texts: readonly string[],
  zoneNames: ReadonlySet<string>,
  zones: Zones,
  entry: (text: string) => HostEntry,
): HostMatcher {
  const inZones = texts.filter((text) => zoneNames.has(text))
  const entries = texts.filter((text) => !zoneNames.has(text)).map(entry)
  return {
    text: texts.join(', '),
    matches: (ip, names) =>
      entries.some((each) => matchesHost(each, ip, names)) ||
      (inZones.length > 0 && inZones.includes(zones.zoneOf(ip, names) ?? '')),
  }
}

function exemption(
  number: number,
  { rules, client, server, user, share, reason, until }: ExemptionDocument,
  hosts: (texts: string[] | null) => HostMatcher | null,
  aliases: Aliases,
): Exemption {
  const patterns = share?.map((pattern) => pathMatcher(pattern, aliases)) ?? []
  return {
    number,
    rules,
    client: hosts(client),
    server: hosts(server),
    user: user && userMatcher(user),
    share: share && { text: share.join(', '), matches: (path) => patterns.some((matches) => matches(path)) },
    reason,
    until: until === null ? null : endOfDay(until),
  }
}

/** @param wanted alice, CORP\alice or alice@corp.example, in lower case */
function userMatcher(wanted: readonly string[]): UserMatcher {
  const all = new Set(wanted)
  return {
    text: wanted.join(', '),
    matches(user, domain) {
      const name = user.toLowerCase()
      if (name === '') return false
      if (all.has(name)) return true
      const realm = domain?.toLowerCase() ?? ''
      return realm !== '' && (all.has(`${realm}\\${name}`) || all.has(`${name}@${realm}`))
    },
  }
}

/** SHA-256 of what the policy means: order, comments, layout and case that make no difference do not change it. The numbers of exemptions do. */
export function policyHash(document: PolicyDocument): string {
  const { internal, aliases, zones, hardenedPaths, minimumDialect, severities, bruteForce, exemptions } = document
  const canonical = {
    internal: sorted(internal),
    aliases: Object.entries(aliases)
      .map(([name, others]) => sorted([name, ...others]))
      .sort(byText),
    zones: zones
      .map(({ name, hosts, mayReach, mayNotReach }) => [name, sorted(hosts), sorted(mayReach), sorted(mayNotReach)])
      .sort(byText),
    hardenedPaths: hardenedPaths
      .map(({ pattern, mutualAuthentication, integrity, privacy }) => [
        pattern.toLowerCase(),
        mutualAuthentication,
        integrity,
        privacy,
      ])
      .sort(byText),
    minimumDialect,
    severities: Object.entries(severities).sort(byText),
    bruteForce,
    exemptions: exemptions.map(({ rules, client, server, user, share, reason, until }) => [
      rules && sorted(rules),
      client && sorted(client),
      server && sorted(server),
      user && sorted(user),
      share && sorted(share.map((pattern) => pattern.toLowerCase())),
      reason,
      until,
    ]),
  }
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort()
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
