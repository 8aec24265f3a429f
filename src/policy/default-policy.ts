/** What holds where the owner of the network has said nothing. */
import type { Networks } from './networks.ts'
import type { BruteForceLimits, HardenedPath, Policy } from './policy.ts'
import { uncMatcher } from './unc-pattern.ts'

/** SMB 3.1.1, the first dialect whose negotiation is protected ([MS-SMB2] 2.2.3). */
const SMB_3_1_1 = 0x0311

const FIVE_MINUTES = 300e6

export const BRUTE_FORCE_DEFAULTS: BruteForceLimits = { window: FIVE_MINUTES, logons: 10, users: 5, servers: 5 }

/** What Windows requires of these paths by itself, since Windows 10 and MS15-011. */
export const WINDOWS_PATHS: readonly HardenedPath[] = ['SYSVOL', 'NETLOGON'].map((share) => ({
  pattern: `\\\\*\\${share}`,
  mutualAuthentication: true,
  integrity: true,
  privacy: false,
  matches: uncMatcher({ server: '*', share: share.toLowerCase() }),
}))

/** The policy of a run without a policy file. */
export function defaultPolicy(networks: Networks): Policy {
  return {
    file: null,
    networks,
    zones: { zoneOf: () => null, mayReach: () => null },
    hardenedPaths: WINDOWS_PATHS,
    minimumDialect: SMB_3_1_1,
    severities: new Map(),
    bruteForce: BRUTE_FORCE_DEFAULTS,
    exemptions: [],
    usesNames: false,
  }
}
