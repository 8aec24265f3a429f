/** How tones look in Ink: in the terminal's own 16 colours, which follow its palette, so that they suit light and dark backgrounds. */
import type { TextProps } from 'ink'
import type { Tone } from '../text/line.ts'

export const THEMES = ['auto', 'dark', 'light', 'mono'] as const
export type ThemeName = (typeof THEMES)[number]

export type Look = Pick<TextProps, 'color' | 'backgroundColor' | 'bold' | 'dimColor' | 'inverse' | 'underline'>
export type Theme = Readonly<Record<Tone, Look>>

const DARK: Theme = {
  critical: { color: 'redBright', bold: true },
  high: { color: 'red' },
  medium: { color: 'yellow' },
  low: { color: 'cyan' },
  info: { dimColor: true },
  plain: {},
  strong: { bold: true },
  quiet: { dimColor: true },
  good: { color: 'green' },
  accent: { color: 'cyan', bold: true },
  selected: { inverse: true },
  mark: { color: 'yellow', bold: true, inverse: true },
  bar: { color: 'cyan' },
}

/** Yellow and cyan are hard to read on white. */
const LIGHT: Theme = {
  ...DARK,
  critical: { color: 'red', bold: true },
  medium: { color: 'magenta' },
  low: { color: 'blue' },
  accent: { color: 'blue', bold: true },
  mark: { color: 'magenta', bold: true, inverse: true },
  bar: { color: 'blue' },
}

const MONO: Theme = {
  critical: { bold: true },
  high: { bold: true },
  medium: {},
  low: {},
  info: {},
  plain: {},
  strong: { bold: true },
  quiet: {},
  good: {},
  accent: { bold: true },
  selected: { inverse: true },
  mark: { bold: true, inverse: true },
  bar: {},
}

/** @param env NO_COLOR, and COLORFGBG as some terminals set it: "0;15" is black on white */
export function themeFor(name: ThemeName, env: Record<string, string | undefined>): Theme {
  if (name === 'mono' || env['NO_COLOR']) return MONO
  if (name !== 'auto') return name === 'light' ? LIGHT : DARK
  const background = Number(env['COLORFGBG']?.split(';').at(-1))
  return background === 7 || background === 15 ? LIGHT : DARK
}
