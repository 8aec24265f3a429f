/** Zones of a network: which hosts are in each, and which zone may open SMB connections to which. */
import { type HostEntry, hasHostName, prefixFor } from './host-matcher.ts'
import type { Zones } from './policy.ts'

export interface Zone {
  name: string
  hosts: readonly HostEntry[]
  /** Names of zones. */
  mayReach: ReadonlySet<string>
  mayNotReach: ReadonlySet<string>
  /** No zone but those in `mayReach`; its own included, unless it is among them. */
  mayReachNoOther: boolean
}

/**
 * A host is in the zone that has the longest prefix for its address, so 10.1.2.3 can be in another zone than the rest of 10.1.0.0/16. Only a host whose
 * address is in no zone is looked up by its names, which others may have made up.
 */
export function createZones(zones: readonly Zone[]): Zones {
  const byName = new Map(zones.map((zone) => [zone.name, zone]))
  return {
    zoneOf(ip, names) {
      let found: string | null = null
      let longest = -1
      for (const { name, hosts } of zones) {
        for (const entry of hosts) {
          const prefix = prefixFor(entry, ip)
          if (prefix > longest) {
            longest = prefix
            found = name
          }
        }
      }
      return found ?? zones.find(({ hosts }) => hosts.some((entry) => hasHostName(entry, names)))?.name ?? null
    },
    mayReach(client, server) {
      const zone = byName.get(client)
      if (zone === undefined) return null
      if (zone.mayReach.has(server)) return true
      return zone.mayReachNoOther || zone.mayNotReach.has(server) ? false : null
    },
  }
}
