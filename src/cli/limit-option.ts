/** `--limit name=number,...`: limits on memory, by the names that warnings and records give them. */

import { didYouMean } from '../report/suggest.ts'
import { LIMIT_NAMES, LIMITS, type LimitName, type Limits, limitText } from '../track/limits.ts'
import { UsageError } from './exit-status.ts'

/** @param entries as they were written, each "name=number" */
export function parseLimits(entries: readonly string[] = []): Partial<Limits> {
  const limits: Partial<Limits> = {}
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
    const { default: value, holds } = LIMITS[name]
    return `  ${limitText(name).padEnd(24)}${String(value).padStart(8)}  ${holds}`
  })
  return `
Limits on memory, and their defaults. What one costs is warned of and counted.
${lines.join('\n')}
`
}
