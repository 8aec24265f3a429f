/** Completions of the word under the cursor: a key, or a value that is known or occurs in the rows. */

import { SEVERITIES } from '../audit/rule/rule.ts'
import { escapeText } from '../base/safe-text.ts'
import { plural } from '../base/wording.ts'
import { DIALECT_VALUES } from './kinds/dialect.ts'
import { comparison } from './kinds/ordered.ts'
import { fieldsByKey, type QueryField } from './language/field.ts'
import { parse } from './language/parse.ts'

export interface Completions {
  /** The range that a candidate replaces. */
  from: number
  to: number
  candidates: { text: string; help: string }[]
}

const MAX_CANDIDATES = 50
/** Rows whose values are counted, and distinct values that are counted. */
const MAX_ROWS = 10_000
const MAX_VALUES = 2000
const MAX_VALUE_LENGTH = 100

export function completions<Row>(
  text: string,
  cursor: number,
  fields: readonly QueryField<Row>[],
  sample: Iterable<Row> = [],
): Completions {
  const at = Math.min(Math.max(0, Math.trunc(cursor) || 0), text.length)
  const byKey = fieldsByKey(fields)
  const { terms, unread } = parse(text, (name) => byKey.has(name))
  if (unread >= 0 && at > unread) return { from: at, to: at, candidates: [] }
  const term = terms.find((each) => at >= each.start && at <= each.end)
  if (term === undefined) return { from: at, to: at, candidates: keys(fields, '') }
  const value = term.values.find((each) => at >= each.start && at <= each.end)
  if (term.key !== null && at <= term.key.end) {
    const typed = text.slice(term.key.start, at)
    return { from: term.key.start, to: term.key.end + 1, candidates: keys(fields, typed) }
  }
  if (value === undefined || (term.key === null && value.quoted)) return { from: at, to: at, candidates: [] }
  if (term.key === null)
    return { from: value.start, to: value.end, candidates: keys(fields, text.slice(value.start, at)) }
  const field = byKey.get(term.key.name)
  if (field === undefined) return { from: at, to: at, candidates: [] }
  const from = value.quoted ? value.start : operandStart(field, text, value.start, at)
  const typed = text.slice(value.quoted ? Math.min(at, from + 1) : from, at)
  return { from, to: Math.max(from, value.end), candidates: values(field, typed, sample) }
}

function keys<Row>(fields: readonly QueryField<Row>[], typed: string): Completions['candidates'] {
  const begun = typed.toLowerCase()
  return fields
    .filter(({ key, aliases = [] }) => [key, ...aliases].some((name) => name.startsWith(begun)))
    .map(({ key, help }) => ({ text: `${key}:`, help }))
}

/** After a comparison sign, and after the dots of a range. */
function operandStart<Row>({ kind }: QueryField<Row>, text: string, start: number, at: number): number {
  const sign = comparison(text.slice(start, at))
  const isOrdered = kind === 'severity' || kind === 'dialect' || kind === 'number' || kind === 'time'
  if (!isOrdered) return start + (sign === '=' ? 1 : 0)
  const dots = text.slice(start, at).indexOf('..')
  return dots < 0 ? start + sign.length : start + dots + 2
}

function values<Row>(field: QueryField<Row>, typed: string, sample: Iterable<Row>): Completions['candidates'] {
  const fixed = fixedValues(field)
  const begun = typed.toLowerCase()
  const { counts, missing } = countValues(field, sample)
  const seen = [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value)
  const known = new Set([...fixed, ...(field.kind === 'choice' || field.kind === 'severity' ? [] : seen)])
  const all = [...known].map((value) => ({
    value,
    help: rowsText(counts.get(value)),
    text: field.kind === 'text' || field.kind === 'dialect' ? quoted(value) : value,
  }))
  if (missing > 0 && !known.has('unknown')) all.push({ value: 'unknown', help: rowsText(missing), text: 'unknown' })
  const starting = all.filter(({ value }) => value.toLowerCase().startsWith(begun))
  const others = all.filter(({ value }) => value.toLowerCase().indexOf(begun) > 0)
  return [...starting, ...others].slice(0, MAX_CANDIDATES).map(({ text, help }) => ({ text, help }))
}

function rowsText(count = 0): string {
  return count === 0 ? '' : plural(count, 'row')
}

function fixedValues<Row>(field: QueryField<Row>): readonly string[] {
  if (field.kind === 'choice' || field.kind === 'text') return field.values ?? []
  if (field.kind === 'severity') return SEVERITIES
  if (field.kind === 'dialect') return DIALECT_VALUES
  return field.kind === 'flag' ? ['yes', 'no', 'unknown'] : []
}

/** How often each value occurs in the sample. Numbers and times have too many values to list. */
function countValues<Row>(field: QueryField<Row>, sample: Iterable<Row>) {
  const counts = new Map<string, number>()
  let missing = 0
  const count = (value: string) => {
    const before = counts.get(value)
    // Values that need escapes cannot be typed.
    if (before === undefined && (counts.size >= MAX_VALUES || !isTypeable(value))) return
    counts.set(value, (before ?? 0) + 1)
  }
  let looked = 0
  if (field.kind === 'number' || field.kind === 'time') return { counts, missing }
  for (const row of sample) {
    if (looked++ === MAX_ROWS) break
    for (const value of valuesOf(field, row)) {
      if (value === null) missing++
      else count(value)
    }
  }
  return { counts, missing }
}

function valuesOf<Row>(field: QueryField<Row>, row: Row): readonly (string | null)[] {
  if (field.kind === 'address') return field.ends.map((end) => end.ip(row))
  const value = field.get(row)
  if (typeof value === 'boolean') return [value ? 'yes' : 'no']
  if (typeof value === 'number') return [String(value)]
  if (value === null) return field.kind === 'flag' ? ['unknown'] : [null]
  if (typeof value === 'string') return [value]
  return value.length === 0 ? [null] : value
}

function isTypeable(value: string): boolean {
  return value !== '' && value.length <= MAX_VALUE_LENGTH && escapeText(value) === value
}

/** As a filter reads it: quoted if it contains signs or words of the filter language. */
function quoted(value: string): string {
  const isPlain = !/[\s",()*]|^[=<>]|^(?:none|unknown)$|\.\./i.test(value)
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`
}
