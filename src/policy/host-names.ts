/** Names of hosts as a policy file gives them, and which names on the wire they stand for. */

import { parseAddress } from './networks.ts'

/** Names that mean one server, in lower case, addresses included: by each of them, all of them. */
export type Aliases = ReadonlyMap<string, ReadonlySet<string>>

const NAME = /^(?:\*\.)?[^\s\\/:*?"<>|,;.]+(?:\.[^\s\\/:*?"<>|,;.]+)*\.?$/u
const LONGEST = 255

/** May this be the name of a host, or *.domain? */
export function isHostName(text: string): boolean {
  return text.length <= LONGEST && NAME.test(text)
}

export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/**
 * Does a name in a policy stand for a name that was seen? files1 stands for files1 in every domain, files1.corp.example for itself alone, and
 * *.corp.example for all names that end so.
 *
 * @param entry canonical
 */
export function namesHost(entry: string, seen: string): boolean {
  const name = canonicalName(seen)
  if (name === entry) return true
  if (entry.startsWith('*.')) return name.endsWith(entry.slice(1))
  return !entry.includes('.') && name.startsWith(`${entry}.`) && parseAddress(name) === null
}

/** The names that mean the same server as this one, itself first. @param name canonical */
export function withAliases(name: string, aliases: Aliases): string[] {
  return [...new Set([name, ...(aliases.get(name) ?? [])])]
}
