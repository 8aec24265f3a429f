import { describe, expect, it } from 'vitest'
import { readinessBar } from '../../../src/tui/pages/readiness-parts.ts'

const none = { ready: 0, breaks: 0, exempt: 0, notObserved: 0 }

function bar(counts: Partial<typeof none>, cells = 20): string {
  return readinessBar({ ...none, ...counts }, cells)
    .map(({ text }) => text)
    .join('')
}

describe('a bar', () => {
  it('has a part with a sign of its own for each state', () => {
    expect(bar({ ready: 5, breaks: 2, exempt: 1, notObserved: 2 })).toBe('██████████xxxxoo····')
    expect(readinessBar({ ready: 1, breaks: 1, exempt: 1, notObserved: 1 }, 4).map(({ tone }) => tone)).toEqual([
      'good',
      'high',
      'medium',
      'quiet',
    ])
  })

  it('shows one among thousands, and is blank without clients', () => {
    expect(bar({ ready: 9_999, breaks: 1 })).toBe(`${'█'.repeat(19)}x`)
    expect(bar({ ready: 1, notObserved: 9_999 })).toBe(`█${'·'.repeat(19)}`)
    expect(bar({})).toBe(' '.repeat(20))
    expect(bar({ notObserved: 3 })).toBe('·'.repeat(20))
  })
})
