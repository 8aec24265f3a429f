/** The parts of a filter, for the colours of the line it is typed in. */
import { queryErrors } from './compile.ts'
import { comparison } from './kinds/ordered.ts'
import { fieldsByKey, type QueryField } from './language/field.ts'
import { parse, type Range } from './language/parse.ts'

export interface Span extends Range {
  kind: 'key' | 'operator' | 'value' | 'text' | 'error'
}

/** In order, without overlap; blanks belong to none. */
export function spans<Row>(text: string, fields: readonly QueryField<Row>[]): Span[] {
  const byKey = fieldsByKey(fields)
  const errors = queryErrors(text, fields)
  const { terms, operators } = parse(text, (name) => byKey.has(name))
  const found: Span[] = operators.map(({ start, end }) => ({ start, end, kind: 'operator' }))
  const add = (kind: Span['kind'], start: number, end: number) => {
    if (end > start) found.push({ start, end, kind })
  }
  for (const { key, values } of terms) {
    if (key !== null) add('key', key.start, key.end)
    const field = key === null ? undefined : byKey.get(key.name)
    for (const { start, end, text: typed, quoted } of values) {
      const signs = quoted || field === undefined ? 0 : comparisonLength(field, typed)
      add('operator', start, start + signs)
      add(key === null ? 'text' : 'value', start + signs, end)
    }
  }
  const inError = (span: Span) => errors.some((error) => span.start >= error.start && span.end <= error.end)
  const shown = found.map((span) => (inError(span) ? { ...span, kind: 'error' as const } : span))
  for (const { start, end } of errors) {
    if (!shown.some((span) => span.start < end && span.end > start)) shown.push({ start, end, kind: 'error' })
  }
  return shown.filter((span) => span.end > span.start).sort((a, b) => a.start - b.start)
}

/** The length of the comparison sign before the value. Text knows only "=": other signs are part of it. */
function comparisonLength<Row>({ kind }: QueryField<Row>, typed: string): number {
  const sign = comparison(typed)
  if (kind === 'text' || kind === 'choice' || kind === 'flag' || kind === 'address') return sign === '=' ? 1 : 0
  return sign.length
}
