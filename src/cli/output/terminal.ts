/** What the terminal can do, and what its user prefers. */
import { isatty } from 'node:tty'

export interface Environment {
  isTerminal: boolean
  env: Record<string, string | undefined>
}

/** NO_COLOR decides first (https://no-color.org), then FORCE_COLOR, then whether the terminal has colours. */
export function usesColor({ isTerminal, env }: Environment): boolean {
  if (env['NO_COLOR']) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && env['TERM'] !== 'dumb'
}

const DEFAULT_WIDTH = 80

/** Columns of standard output; 80 if it is not a terminal. */
export function terminalWidth(): number {
  return isatty(1) ? process.stdout.columns || DEFAULT_WIDTH : DEFAULT_WIDTH
}

export function colorOnStdout(): boolean {
  return usesColor({ isTerminal: isatty(1), env: process.env })
}

/** Whether there can be a full screen with keys. */
export function hasScreen(): boolean {
  return isatty(0) && isatty(1) && process.env['TERM'] !== 'dumb'
}
