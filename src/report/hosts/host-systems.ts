/** The operating systems that a host named, each with its support when it was named. */
import { isoTime } from '../../base/packet-time.ts'
import { isContradicted, type SystemClaim } from '../../ledger/derived/systems/system-claims.ts'
import { versionNumber, windowsRelease } from '../../ledger/derived/systems/windows-release.ts'
import { SUPPORT_DATES_OF, type SupportState, windowsSupport } from '../../ledger/derived/systems/windows-support.ts'
import type { OsVersion } from '../../ledger/logon-facts.ts'

export interface SystemRecord {
  /** The Windows release by its build, or NativeOS as it was sent. Null: the version is that of no Windows build. */
  system: string | null
  version: string | null
  source: SystemClaim['source']
  /** In which role it was named. */
  role: 'client' | 'server'
  /** The same host uses a dialect that is newer than this Windows: other software put the version there. */
  contradicted: boolean
  /** Null where the build is not known, and where it is contradicted. */
  support: {
    state: SupportState
    /** Last days, YYYY-MM-DD. */
    end: string
    longTermEnd: string | null
    paidUpdatesUntil: string | null
    /** The day on which these dates were looked up. */
    datesOf: string
  } | null
  /** When it was last named: support is judged by this time. */
  lastTime: string | null
}

/** Systems of a host that are listed; more of them mean that an address translator is in between. */
const MAX_SYSTEMS = 4

interface Named {
  role: 'client' | 'server'
  claim: SystemClaim
  dialect: number
  lastTime: number
}

export class HostSystems {
  /** Most hosts name one system: a list that begins empty would take room for 17. */
  private named: Named[] | null = null

  /** @param dialect the newest that the host offered or chose there */
  add(role: 'client' | 'server', claim: SystemClaim, dialect: number): void {
    if (this.named === null) {
      this.named = [{ role, claim, dialect, lastTime: claim.at.time }]
      return
    }
    for (const known of this.named) {
      if (known.role !== role || !isSame(known.claim, claim)) continue
      if (dialect > known.dialect) known.dialect = dialect
      if (claim.at.time > known.lastTime) known.lastTime = claim.at.time
      return
    }
    if (this.named.length < MAX_SYSTEMS) this.named.push({ role, claim, dialect, lastTime: claim.at.time })
  }

  /** In the order in which they were named. */
  list(): SystemRecord[] {
    return (this.named ?? []).map(systemRecord)
  }
}

function isSame(a: SystemClaim, b: SystemClaim): boolean {
  if (a.source !== b.source || a.nativeOs !== b.nativeOs) return false
  const { version: v } = a
  const { version: w } = b
  return v === null || w === null ? v === w : v.build === w.build && v.major === w.major && v.minor === w.minor
}

function systemRecord({ role, claim, dialect, lastTime }: Named): SystemRecord {
  const { source, nativeOs, version } = claim
  const contradicted = version !== null && isWindows(claim) && isContradicted(version, dialect)
  const support = version === null || contradicted || !isWindows(claim) ? null : windowsSupport(version, lastTime)
  return {
    system: nativeOs ?? (version === null ? null : windowsRelease(version)),
    version: version === null ? null : versionNumber(version),
    source,
    role,
    contradicted,
    support: support && {
      state: support.state,
      end: support.end,
      longTermEnd: support.longTerm,
      paidUpdatesUntil: support.paid,
      datesOf: SUPPORT_DATES_OF,
    },
    lastTime: isoTime(lastTime),
  }
}

/** A version in NativeOS is always one of Windows; VERSION may be anything. */
function isWindows({ source, version }: { source: SystemClaim['source']; version: OsVersion | null }): boolean {
  return version !== null && (source === 'native-os' || windowsRelease(version) !== null)
}
