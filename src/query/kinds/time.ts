/** Times in UTC: dates, dates with times, or times of any day. */
import type { Compiled } from './compiled.ts'
import { compileOrdered, type Interval } from './ordered.ts'

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?)?)?[Zz]?$/
const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?[Zz]?$/
const DAY = 86_400_000_000
const HOW = 'write 10:42, 10:42:07, 2024-05-01 or 2024-05-01T10:42'

/** Against microseconds since 1970 UTC. */
export function compileTime(text: string): Compiled<number> {
  // A time without a date is about every day.
  const ofDay = text
    .replace(/^[<>=]{1,2}/, '')
    .split('..', 2)
    .every((part) => part === '' || CLOCK.test(part))
  if (!ofDay) return compileOrdered(text, readDate)
  const compiled = compileOrdered(text, readClock, true)
  if (compiled === null || 'fault' in compiled) return compiled
  const { test } = compiled
  return { test: (time) => test(time - Math.floor(time / DAY) * DAY) }
}

function readDate(text: string): Interval | { fault: string } | null {
  const found = DATE.exec(text)
  if (found === null) {
    if (CLOCK.test(text)) return { fault: 'one end of the range has a date and the other has none' }
    return isHalfTyped(text) ? null : { fault: `"${text}" is not a time: ${HOW}` }
  }
  const [, year, month, day, hour, minute, second, fraction] = found
  const start = Date.parse(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`)
  const isDay = new Date(start).getUTCDate() === Number(day ?? 1)
  if (Number.isNaN(start) || !isDay) return { fault: `"${text}" is not a calendar date` }
  const low = start * 1000
  if (day === undefined) {
    const next = month === undefined ? Date.UTC(Number(year) + 1, 0) : Date.UTC(Number(year), Number(month))
    return { low, high: next * 1000 - 1 }
  }
  if (hour === undefined) return { low, high: low + DAY - 1 }
  const clock = clockOf(text, hour, minute!, second, fraction)
  return 'fault' in clock ? clock : { low: low + clock.low, high: low + clock.high }
}

function readClock(text: string): Interval | { fault: string } | null {
  const [, hour = '', minute = '', second, fraction] = CLOCK.exec(text) ?? []
  return clockOf(text, hour, minute, second, fraction)
}

function clockOf(text: string, hour: string, minute: string, second?: string, fraction?: string) {
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59)
    return { fault: `"${text}" is not a time of day` }
  const low = (Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0)) * 1e6
  if (second === undefined) return { low, high: low + 59_999_999 }
  if (fraction === undefined) return { low, high: low + 999_999 }
  const unit = 10 ** (6 - fraction.length)
  return { low: low + Number(fraction) * unit, high: low + (Number(fraction) + 1) * unit - 1 }
}

/** Could it become a time? */
function isHalfTyped(text: string): boolean {
  return ['00:00:00.000000', '2000-01-01T00:00:00.000000'].some((rest) => {
    const whole = text + rest.slice(text.length)
    return DATE.test(whole) || CLOCK.test(whole)
  })
}
