import { describe, expect, it } from 'vitest'
import { THEMES, themeFor } from '../../../src/tui/terminal/theme.ts'

describe('themes', () => {
  it('have no colour in mono, nor with NO_COLOR in any theme', () => {
    const mono = themeFor('mono', {})
    expect(Object.values(mono).every(({ color, backgroundColor }) => !color && !backgroundColor)).toBe(true)
    for (const name of THEMES) expect(themeFor(name, { NO_COLOR: '1' })).toBe(mono)
    // An empty NO_COLOR asks for nothing (no-color.org).
    expect(themeFor('dark', { NO_COLOR: '' })).not.toBe(mono)
  })

  it.each([
    ['0;15', 'light'],
    ['0;default;15', 'light'],
    ['0;7', 'light'],
    ['15;0', 'dark'],
    ['15;default', 'dark'],
    ['', 'dark'],
    ['15', 'light'],
    [undefined, 'dark'],
  ] as const)('follow COLORFGBG %s: %s', (value, name) => {
    expect(themeFor('auto', { COLORFGBG: value })).toBe(themeFor(name, {}))
    const other = name === 'light' ? 'dark' : 'light'
    expect(themeFor(other, { COLORFGBG: value })).toBe(themeFor(other, {}))
  })

  it('mark the selected row and the deciding bytes without colour', () => {
    for (const name of THEMES) {
      const theme = themeFor(name, {})
      expect(theme.selected.inverse).toBe(true)
      expect(theme.mark.inverse).toBe(true)
    }
    const light = themeFor('light', {})
    const unread = ['yellow', 'cyan', 'white', 'yellowBright', 'cyanBright']
    expect(Object.values(light).filter(({ color }) => unread.includes(String(color)))).toEqual([])
  })
})
