import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/cli/exit-status.ts'
import { limitsHelp, parseLimits } from '../../src/cli/limit-option.ts'
import { LIMIT_NAMES, LIMITS, limitText } from '../../src/track/limits.ts'

describe('--limit', () => {
  it('sets limits by the names that warnings give', () => {
    expect(parseLimits(['half-open=100', ' held-bytes-in-all = 5 '])).toEqual({ halfOpen: 100, heldBytesInAll: 5 })
    expect(parseLimits()).toEqual({})
  })

  it.each([
    ['flow=5', 'there is no limit "flow" (did you mean'],
    ['halfOpen=5', 'there is no limit "halfOpen"'],
    ['flows', 'wants a number: flows=16384 is the default'],
    ['flows=', 'wants a number'],
    ['flows=-1', 'wants a number'],
    ['flows=1e3', 'wants a number'],
    ['flows=5=6', 'wants a number'],
    ['flows=1', 'flows cannot be less than 16'],
    ['constructor=5', 'there is no limit'],
  ])('refuses %s', (entry, message) => {
    expect(() => parseLimits([entry])).toThrow(UsageError)
    expect(() => parseLimits([entry])).toThrow(message)
  })
})

describe('every limit', () => {
  const documented = readFileSync(new URL('../../docs/records.md', import.meta.url), 'utf8')

  it.each(LIMIT_NAMES)('%s is in the help and in docs/records.md, with its default', (name) => {
    const { default: value, holds, least } = LIMITS[name]
    expect(least).toBeLessThanOrEqual(value)
    expect(limitsHelp()).toMatch(new RegExp(`^  ${limitText(name)} +${value}  ${holds}$`, 'm'))
    expect(documented).toContain(`| \`${limitText(name)}\` | ${value} | `)
  })
})
