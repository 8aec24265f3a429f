/** The section `zones`: which hosts are in each, and which it may open SMB connections to. */
import { isMissing, type PolicyField, readEntries, readKeys, readTexts, unknown } from './fields.ts'
import { OTHERS, type ZoneDocument } from './policy-document.ts'
import type { Position, Problems } from './problems.ts'
import { readHost } from './read-hosts.ts'

const KEYS = ['hosts', 'may-reach', 'may-not-reach'] as const
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,62}$/u

export async function readZones(field: PolicyField | undefined, problems: Problems): Promise<ZoneDocument[]> {
  if (field === undefined) return []
  const entries = readEntries(field, 'zones', problems)
  const names = entries.map(({ key }) => key)
  const zones: ZoneDocument[] = []
  for (const entry of entries) {
    if (!NAME.test(entry.key) || entry.key === OTHERS) {
      problems.add(entry.at, entry.path, `a zone cannot be called "${entry.key}": use letters, digits and -`)
    }
    const keys = readKeys(entry, KEYS, problems)
    const hosts: string[] = []
    for (const text of readTexts(keys.hosts, problems)) {
      const host = await readHost(text, problems)
      if (host !== null) hosts.push(host)
    }
    if (keys.hosts === undefined || isMissing(keys.hosts)) {
      problems.add(entry.at, entry.path, 'a zone needs hosts: addresses, networks or names')
    }
    const mayReach = readZoneNames(keys['may-reach'], names, problems)
    const mayNotReach = readZoneNames(keys['may-not-reach'], [...names, OTHERS], problems)
    const both = mayNotReach.find((name) => mayReach.includes(name))
    if (both !== undefined) problems.add(entry.at, entry.path, `${both} is in may-reach and in may-not-reach`)
    zones.push({ name: entry.key, hosts, mayReach, mayNotReach })
  }
  reportShared(zones, entries, problems)
  return zones
}

function readZoneNames(field: PolicyField | undefined, known: readonly string[], problems: Problems): string[] {
  return readTexts(field, problems).flatMap(({ text, path, at }) => {
    if (known.includes(text)) return [text]
    problems.add(at, path, unknown('zone', text, known))
    return []
  })
}

/** The same host in two zones would be in the one or the other by chance. */
function reportShared(
  zones: readonly ZoneDocument[],
  places: readonly { path: string; at: Position }[],
  problems: Problems,
) {
  const owners = new Map<string, string>()
  for (const [i, { name, hosts }] of zones.entries()) {
    const { path, at } = places[i]!
    for (const host of new Set(hosts)) {
      const other = owners.get(host)
      if (other === undefined) owners.set(host, name)
      else problems.add(at, path, `${host} is in the zone ${other} too: a host can be in one zone only`)
    }
  }
}
