import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { limitsHelp, parseLimits, parseMemory } from '../../../src/cli/options/limits.ts'
import { UsageError } from '../../../src/cli/process/exit-status.ts'
import {
  DEFAULT_LIMITS,
  DEFAULT_MEMORY,
  LIMIT_NAMES,
  LIMITS,
  limitsFor,
  limitText,
} from '../../../src/track/core/limits.ts'

describe('--limit', () => {
  it('sets limits by the names that warnings use', () => {
    expect(parseLimits(['half-open=100', ' held-bytes-in-all = 5 '])).toEqual({
      ...DEFAULT_LIMITS,
      halfOpen: 100,
      heldBytesInAll: 5,
    })
    expect(parseLimits()).toEqual(DEFAULT_LIMITS)
  })

  it.each([
    ['flow=5', 'there is no limit "flow" (did you mean'],
    ['halfOpen=5', 'there is no limit "halfOpen"'],
    ['flows', 'needs a whole number: the default is flows=12288'],
    ['flows=', 'needs a whole number'],
    ['flows=-1', 'needs a whole number'],
    ['flows=1e3', 'needs a whole number'],
    ['flows=5=6', 'needs a whole number'],
    ['flows=1', 'flows must be at least 16'],
    ['constructor=5', 'there is no limit'],
  ])('refuses %s', (entry, message) => {
    expect(() => parseLimits([entry])).toThrow(UsageError)
    expect(() => parseLimits([entry])).toThrow(message)
  })
})

describe('--memory', () => {
  it.each([
    [undefined, DEFAULT_MEMORY],
    ['200M', 200e6],
    ['200m', 200e6],
    ['1G', 1e9],
    ['1.5GB', 1.5e9],
    ['150000k', 150e6],
    ['123456789', 123_456_789],
  ])('takes %s', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes)
  })

  it.each(['', '0', '109M', '1T', 'M', '-200M', '200 000', '1e9', '2e3M'])('refuses "%s"', (text) => {
    expect(() => parseMemory(text)).toThrow(UsageError)
  })

  it('scales the shared limits, and leaves the others as they are', () => {
    const [least, usual, double] = [parseLimits([], 110e6), parseLimits(), parseLimits([], 300e6)]
    for (const name of LIMIT_NAMES) {
      const { shared, least: bound } = LIMITS[name]
      expect(double[name]).toBe(shared ? usual[name] * 2 : usual[name])
      expect(least[name]).toBe(shared ? Math.max(bound, Math.floor(usual[name] / 10)) : usual[name])
    }
    expect(parseLimits(['flows=100'], 300e6)).toEqual({ ...limitsFor(300e6), flows: 100 })
  })
})

describe('every limit', () => {
  const documented = readFileSync(new URL('../../../docs/records.md', import.meta.url), 'utf8')

  it.each(LIMIT_NAMES)('%s is in the help and in docs/records.md, with its default', (name) => {
    const { default: value, shared, holds, least } = LIMITS[name]
    expect(least).toBeLessThanOrEqual(value)
    expect(limitsHelp()).toMatch(new RegExp(`^${shared ? '\\*' : ' '} ${limitText(name)} +${value}  ${holds}$`, 'm'))
    expect(documented).toContain(`| \`${limitText(name)}\` | ${value}${shared ? ' *' : ''} | `)
  })
})
