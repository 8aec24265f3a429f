/** `--memory SIZE` and `--limit name=number,...`: a budget, and single limits by the names that warnings and records give them. */

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

/** Bytes. @param text as it was written: a number, perhaps with K, M or G */
export function parseMemory(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MEMORY
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)([KMG]?)B?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? 1))
  if (digits === '') throw new UsageError(`--memory: "${text}" is no size: 200M, 1G`)
  if (bytes < LEAST_MEMORY) throw new UsageError(`--memory cannot be less than ${LEAST_MEMORY / 1e6}M`)
  return bytes
}

/** The limits of a budget in bytes. @param entries those that are to be others, as they were written, each "name=number" */
export function parseLimits(entries: readonly string[] = [], memory = DEFAULT_MEMORY): Limits {
  const limits = limitsFor(memory)
  for (const entry of entries) {
    const [text = '', value = '', ...rest] = entry.split('=').map((part) => part.trim())
    const name = LIMIT_NAMES.find((n) => limitText(n) === text)
    if (name === undefined)
      throw new UsageError(`--limit: there is no limit "${text}"${didYouMean(text, LIMIT_NAMES.map(limitText))}`)
    if (rest.length > 0 || !/^\d{1,12}$/.test(value))
      throw new UsageError(`--limit: "${entry}" wants a number: ${text}=${LIMITS[name].default} is the default`)
    limits[name] = atLeastTheLeast(name, Number(value))
  }
  return limits
}

function atLeastTheLeast(name: LimitName, value: number): number {
  const { least } = LIMITS[name]
  if (value < least) throw new UsageError(`--limit: ${limitText(name)} cannot be less than ${least}`)
  return value
}

/** All of them, for the help: a line each. */
export function limitsHelp(): string {
  const lines = LIMIT_NAMES.map((name) => {
    const { default: value, shared, holds } = LIMITS[name]
    return `${shared ? '* ' : '  '}${limitText(name).padEnd(24)}${String(value).padStart(8)}  ${holds}`
  })
  return `
--memory SIZE (200M unless given) is what the process may take, Node included;
the terminal UI takes up to twice as much. It divides into the limits marked
with *: 300M makes them twice as large. --limit sets one alone. What a limit
costs is counted, and a warning reports it.
${lines.join('\n')}
`
}
