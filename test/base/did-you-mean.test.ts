import { describe, expect, it } from 'vitest'
import { closest, didYouMean } from '../../src/base/did-you-mean.ts'

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info']

describe('suggestions', () => {
  it.each([
    ['hihg', 'high'],
    ['crit', 'critical'],
    ['critcal', 'critical'],
    ['MEDIUM', 'medium'],
    ['lwo', 'low'],
    ['los', 'low'],
    ['severe', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('%s: %s', (word, expected) => {
    expect(closest(word, SEVERITIES)).toBe(expected)
  })

  it('are put in words', () => {
    expect(didYouMean('hihg', SEVERITIES)).toBe(' (did you mean high?)')
    expect(didYouMean('nothing', SEVERITIES)).toBe('')
  })
})
