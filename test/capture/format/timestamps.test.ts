import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, MICROSECOND_CLOCK, microseconds } from '../../../src/capture/format/timestamps.ts'
import { cases } from '../../support/cases.ts'

const word = fc.integer({ min: 0, max: 0xffff_ffff })
const clock: fc.Arbitrary<Clock> = fc.record({
  base: fc.constantFrom(2 as const, 10 as const),
  exponent: fc.integer({ min: 0, max: 127 }),
  offset: fc.constant(0),
})

/** floor(ticks * 10^6 / ticks per second), in exact arithmetic. */
function exactly({ base, exponent }: Clock, high: number, low: number): bigint {
  const ticks = (BigInt(high) << 32n) | BigInt(low)
  return (ticks * 1_000_000n) / BigInt(base) ** BigInt(exponent)
}

describe('microseconds', () => {
  it.each<[name: string, clock: Clock, ticks: bigint, expected: number]>([
    ['microseconds', MICROSECOND_CLOCK, 1_700_000_000_123_456n, 1_700_000_000_123_456],
    [
      'nanoseconds, rounded down',
      { base: 10, exponent: 9, offset: 0 },
      1_700_000_000_123_456_999n,
      1_700_000_000_123_456,
    ],
    ['picoseconds', { base: 10, exponent: 12, offset: 0 }, 12_345_678_999_999n, 12_345_678],
    ['milliseconds', { base: 10, exponent: 3, offset: 0 }, 1_700_000_000_123n, 1_700_000_000_123_000],
    ['seconds', { base: 10, exponent: 0, offset: 0 }, 1_700_000_000n, 1_700_000_000_000_000],
    ['seconds, as a power of two', { base: 2, exponent: 0, offset: 0 }, 1_700_000_000n, 1_700_000_000_000_000],
    ['2^-10 s', { base: 2, exponent: 10, offset: 0 }, (1_700_000_000n << 10n) + 512n, 1_700_000_000_500_000],
    [
      '2^-32 s, as NTP',
      { base: 2, exponent: 32, offset: 0 },
      (1_700_000_000n << 32n) + (1n << 31n),
      1_700_000_000_500_000,
    ],
    ['2^-33 s', { base: 2, exponent: 33, offset: 0 }, (1_700_000_000n << 33n) + (3n << 31n), 1_700_000_000_750_000],
    ['2^-64 s', { base: 2, exponent: 64, offset: 0 }, 3n << 62n, 750_000],
    ['an offset', { base: 10, exponent: 6, offset: -5e6 }, 6_000_001n, 1_000_001],
  ])('%s', (_, of, ticks, expected) => {
    expect(microseconds(of, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn))).toBe(expected)
  })

  it('is exact wherever a double can be', () => {
    fc.assert(
      fc.property(clock, word, word, (of, high, low) => {
        const exact = exactly(of, high, low)
        const expected = exact > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(exact)
        expect(microseconds(of, high, low)).toBe(expected)
      }),
      { numRuns: cases(3000) },
    )
  })

  it('is a safe integer for any clock and any stamp', () => {
    const offset = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }).map((seconds) => Number(seconds) * 1e6)
    fc.assert(
      fc.property(clock, offset, word, word, (of, by, high, low) => {
        const time = microseconds({ ...of, offset: by }, high, low)
        expect(Number.isSafeInteger(time)).toBe(true)
      }),
    )
  })
})
