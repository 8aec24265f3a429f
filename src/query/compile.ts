/** Compiles filters into predicates over rows. Values are read once; a row only costs comparisons. */
import { didYouMean } from '../base/did-you-mean.ts'
import type { Test } from './kinds/compiled.ts'
import { anyOf, compileFreeText, compileValue } from './kinds/row-test.ts'
import { fieldsByKey, type QueryField } from './language/field.ts'
import { MAX_DEPTH, MAX_LENGTH, type Node, parse, type Range, type Term } from './language/parse.ts'

export interface QueryError extends Range {
  /** A sentence without its full stop. It repeats what was typed: escape it where it is shown. */
  message: string
}

export interface Query<Row> {
  matches(row: Row): boolean
  /** The first error. A faulty part is ignored, like one that is still being typed: neither hides a row. */
  error: QueryError | null
  /** There is no condition yet: every row matches. */
  isEmpty: boolean
}

/** Accepts any text, in time linear in its length; only MAX_LENGTH characters are read. */
export function compileQuery<Row>(text: string, fields: readonly QueryField<Row>[]): Query<Row> {
  const { root, errors } = compileParts(text, fields)
  return { matches: root ?? (() => true), error: errors[0] ?? null, isEmpty: root === null }
}

/** All errors, in the order of the text. */
export function queryErrors<Row>(text: string, fields: readonly QueryField<Row>[]): QueryError[] {
  return compileParts(text, fields).errors
}

interface Context<Row> {
  fields: readonly QueryField<Row>[]
  byKey: ReadonlyMap<string, QueryField<Row>>
  errors: QueryError[]
}

function compileParts<Row>(text: string, fields: readonly QueryField<Row>[]) {
  const byKey = fieldsByKey(fields)
  const parsed = parse(text, (name) => byKey.has(name))
  const errors: QueryError[] = []
  const root = compileNode(parsed.root, { fields, byKey, errors })
  if (parsed.unread >= 0) {
    const message =
      parsed.unread === MAX_LENGTH
        ? `no more than ${MAX_LENGTH} characters are read`
        : `no more than ${MAX_DEPTH} parentheses are read`
    errors.push({ start: parsed.unread, end: text.length, message })
  }
  return { root, errors }
}

/** Null if there is no condition. */
function compileNode<Row>(node: Node | null, context: Context<Row>): Test<Row> | null {
  if (node === null) return null
  if (node.type === 'term') return compileTerm(node, context)
  if (node.type === 'not') {
    const test = compileNode(node.node, context)
    return test && ((row) => !test(row))
  }
  const tests: Test<Row>[] = []
  for (const each of node.nodes) {
    const test = compileNode(each, context)
    if (test !== null) tests.push(test)
  }
  if (tests.length === 0) return null
  return node.type === 'or' ? anyOf(tests) : allOf(tests)
}

function compileTerm<Row>(term: Term, context: Context<Row>): Test<Row> | null {
  const { key, values } = term
  if (key === null) return values[0] ? compileFreeText(context.fields, values[0]) : null
  const field = context.byKey.get(key.name)
  if (field === undefined) {
    const keys = context.fields.map((each) => each.key)
    const message = `there is no key "${key.name}"${didYouMean(key.name, [...context.byKey.keys()]) || `: ${keys.join(', ')}`}`
    context.errors.push({ start: key.start, end: key.end, message })
    return null
  }
  const tests: Test<Row>[] = []
  for (const value of values) {
    const compiled = compileValue(field, value)
    if (compiled === null) continue
    if ('fault' in compiled) context.errors.push({ start: value.start, end: value.end, message: compiled.fault })
    else tests.push(compiled.test)
  }
  return tests.length === 0 ? null : anyOf(tests)
}

function allOf<Row>(tests: readonly Test<Row>[]): Test<Row> {
  const [only] = tests
  if (only !== undefined && tests.length === 1) return only
  return (row) => {
    for (const test of tests) if (!test(row)) return false
    return true
  }
}
