/**
 * Windows releases by build number, for the VERSION structure of NTLMSSP ([MS-NLMP] 2.2.2.10). A client and a server release can share a build,
 * the patch level is never on the wire, and the host may claim what it likes: this names a claim.
 *
 * A release that Microsoft delivers as an enablement package keeps the binaries of the release before it, and NTLMSSP then names the build of those:
 * 19041 stands for Windows 10 2004 up to 22H2, 18362 for 1903 and 1909.
 */
import {
  DIALECT_2_0_2,
  DIALECT_2_1,
  DIALECT_3_0,
  DIALECT_3_0_2,
  DIALECT_3_1_1,
} from '../../../../dissectors/smb2/dialects.ts'
import type { OsVersion } from '../../logon-facts.ts'

const RELEASES: Record<number, string> = {
  1381: 'Windows NT 4.0 or 9x',
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
  18362: 'Windows 10 1903 or 1909',
  18363: 'Windows 10 1909',
  19041: 'Windows 10 2004 to 22H2',
  19042: 'Windows 10 20H2',
  19043: 'Windows 10 21H1',
  19044: 'Windows 10 21H2',
  19045: 'Windows 10 22H2',
  20348: 'Windows Server 2022',
  22000: 'Windows 11 21H2',
  22621: 'Windows 11 22H2 or 23H2',
  22631: 'Windows 11 23H2',
  25398: 'Windows Server 23H2',
  26100: 'Windows 11 24H2 or Server 2025',
  26200: 'Windows 11 25H2',
  28000: 'Windows 11 26H1',
  26300: 'Windows 11 26H2',
}

const WINDOWS_MAJORS = [5, 6, 10]

export function versionNumber({ major, minor, build }: OsVersion): string {
  return `${major}.${minor}.${build}`
}

/**
 * The release with its version, such as `Windows 10 1809 or Server 2019 (10.0.17763)`. Null if it is no Windows build: Samba and tools send
 * build 0 (6.1.0) or arbitrary numbers.
 */
export function windowsRelease(version: OsVersion): string | null {
  if (version.build === 0 || !WINDOWS_MAJORS.includes(version.major)) return null
  const release = releaseName(version)
  const number = versionNumber(version)
  return release === null ? `Windows ${number}` : `${release} (${number})`
}

/** `Windows 10 1809 or Server 2019`; null where the build is not known here. */
export function releaseName({ build }: OsVersion): string | null {
  return RELEASES[build] ?? null
}

/** The newest dialect that a Windows of this version has ([MS-SMB2] appendix A), as a DialectRevision; 0 where it has only SMB1. */
export function newestDialect({ major, minor }: OsVersion): number {
  if (major < 6) return 0
  if (major > 6 || minor > 3) return DIALECT_3_1_1
  return [DIALECT_2_0_2, DIALECT_2_1, DIALECT_3_0, DIALECT_3_0_2][minor]!
}

const BUILD_NUMBER = /(?<![\d.])\d{4,5}(?![\d.])/g

/** What the short form of NativeOS stands for. Later systems name their build, and Samba calls itself "Windows 6.1". */
const SHORT_FORMS: Record<string, OsVersion> = {
  'Windows 4.0': { major: 4, minor: 0, build: 1381 },
  'Windows NT 4.0': { major: 4, minor: 0, build: 1381 },
  'Windows 5.0': { major: 5, minor: 0, build: 2195 },
  'Windows 5.1': { major: 5, minor: 1, build: 2600 },
  'Windows 5.2': { major: 5, minor: 2, build: 3790 },
}

/**
 * The version in SMB1's NativeOS ([MS-CIFS] 2.2.4.53): `Windows Server 2003 3790 Service Pack 2`, `Windows 2002 2600`, `Windows 5.1`. Null where the text
 * names no build that is known here.
 */
export function nativeOsVersion(nativeOs: string): OsVersion | null {
  if (!nativeOs.startsWith('Windows ')) return null
  const short = SHORT_FORMS[nativeOs]
  if (short !== undefined) return short
  for (const [number] of nativeOs.matchAll(BUILD_NUMBER)) {
    const build = Number(number)
    if (RELEASES[build] !== undefined) return versionOfBuild(build)
  }
  return null
}

/** The first build of each version. */
const VERSIONS: readonly (readonly [build: number, major: number, minor: number])[] = [
  [10240, 10, 0],
  [9600, 6, 3],
  [9200, 6, 2],
  [7600, 6, 1],
  [6000, 6, 0],
  [3790, 5, 2],
  [2600, 5, 1],
  [2195, 5, 0],
]

function versionOfBuild(build: number): OsVersion {
  const [, major, minor] = VERSIONS.find(([first]) => build >= first) ?? [0, 4, 0]
  return { major, minor, build }
}
