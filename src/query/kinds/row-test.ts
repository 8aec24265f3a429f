/** Tests one typed value against rows: by the kind of the field, with lists and unknown values. */
import type { QueryField } from '../language/field.ts'
import type { Value } from '../language/parse.ts'
import { compileEnd } from './address.ts'
import { compileChoice, compileFlag, compileSeverity } from './choice.ts'
import type { Compiled, Test } from './compiled.ts'
import { compileDialect } from './dialect.ts'
import { compileOrdered, readNumber } from './ordered.ts'
import { compileText } from './text.ts'
import { compileTime } from './time.ts'

export function compileValue<Row>(field: QueryField<Row>, value: Value): Compiled<Row> {
  if (asksForNothing(field, value)) return { test: isNothing(field) }
  switch (field.kind) {
    case 'text':
      return textRows(field, value, compileText(value))
    case 'choice':
      return textRows(field, value, compileChoice(value, field.values))
    case 'dialect':
      return textRows(field, value, compileDialect(value))
    case 'severity':
      return rows(compileSeverity(value.text), field.get)
    case 'number':
      return rows(compileOrdered(value.text, readNumber), field.get)
    case 'time':
      return rows(compileTime(value.text), field.get)
    case 'flag':
      return rows(compileFlag(value.text), field.get)
    case 'address':
      return addressRows(field.ends, value)
  }
}

/** Free text: searches every column that is shown. Null if nothing is typed yet. */
export function compileFreeText<Row>(fields: readonly QueryField<Row>[], value: Value): Test<Row> | null {
  // A leading "=" is an ordinary character here.
  const compiled = compileText(value.text.startsWith('=') ? { ...value, quoted: true } : value)
  if (compiled === null || 'fault' in compiled) return null
  const tests: Test<Row>[] = []
  for (const field of fields) {
    if (field.shown === false) continue
    if (field.kind === 'text' || field.kind === 'choice' || field.kind === 'dialect') {
      tests.push(textTest(field.get, compiled.test))
    } else if (field.kind === 'severity') {
      const { get } = field
      tests.push(known(get, compiled.test))
    } else if (field.kind === 'address') {
      for (const end of field.ends) tests.push(known(end.ip, compiled.test))
    }
    const { long } = field
    if (long !== undefined && value.text.includes(long.mark)) tests.push(known(long.get, compiled.test))
  }
  return anyOf(tests)
}

export function anyOf<Row>(tests: readonly Test<Row>[]): Test<Row> {
  const [only] = tests
  if (only !== undefined && tests.length === 1) return only
  return (row) => {
    for (const test of tests) if (test(row)) return true
    return false
  }
}

/** "none" and "unknown", unless the field has a value of that name. */
function asksForNothing<Row>(field: QueryField<Row>, { text, quoted }: Value): boolean {
  const word = text.toLowerCase()
  if (quoted || (word !== 'none' && word !== 'unknown')) return false
  return field.kind !== 'choice' || !field.values.includes(word)
}

function isNothing<Row>(field: QueryField<Row>): Test<Row> {
  if (field.kind === 'address') return (row) => field.ends.every((end) => end.ip(row) === null)
  return (row) => {
    const value = field.get(row)
    return value === null || (typeof value === 'object' && value.length === 0)
  }
}

function rows<Row, T>(compiled: Compiled<T>, get: (row: Row) => T | null): Compiled<Row> {
  if (compiled === null || 'fault' in compiled) return compiled
  return { test: known(get, compiled.test) }
}

function known<Row, T>(get: (row: Row) => T | null, test: Test<T>): Test<Row> {
  return (row) => {
    const value = get(row)
    return value !== null && test(value)
  }
}

function textRows<Row>(
  field: Extract<QueryField<Row>, { kind: 'text' | 'choice' | 'dialect' }>,
  value: Value,
  compiled: Compiled<string>,
): Compiled<Row> {
  if (compiled === null || 'fault' in compiled) return compiled
  const test = textTest(field.get, compiled.test)
  const { long } = field
  if (long === undefined || !value.text.includes(long.mark)) return { test }
  return { test: anyOf([test, known(long.get, compiled.test)]) }
}

function textTest<Row>(get: (row: Row) => string | null | readonly string[], test: Test<string>): Test<Row> {
  return (row) => {
    const value = get(row)
    if (value === null) return false
    if (typeof value === 'string') return test(value)
    for (const each of value) if (test(each)) return true
    return false
  }
}

function addressRows<Row>(ends: Extract<QueryField<Row>, { kind: 'address' }>['ends'], value: Value): Compiled<Row> {
  const compiled = compileEnd<Row>(value.text.replace(/^=/, ''))
  if (compiled === null || 'fault' in compiled) return compiled
  const { test } = compiled
  return {
    test: (row) => {
      for (const end of ends) if (test(end, row)) return true
      return false
    },
  }
}
