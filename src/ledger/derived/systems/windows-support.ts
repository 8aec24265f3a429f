/**
 * When Microsoft's support of a Windows build ended, so that a capture can be judged by the day on which it was made. A build number names several
 * editions and often a client and a server, so the last of their dates counts. The patch level of a host is never visible.
 *
 * Sources: the lifecycle and release-health pages of learn.microsoft.com, as collected by endoflife.date (windows, windows-server, August 2026);
 * Microsoft's announcement of additional servicing for 1511; press reports of the time for NT 4.0, Windows 98 and ME.
 */
import type { OsVersion } from '../../logon-facts.ts'

/** The day on which the dates below were compared with their sources. What was still ahead then may have been changed since. */
export const SUPPORT_DATES_OF = '2026-11-28'

/** Days as YYYY-MM-DD: the last one with support, of the release or edition that had it longest. */
interface SupportDates {
  end: string
  /** Of long-term editions (LTSC, LTSB, IoT Enterprise LTSC), where they go on for longer. */
  longTerm?: string
  /** Until when paid Extended Security Updates are sold. */
  paid?: string
}

const DATES: Readonly<Record<number, SupportDates>> = {
  // Windows 98 and ME call themselves Windows 4.0 too, and were supported longer than NT 4.0 (2004-12-31).
  1381: { end: '2006-07-11' },
  2195: { end: '2010-07-13' },
  2600: { end: '2014-04-08' },
  3790: { end: '2015-07-14' },
  6000: { end: '2017-04-11' },
  6001: { end: '2020-01-14', paid: '2023-01-10' },
  6002: { end: '2020-01-14', paid: '2023-01-10' },
  6003: { end: '2020-01-14', paid: '2023-01-10' },
  7600: { end: '2020-01-14', paid: '2023-01-10' },
  7601: { end: '2020-01-14', paid: '2023-01-10' },
  9200: { end: '2023-10-10', paid: '2026-10-13' },
  9600: { end: '2023-10-10', paid: '2026-10-13' },
  10240: { end: '2017-05-09', longTerm: '2025-10-14' },
  10586: { end: '2018-04-10' },
  14393: { end: '2027-01-12', paid: '2030-01-12' },
  15063: { end: '2019-10-08' },
  16299: { end: '2020-10-13' },
  17134: { end: '2021-05-11' },
  17763: { end: '2029-01-09' },
  // 1909 too (windows-release.ts).
  18362: { end: '2022-05-10' },
  18363: { end: '2022-05-10' },
  // All releases up to 22H2, and LTSC 2021.
  19041: { end: '2025-10-14', longTerm: '2032-01-13', paid: '2028-10-10' },
  19042: { end: '2023-05-09' },
  19043: { end: '2022-12-13' },
  19044: { end: '2024-06-11', longTerm: '2032-01-13' },
  19045: { end: '2025-10-14', paid: '2028-10-10' },
  20348: { end: '2031-10-14' },
  22000: { end: '2024-10-08' },
  // 23H2 too.
  22621: { end: '2026-11-10' },
  22631: { end: '2026-11-10' },
  25398: { end: '2026-05-12' },
  // Server 2025.
  26100: { end: '2034-11-14' },
  26200: { end: '2028-10-10' },
  28000: { end: '2029-03-13' },
}

export type SupportState =
  | 'supported'
  /** Of all editions. */
  | 'ended'
  /** Only long-term editions still had it. */
  | 'long-term-only'
  /** Its planned end came after SUPPORT_DATES_OF, and may have been changed. */
  | 'unknown'

/** The support of a build at one moment. */
export interface WindowsSupport {
  state: SupportState
  /** The last day of support, YYYY-MM-DD, long-term editions and paid updates not counted. */
  end: string
  longTerm: string | null
  /** Until when paid Extended Security Updates are sold. */
  paid: string | null
}

/** Null where no date is known of the build. @param time microseconds since 1970 UTC */
export function windowsSupport({ build }: OsVersion, time: number): WindowsSupport | null {
  const dates = DATES[build]
  if (dates === undefined) return null
  const { end, longTerm = null, paid = null } = dates
  return { state: stateAt(time, end, longTerm), end, longTerm, paid }
}

function stateAt(time: number, end: string, longTerm: string | null): SupportState {
  if (!hasPassed(end, time)) return 'supported'
  if (end > SUPPORT_DATES_OF) return 'unknown'
  if (longTerm === null) return 'ended'
  if (!hasPassed(longTerm, time)) return 'long-term-only'
  return longTerm > SUPPORT_DATES_OF ? 'unknown' : 'ended'
}

/** Days end in Redmond, at 08:00 UTC of the next day. */
function hasPassed(day: string, time: number): boolean {
  return time / 1000 >= Date.parse(`${day}T00:00:00Z`) + 32 * 3_600_000
}

/** Is a capture of this time newer than the dates? */
export function isAfterSupportDates(time: number): boolean {
  return hasPassed(SUPPORT_DATES_OF, time)
}
