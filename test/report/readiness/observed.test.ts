import { describe, expect, it } from 'vitest'
import { durationText, timeWorth } from '../../../src/report/readiness/observed.ts'

const HOUR = 3600
const DAY = 24 * HOUR

describe('the time that was observed', () => {
  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [HOUR - 1, '59 min'],
    [HOUR, '1 h'],
    [15_000, '4 h 10 min'],
    [DAY, '1 d'],
    [DAY + 2 * HOUR, '1 d 2 h'],
    [40 * DAY, '40 d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text)
  })

  it('is worth less the shorter it is', () => {
    const texts = [60, 6 * HOUR, 3 * DAY, 30 * DAY].map(timeWorth)
    expect(new Set(texts).size).toBe(4)
    expect(texts[0]).toContain('at least a working day')
    expect(texts[3]).toContain('may not be in it')
  })
})
