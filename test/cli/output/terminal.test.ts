import { describe, expect, it } from 'vitest'
import { usesColor } from '../../../src/cli/output/terminal.ts'

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('terminal %s, %j: %s', (isTerminal, env, expected) => {
    expect(usesColor({ isTerminal, env })).toBe(expected)
  })
})
