/**
 * Windows releases by build number, for the VERSION structure of NTLMSSP ([MS-NLMP] 2.2.2.10). A client and a server release can share a build,
 * the patch level is never on the wire, and the host may claim what it likes: this names a claim.
 */
import type { OsVersion } from '../logon-facts.ts'

const RELEASES: Record<number, string> = {
  2195: 'Windows 2000',
  2600: 'Windows XP',
  3790: 'Windows Server 2003 or XP x64',
  6000: 'Windows Vista',
  6001: 'Windows Vista SP1 or Server 2008',
  6002: 'Windows Vista SP2 or Server 2008 SP2',
  6003: 'Windows Server 2008 SP2',
  7600: 'Windows 7 or Server 2008 R2',
  7601: 'Windows 7 SP1 or Server 2008 R2 SP1',
  9200: 'Windows 8 or Server 2012',
  9600: 'Windows 8.1 or Server 2012 R2',
  10240: 'Windows 10 1507',
  10586: 'Windows 10 1511',
  14393: 'Windows 10 1607 or Server 2016',
  15063: 'Windows 10 1703',
  16299: 'Windows 10 1709',
  17134: 'Windows 10 1803',
  17763: 'Windows 10 1809 or Server 2019',
  18362: 'Windows 10 1903',
  18363: 'Windows 10 1909',
  19041: 'Windows 10 2004',
  19042: 'Windows 10 20H2',
  19043: 'Windows 10 21H1',
  19044: 'Windows 10 21H2',
  19045: 'Windows 10 22H2',
  20348: 'Windows Server 2022',
  22000: 'Windows 11 21H2',
  22621: 'Windows 11 22H2',
  22631: 'Windows 11 23H2',
  25398: 'Windows Server 23H2',
  26100: 'Windows 11 24H2 or Server 2025',
  26200: 'Windows 11 25H2',
}

const WINDOWS_MAJORS = [5, 6, 10]

/**
 * The release with its version, such as `Windows 10 1809 or Server 2019 (10.0.17763)`. Null where it is no Windows build: Samba and tools send
 * build 0 or arbitrary numbers.
 */
export function windowsRelease(version: OsVersion): string | null {
  if (version.build === 0 || !WINDOWS_MAJORS.includes(version.major)) return null
  const number = `${version.major}.${version.minor}.${version.build}`
  const release = RELEASES[version.build]
  return release === undefined ? `Windows ${number}` : `${release} (${number})`
}
