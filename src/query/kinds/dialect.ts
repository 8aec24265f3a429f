/** Dialects in order: those of SMB1, then the revisions of SMB2 and SMB3 by their numbers on the wire. */
import type { Value } from '../language/parse.ts'
import type { Compiled } from './compiled.ts'
import { comparison, compileOrdered, type Interval } from './ordered.ts'
import { compileText } from './text.ts'

/** In the order of completions. */
export const DIALECT_VALUES = ['3.1.1', '3.0.2', '3.0', '2.1', '2.0.2', 'smb3', 'smb2', 'smb1'] as const

const REVISIONS: Readonly<Record<string, number>> = {
  '2.???': 0x200,
  'SMB 2.???': 0x200,
  'SMB 2.002': 0x202,
  '2.0.2': 0x202,
  '2.1': 0x210,
  '3.0': 0x300,
  '3.0.2': 0x302,
  '3.1.1': 0x311,
}
const RANKS: ReadonlyMap<string, number> = new Map([...Object.entries(REVISIONS), ['NT LM 0.12', 0x100] as const])
const OTHER_SMB1 = 0x80

/** Names of several dialects. */
const FAMILIES: ReadonlyMap<string, Interval> = new Map([
  ['smb1', { low: 0, high: 0x100 }],
  ['smb2', { low: 0x200, high: 0x2ff }],
  ['smb3', { low: 0x300, high: 0x3ff }],
])

export function compileDialect(value: Value): Compiled<string> {
  const { text } = value
  const ordered = /^(?:[<>]=?|=?\d|=?smb[123]$)|\.\./i.test(text) || (value.quoted && RANKS.has(text))
  if (ordered && !(text.includes('*') || (value.quoted && !RANKS.has(text)))) {
    const compiled = compileOrdered(text, readDialect)
    if (compiled === null || 'fault' in compiled) return compiled
    const { test } = compiled
    return { test: (dialect) => test(rankOf(dialect)) }
  }
  // May become "smb1".
  if (!value.quoted && 'smb'.startsWith(text.slice(comparison(text).length).toLowerCase())) return null
  return compileText(value)
}

function rankOf(dialect: string): number {
  const rank = RANKS.get(dialect)
  if (rank !== undefined) return rank
  // A revision that was never released is ordered by its number.
  return /^0x[0-9a-f]{4}$/.test(dialect) ? Number(dialect) : OTHER_SMB1
}

function readDialect(text: string): Interval | { fault: string } | null {
  const family = FAMILIES.get(text.toLowerCase())
  if (family !== undefined) return family
  const rank = RANKS.get(text)
  if (rank !== undefined) return { low: rank, high: rank }
  if (/^0x[0-9a-f]{4}$/i.test(text)) return { low: Number(text), high: Number(text) }
  if (/^(?:s|sm|smb|0x?[0-9a-f]{0,3})$/i.test(text)) return null
  const short = text.endsWith('.') ? text.slice(0, -1) : text
  const isKnown = Object.keys(REVISIONS).some((name) => name === short || name.startsWith(`${short}.`))
  if (!isKnown || !/^\d(?:\.\d)?$/.test(short))
    return { fault: `"${text}" is not a dialect: ${DIALECT_VALUES.join(', ')}` }
  // "3" is all of 3.x, "3.1" all of 3.1.x.
  const low = Number(`0x${short.replace('.', '').padEnd(3, '0')}`)
  return { low, high: low + (short.length === 1 ? 0xff : 0x0f) }
}
