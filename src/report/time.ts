/** Packet times as text. A packet's clock is the capturing machine's, or an attacker's: every number has an answer. */

/** Seconds since 1970 of 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: the years that ISO 8601 writes with four digits. */
const FIRST_SECOND = -62_167_219_200
const LAST_SECOND = 253_402_300_799

const SECONDS_A_DAY = 86_400

let cachedDay = Number.NaN
let cachedDate = ''

/** Microseconds since 1970 UTC as `2026-01-31T12:34:56.000001Z`; null for what is no time in the years 0000 to 9999. */
export function isoTime(microseconds: number): string | null {
  const second = Math.floor(microseconds / 1e6)
  if (!(second >= FIRST_SECOND && second <= LAST_SECOND)) return null
  const day = Math.floor(second / SECONDS_A_DAY)
  if (day !== cachedDay) {
    // Packets that follow each other share their day, and a Date costs more than the rest of a message's row.
    cachedDate = new Date(day * SECONDS_A_DAY * 1000).toISOString().slice(0, 11)
    cachedDay = day
  }
  const ofDay = second - day * SECONDS_A_DAY
  const time = `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`
  // Beyond 2^53 the microseconds of a float are not exact, and might leave their second.
  const fraction = Math.min(999_999, Math.max(0, Math.floor(microseconds - second * 1e6)))
  return `${cachedDate}${time}.${String(fraction).padStart(6, '0')}Z`
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}

/** For people: `2026-01-31 12:34:56`, or `?`. */
export function shortTime(microseconds: number): string {
  const iso = isoTime(microseconds)
  return iso === null ? '?' : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}
