/** What the time that was observed is worth, in words. */

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `45 s`, `12 min`, `4 h 10 min`, `3 d 2 h`: two units at most, rounded down; seconds are rounded up. */
export function durationText(seconds: number): string {
  if (seconds <= MINUTE - 1) return `${Math.ceil(seconds)} s`
  const whole = Math.floor(seconds)
  if (whole < MINUTE) return `${whole} s`
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`
  if (whole < DAY) return twoUnits(whole, HOUR, 'h', MINUTE, 'min')
  return twoUnits(whole, DAY, 'd', HOUR, 'h')
}

function twoUnits(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small)
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`
}

/** What may be missing from traffic of this length. */
export function timeWorth(seconds: number): string {
  if (seconds < HOUR)
    return 'Most of what a network does in a day is not in it: capture at least a working day before you decide.'
  if (seconds < DAY)
    return 'Jobs of the night, and computers that were off, are not in it: capture some days before you decide.'
  if (seconds < 8 * DAY) return 'What happens once a week or once a month is not in it, unless it fell into this time.'
  return 'What happens once a month or less often may not be in it.'
}
