/** What a policy file says, as plain data: checked, and in one form however it was written. What it leaves out has its default. */

export interface PolicyDocument {
  /** Canonical CIDRs. */
  internal: string[]
  /** By the name of a server, what else it is called; in lower case. */
  aliases: Record<string, string[]>
  zones: ZoneDocument[]
  hardenedPaths: HardenedPathDocument[]
  /** A name such as 3.1.1. */
  minimumDialect: string
  /** By the id of a rule. */
  severities: Record<string, string>
  bruteForce: { withinSeconds: number; logons: number; users: number; servers: number }
  exemptions: ExemptionDocument[]
}

export interface ZoneDocument {
  name: string
  /** Canonical CIDRs, and names in lower case. */
  hosts: string[]
  mayReach: string[]
  /** Names of zones, or OTHERS alone. */
  mayNotReach: string[]
}

/** All zones but those in `mayReach`. */
export const OTHERS = 'others'

export interface HardenedPathDocument {
  pattern: string
  mutualAuthentication: boolean
  integrity: boolean
  privacy: boolean
}

/** Null: of any. */
export interface ExemptionDocument {
  rules: string[] | null
  /** Canonical CIDRs, names of zones, and names of hosts in lower case. */
  client: string[] | null
  server: string[] | null
  user: string[] | null
  share: string[] | null
  reason: string
  /** The last day, YYYY-MM-DD. */
  until: string | null
}
