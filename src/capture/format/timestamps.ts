/**
 * Packet timestamps to microseconds, with doubles only: a 64-bit count of ticks stays two 32-bit words until it has been divided down to what a double
 * represents exactly. Rounded down (nanoseconds are dropped).
 */

/** The clock of a pcapng interface: if_tsresol and if_tsoffset, draft-ietf-opsawg-pcapng section 4.2. */
export interface Clock {
  /** Ticks a second are base ** exponent. */
  base: 2 | 10
  /** 0..127. */
  exponent: number
  /** Microseconds to add. */
  offset: number
}

export const MICROSECOND_CLOCK: Clock = { base: 10, exponent: 6, offset: 0 }

const WORD = 0x1_0000_0000
const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]

/**
 * Microseconds since 1970 of a timestamp of `high` * 2^32 + `low` ticks. Exact for every time that a double can represent to the microsecond (to the
 * year 2255); beyond that the last or first such time, so that no timestamp, however absurd, breaks arithmetic or dates.
 */
export function microseconds(clock: Clock, high: number, low: number): number {
  const time =
    (clock.base === 10 ? fromDecimal(clock.exponent, high, low) : fromBinary(clock.exponent, high, low)) + clock.offset
  if (time > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER
  if (time < Number.MIN_SAFE_INTEGER) return Number.MIN_SAFE_INTEGER
  return time
}

/** The nanoseconds that `microseconds` drops, 0..999, rounded down; 0 if the clock is no finer than a microsecond. */
export function nanosecondsBelow(clock: Clock, high: number, low: number): number {
  const { base, exponent } = clock
  if (base === 10 ? exponent <= 6 : exponent < 20) return 0
  // Called for a few packets only, so a BigInt, which is exact, does not cost too much.
  const ticks = (BigInt(high) << 32n) | BigInt(low)
  const perSecond = BigInt(base) ** BigInt(exponent)
  return Number(((ticks * 1_000_000_000n) / perSecond) % 1000n)
}

function fromDecimal(exponent: number, high: number, low: number): number {
  if (exponent <= 6) return (high * WORD + low) * POWERS_OF_TEN[6 - exponent]!
  // Long division, by at most a million at a time: the remainder times 2^32 stays below 2^53.
  for (let left = exponent - 6; left > 0; left -= 6) {
    const divisor = POWERS_OF_TEN[Math.min(left, 6)]!
    const rest = high % divisor
    high = (high - rest) / divisor
    low = Math.floor((rest * WORD + low) / divisor)
  }
  return high * WORD + low
}

function fromBinary(exponent: number, high: number, low: number): number {
  if (exponent <= 32) {
    const unit = 2 ** exponent
    const fraction = low % unit
    return ((high * WORD + low - fraction) / unit) * 1e6 + Math.floor((fraction * 1e6) / unit)
  }
  // The fraction has high bits too. Its product with a million is computed in two parts, each below 2^53.
  const unit = 2 ** (exponent - 32)
  const fraction = high % unit
  const product = fraction * 1e6 + Math.floor((low * 1e6) / WORD)
  return ((high - fraction) / unit) * 1e6 + Math.floor(product / unit)
}
