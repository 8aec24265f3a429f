import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isoTime, shortTime } from '../../src/base/packet-time.ts'

describe('isoTime', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [1_700_000_000_123_456, '2023-11-14T22:13:20.123456Z'],
    [253_402_300_799_000_000, '9999-12-31T23:59:59.000000Z'],
  ])('%d is %s', (microseconds, text) => {
    expect(isoTime(microseconds)).toBe(text)
  })

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MAX_VALUE,
    253_402_300_800_000_000,
    -62_167_219_201e6,
  ])('%d is no time', (microseconds) => {
    expect(isoTime(microseconds)).toBeNull()
    expect(shortTime(microseconds)).toBe('?')
  })

  it('agrees with Date at every number, and always has 27 characters', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (microseconds) => {
        const text = isoTime(microseconds)
        expect(text).toHaveLength(27)
        expect(Date.parse(String(text))).toBe(Math.floor(microseconds / 1000))
      }),
    )
    fc.assert(
      fc.property(fc.double(), (anything) => {
        const text = isoTime(anything)
        if (text !== null) expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
      }),
    )
  })
})
