import { describe, expect, it } from 'vitest'
import {
  isAfterSupportDates,
  SUPPORT_DATES_OF,
  windowsSupport,
} from '../../../../src/ledger/derived/systems/windows-support.ts'

const SEVEN = { major: 6, minor: 1, build: 7601 }
const LTSC_2021 = { major: 10, minor: 0, build: 19_044 }
const SERVER_2022 = { major: 10, minor: 0, build: 20_348 }

function on(day: string): number {
  return Date.parse(day) * 1000
}

describe('windowsSupport', () => {
  it.each([
    ['2020-01-14T12:00:00Z', 'supported'],
    // Redmond's last day is not over yet.
    ['2020-01-15T07:59:59Z', 'supported'],
    ['2020-01-15T08:00:00Z', 'ended'],
    ['2026-01-01T00:00:00Z', 'ended'],
  ])('on %s Windows 7 was %s', (day, state) => {
    expect(windowsSupport(SEVEN, on(day))).toEqual({ state, end: '2020-01-14', longTerm: null, paid: '2023-01-10' })
  })

  it('tells long-term editions from the others', () => {
    expect(windowsSupport(LTSC_2021, on('2024-06-01T00:00:00Z'))?.state).toBe('supported')
    expect(windowsSupport(LTSC_2021, on('2026-06-01T00:00:00Z'))).toMatchObject({
      state: 'long-term-only',
      end: '2024-06-11',
      longTerm: '2032-01-13',
    })
  })

  it('does not take a plan for a fact: dates after the day of the table may be changed', () => {
    expect(windowsSupport(SERVER_2022, on('2030-01-01T00:00:00Z'))?.state).toBe('supported')
    expect(windowsSupport(SERVER_2022, on('2031-12-01T00:00:00Z'))?.state).toBe('unknown')
    expect(windowsSupport(LTSC_2021, on('2033-01-01T00:00:00Z'))?.state).toBe('unknown')
  })

  it('knows nothing of other builds', () => {
    expect(windowsSupport({ major: 6, minor: 1, build: 0 }, on('2026-01-01T00:00:00Z'))).toBeNull()
    expect(windowsSupport({ major: 10, minor: 0, build: 99_999 }, on('2026-01-01T00:00:00Z'))).toBeNull()
  })

  it('says when a capture is newer than its dates', () => {
    expect(isAfterSupportDates(on(`${SUPPORT_DATES_OF}T00:00:00Z`))).toBe(false)
    expect(isAfterSupportDates(on('2199-01-01T00:00:00Z'))).toBe(true)
  })
})
