/** What the terminal can do, and what its owner wants of it. */
import { isatty } from 'node:tty'

export interface Environment {
  isTerminal: boolean
  env: Record<string, string | undefined>
}

/** https://no-color.org first, then FORCE_COLOR, then whether it is a terminal that has colours. */
export function wantsColor({ isTerminal, env }: Environment): boolean {
  if (env['NO_COLOR']) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && env['TERM'] !== 'dumb'
}

const DEFAULT_WIDTH = 80

/** Columns of standard output; 80 where it is no terminal. */
export function terminalWidth(): number {
  return isatty(1) ? process.stdout.columns || DEFAULT_WIDTH : DEFAULT_WIDTH
}

export function colorOnStdout(): boolean {
  return wantsColor({ isTerminal: isatty(1), env: process.env })
}

/** Can there be a full screen, with keys? */
export function hasScreen(): boolean {
  return isatty(0) && isatty(1) && process.env['TERM'] !== 'dumb'
}
