/** Packet times as text. A packet's clock is the capturing machine's, or an attacker's: every number gives a text or null. */

/** Seconds since 1970 of 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that ISO 8601 writes with four digits. */
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799

let cachedMinute = Number.NaN
let cachedText = ''

/** Microseconds since 1970 UTC as `2026-01-31T12:34:56.000001Z`; null for a time outside the years 0000 to 9999. */
export function isoTime(microseconds: number): string | null {
  const second = Math.floor(microseconds / 1e6)
  if (!(second >= FIRST_SECOND && second <= LAST_SECOND)) return null
  const minute = Math.floor(second / 60)
  if (minute !== cachedMinute) {
    // Packets that follow each other share their minute, and a Date costs more than the rest of a message's row.
    cachedText = new Date(minute * 60_000).toISOString().slice(0, 17)
    cachedMinute = minute
  }
  // Beyond 2^53 the microseconds of a float are not exact, and might leave their second.
  const fraction = Math.min(999_999, Math.max(0, Math.floor(microseconds - second * 1e6)))
  // Adding 100, or a million, in front keeps leading zeros.
  const seconds = String(100 + second - minute * 60)
  const micros = String(1_000_000 + fraction)
  return `${cachedText}${seconds.slice(1)}.${micros.slice(1)}Z`
}

/** For people: `2026-01-31 12:34:56`, or `?`. */
export function shortTime(microseconds: number): string {
  const iso = isoTime(microseconds)
  return iso === null ? '?' : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}
