/** What the owner of a network says about it. Without a policy file there is a default of everything. */
import type { Networks } from './networks.ts'

export interface Policy {
  /** Null without a policy file. */
  file: PolicyFile | null
  networks: Networks
  zones: Zones
  /** The paths that need protection, those that Windows hardens by itself (SYSVOL and NETLOGON) first. */
  hardenedPaths: readonly HardenedPath[]
  /** DialectRevision: a lower one is too old for the rule old-dialect. Readiness always judges by 3.1.1. */
  minimumDialect: number
  /** By the id of a rule, what its findings are raised or lowered to. */
  severities: ReadonlyMap<string, string>
  bruteForce: BruteForceLimits
  exemptions: readonly Exemption[]
  /** Do zones or exemptions name hosts by anything but addresses? Only then do names of hosts need to be collected. */
  usesNames: boolean
}

export interface PolicyFile {
  path: string
  /** SHA-256 of what the file means, as hex: comments and layout do not change it. */
  hash: string
}

/** Which part of the network may open SMB connections to which. */
export interface Zones {
  /** Null where no zone has this host. @param names what the host is called, as far as that was seen */
  zoneOf(ip: string, names: readonly string[]): string | null
  /** Null where the policy says nothing about these two zones. */
  mayReach(client: string, server: string): boolean | null
}

/** A UNC path pattern and what access to it must have, as in the group policy "Hardened UNC Paths". */
export interface HardenedPath {
  /** As written, such as \\*\SYSVOL, \\srv\* or \\srv\share. */
  pattern: string
  mutualAuthentication: boolean
  integrity: boolean
  privacy: boolean
  /** @param path as in TREE_CONNECT: \\server\share; compared without case, aliases of the server included */
  matches(path: string): boolean
}

export interface BruteForceLimits {
  /** Microseconds. */
  window: number
  /** Refused logons from one client to one server. */
  logons: number
  /** Users that one client tried. */
  users: number
  /** Servers that one client tried. */
  servers: number
}

/** Something that is known and accepted for a while. Fields that are null match everything. */
export interface Exemption {
  /** Its number in the file, from 1. */
  number: number
  /** Ids of rules, and of controls for readiness. */
  rules: readonly string[] | null
  client: HostMatcher | null
  server: HostMatcher | null
  user: UserMatcher | null
  share: ShareMatcher | null
  reason: string
  /** Microseconds since 1970 UTC: the end of the last day; null without an end. */
  until: number | null
}

/** Addresses, networks, zones or names, as the policy file gives them. */
export interface HostMatcher {
  text: string
  matches(ip: string, names: readonly string[]): boolean
}

/** A user: alice in every domain, CORP\\alice, alice@corp.example. */
export interface UserMatcher {
  text: string
  matches(user: string, domain: string | null): boolean
}

/** A UNC pattern. */
export interface ShareMatcher {
  text: string
  matches(path: string): boolean
}
