/** `--memory SIZE` and `--limit name=number,...`: a memory budget, and single limits by the names that warnings and records use. */

import { didYouMean } from '../../base/did-you-mean.ts'
import {
  DEFAULT_MEMORY,
  LEAST_MEMORY,
  LIMIT_NAMES,
  LIMITS,
  type LimitName,
  type Limits,
  limitsFor,
  limitText,
} from '../../track/core/limits.ts'
import { UsageError } from '../process/exit-status.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 }

/** In bytes. @param text as the user wrote it: a number, optionally with K, M or G. @throws UsageError */
export function parseMemory(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MEMORY
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)([KMG]?)B?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? 1))
  if (digits === '') throw new UsageError(`--memory: "${text}" is not a size: write it as 200M or 1G`)
  if (bytes < LEAST_MEMORY) throw new UsageError(`--memory must be at least ${LEAST_MEMORY / 1e6}M`)
  return bytes
}

/** The limits that fit a budget in bytes. @param entries limits to set, as the user wrote them, each "name=number". @throws UsageError */
export function parseLimits(entries: readonly string[] = [], memory = DEFAULT_MEMORY): Limits {
  const limits = limitsFor(memory)
  for (const entry of entries) {
    const [text = '', value = '', ...rest] = entry.split('=').map((part) => part.trim())
    const name = LIMIT_NAMES.find((n) => limitText(n) === text)
    if (name === undefined)
      throw new UsageError(
        `--limit: there is no limit "${text}"${didYouMean(text, LIMIT_NAMES.map(limitText))}: smblens scan --help lists them`,
      )
    if (rest.length > 0 || !/^\d{1,12}$/.test(value))
      throw new UsageError(`--limit: "${entry}" needs a whole number: the default is ${text}=${LIMITS[name].default}`)
    limits[name] = checkedLimit(name, Number(value))
  }
  return limits
}

function checkedLimit(name: LimitName, value: number): number {
  const { least } = LIMITS[name]
  if (value < least) throw new UsageError(`--limit: ${limitText(name)} must be at least ${least}`)
  return value
}

/** All limits for the help, one per line. */
export function limitsHelp(): string {
  const lines = LIMIT_NAMES.map((name) => {
    const { default: value, shared, holds } = LIMITS[name]
    return `${shared ? '* ' : '  '}${limitText(name).padEnd(24)}${String(value).padStart(8)}  ${holds}`
  })
  return `
--memory SIZE (200M by default) is what the whole process may use, Node too. The
terminal UI uses up to twice as much. It sets the limits marked with *: with
300M they are twice as large. --limit sets a single limit. When a limit is
reached, a warning says so and counts what it cost.
${lines.join('\n')}
`
}
