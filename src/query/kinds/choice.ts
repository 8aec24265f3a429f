/** A choice of a few words: a word, or a prefix that several share. Severities also have an order. */
import { SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Value } from '../language/parse.ts'
import type { Compiled, Test } from './compiled.ts'
import { compileOrdered } from './ordered.ts'
import { wildcards } from './text.ts'

export function compileChoice(value: Value, choices: readonly string[]): Compiled<string> {
  const whole = value.quoted || value.text.startsWith('=')
  const word = (value.quoted ? value.text : value.text.replace(/^=/, '')).toLowerCase()
  if (word === '') return null
  if (choices.some((choice) => choice.toLowerCase() === word)) return { test: (text) => text.toLowerCase() === word }
  if (!value.quoted && word.includes('*')) return { test: wildcards(word) }
  const begun = new Set(choices.filter((choice) => choice.toLowerCase().startsWith(word)))
  if (whole || begun.size === 0) return { fault: notAChoice(value.text, choices) }
  return { test: (text) => begun.has(text) }
}

function notAChoice(text: string, choices: readonly string[]): string {
  const near = didYouMean(text, choices)
  if (near !== '') return `there is no "${text}"${near}`
  const list = choices.length > 10 ? `${choices.slice(0, 10).join(', ')} and others` : choices.join(', ')
  return `"${text}" is not one of ${list}`
}

/** From the least to the most severe. */
const RANKS: ReadonlyMap<string, number> = new Map([...SEVERITIES].reverse().map((severity, rank) => [severity, rank]))

export function compileSeverity(text: string): Compiled<Severity> {
  const compiled = compileOrdered(text, (word) => {
    const lower = word.toLowerCase()
    const severity = SEVERITIES.find((each) => each.startsWith(lower))
    if (severity === undefined) return { fault: notAChoice(word, SEVERITIES) }
    const rank = RANKS.get(severity)!
    return { low: rank, high: rank }
  })
  if (compiled === null || 'fault' in compiled) return compiled
  const { test } = compiled
  return { test: (severity) => test(RANKS.get(severity)!) }
}

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
])

export function compileFlag(text: string): Compiled<boolean> {
  const word = text.toLowerCase().replace(/^=/, '')
  if (word === '') return null
  for (const [name, wanted] of FLAGS) if (name.startsWith(word)) return { test: sameAs(wanted) }
  // May become "unknown".
  if ('unknown'.startsWith(word)) return null
  return { fault: `"${text}" is not one of yes, no, unknown` }
}

function sameAs(wanted: boolean): Test<boolean> {
  return (value) => value === wanted
}
