import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileQuery } from '../../src/query/compile.ts'
import { completions } from '../../src/query/completions.ts'
import { SESSION_FIELDS } from '../../src/query/fields/sessions.ts'
import { spans } from '../../src/query/spans.ts'
import type { SessionRow } from '../../src/rows/session-row.ts'
import { cases } from '../support/cases.ts'
import { sessionRow } from '../support/rows.ts'

const compile = (text: string) => compileQuery(text, SESSION_FIELDS)
const matches = (text: string, given: Partial<SessionRow> = {}) => {
  const query = compile(text)
  expect(query.error, text).toBeNull()
  return query.matches(sessionRow(given))
}

const MATCHING = [
  '',
  'alice',
  'Alice',
  '"alice"',
  'ALICE OR alice',
  'corp\\alice',
  'user:CORP\\Alice',
  '-bob',
  '!bob',
  'NOT bob',
  '-(bob OR carol)',
  'user:al*',
  'user:*ice',
  'user:a*c*',
  'user:=alice',
  'user:bob,alice',
  'ws:"ws 01"',
  '"WS 0"',
  'bob OR alice auth:ntlm',
  'share:"Data (old)"',
  'share:*(old)',
  'share:\\\\srv\\IPC$',
  '(share:ipc$)',
  'share:none OR user:alice',
  '10.0.0.5:50000',
  'client:10.0.0.0/8',
  'client:10.',
  'client:10.0.0.5',
  'client:10.*.5',
  'host:192.168.1.9',
  'ip:10.0.0.5',
  'server:192.168.1.9:445',
  'server::445',
  'server:*:445',
  'client:0.0.0.0/0',
  '-client:11.0.0.0/8',
  'client:::ffff:10.0.0.5',
  'port:445',
  'port:139,445',
  'messages:>11',
  'messages:>=12',
  'messages:<=12',
  'messages:<13',
  'messages:=12',
  'messages:0xc',
  'messages:10..12',
  'messages:12..',
  'messages:..12',
  'SEVERITY:high',
  'sev:h',
  'severity:>=medium',
  'severity:<critical',
  'severity:low..critical',
  'dialect:3.0.2',
  'dialect:<3.1.1',
  'dialect:>2.1',
  'dialect:3',
  'dialect:<=3',
  'dialect:smb3',
  'dialect:3.0..3.1.1',
  'dialect:3.*',
  'auth:ntlm',
  'auth:NTLMv2',
  'guest:no',
  'guest:n',
  '-guest:yes',
  'anonymous:unknown',
  'encrypted:unknown',
  'cipher:none',
  'time:10:42',
  'time:10:42:07',
  'time:>10:41',
  'time:>=10:42',
  'time:23:00..11:00',
  'first:2024-05-01',
  'first:2024',
  'first:2024-05',
  'first:2024-05-01..',
  'first:..2024-05-01',
  'first:>2024-04-30',
  'first:2024-05-01T10:42',
  'first:"2024-05-01 10:42:07"',
  'time:..10:42',
  // Still being typed:
  '-',
  '!',
  '(',
  '-(',
  'severity:',
  '-severity:',
  'severity:>=',
  'alice OR',
  'OR',
  'AND alice AND',
  'user:"ali',
  'client:10.0.0.0/',
  'time:10:4',
  'time:2024-',
  'messages:..',
  'dialect:sm',
  'guest:u',
  'user:=',
  'user:bob,alice,',
  'client:[',
]
const OTHERS = [
  'bob',
  'aLICE',
  '-alice',
  'alice bob',
  'alice -corp',

  'user:=ali',
  'user:b*',
  'user:*lic',
  'user:"a*"',
  'user:none',
  'ws:none',
  'client:11.0.0.0/8',
  'client:10.0.0.6',
  'client:10.0.0.5:445',
  'client:fe80::/10',
  'server::139',
  'port:>445',
  'messages:>12',
  'messages:<12',
  'messages:13..',
  'severity:>high',
  'severity:critical',
  'severity:none',
  'dialect:<3.0.2',
  'dialect:smb1',
  'dialect:2',
  'dialect:3.1',
  'dialect:>3',
  'guest:yes',
  'guest:unknown',
  'anonymous:yes',
  'anonymous:no',
  'signing:none',
  'signing:unknown',
  'auth:lm',
  'time:>10:42',
  'time:<10:42',
  'time:10:43',
  'first:<2024-05-01',
  'first:2023',
  'time:23:00..01:00',
  'dialect:none',
  'alice OR bob carol',
]

describe('filters', () => {
  it.each(MATCHING)('%s: finds the session', (text) => expect(matches(text)).toBe(true))
  it.each(OTHERS)('%s: does not find it', (text) => expect(matches(text)).toBe(false))

  it.each([
    ['severty:high', 0, 7, 'there is no key "severty" (did you mean severity?)'],
    ['a severity:hihg', 11, 15, 'there is no "hihg" (did you mean high?)'],
    ['messages:many', 9, 13, '"many" is not a number'],
    ['messages:5..3', 9, 13, 'the range ends before it begins: write 3..5'],
    ['client:alice', 7, 12, '"alice" is not an address'],
    ['client:10.0.0.256', 7, 17, '"10.0.0.256" is not an address'],
    ['client:10.0.0.0/33', 7, 18, '"/33" is not a prefix length from 0 to 32'],
    ['server:10.0.0.1:99999', 7, 21, '"99999" is not a port'],
    ['dialect:3.9', 8, 11, expect.stringContaining('"3.9" is not a dialect')],
    ['dialect:constructor..3', 8, 22, expect.stringContaining('is not a dialect')],
    ['guest:maybe', 6, 11, '"maybe" is not one of yes, no, unknown'],
    ['time:25:00', 5, 10, '"25:00" is not a time of day'],
    ['time:2024-02-30', 5, 15, '"2024-02-30" is not a calendar date'],
    ['time:noon', 5, 9, expect.stringContaining('"noon" is not a time')],
    ['time:10:42..2024-05-01', 5, 22, expect.stringContaining('one end of the range has a date')],
    ['constructor:x', 0, 11, expect.stringContaining('there is no key')],
  ])('%s: says what is wrong, and hides nothing', (text, start, end, message) => {
    const query = compile(text)
    expect(query.error).toEqual({ start, end, message })
    expect(query.isEmpty || query.matches(sessionRow({ user: 'a' }))).toBe(true)
  })

  it('treats drives, addresses and URLs as text', () => {
    for (const text of ['C:\\x', 'fe80::1', 'dead:beef::1', '10.0.0.1:445', 'http://x'])
      expect(compile(text).error).toBeNull()
  })

  it('finds IPv6, in brackets with a port', () => {
    const given = { server: 'fe80::1', dialect: 'NT LM 0.12' }
    for (const text of [
      'server:fe80::1',
      'server:fe80::/10',
      'server:fe80:',
      'server:[fe80::1]:445',
      'dialect:smb1',
      'dialect:<2',
      'dialect:"NT LM 0.12"',
    ]) {
      expect(matches(text, given), text).toBe(true)
    }
    expect(matches('server:fe80::2', given)).toBe(false)
  })

  it('finds what is not known', () => {
    expect(
      matches('user:none worst:none share:none dialect:unknown', {
        user: null,
        worst: null,
        shares: [],
        dialect: null,
      }),
    ).toBe(true)
    expect(matches('user:"none"', { user: null })).toBe(false)
  })

  it('reads no more than 2000 characters', () => {
    const query = compile('a '.repeat(5000))
    expect(query.error).toMatchObject({ start: 2000, end: 10_000 })
    expect(compile('('.repeat(1000)).error).toMatchObject({ start: 32 })
  })

  it('is quick about wildcards that others go back for', () => {
    expect(matches(`user:${'a*'.repeat(500)}b`, { user: 'a'.repeat(60_000) })).toBe(false)
  })
})

describe('completions', () => {
  const rows = [
    sessionRow(),
    sessionRow({ user: 'John "J" Doe' }),
    sessionRow({ user: '\u001b[2J' }),
    sessionRow({ user: null }),
    sessionRow(),
  ]
  it.each([
    ['sev', 3, 0, 3, ['severity:']],
    ['severity:h', 10, 9, 10, ['high']],
    ['a -severity:>=cr', 16, 14, 16, ['critical']],
    ['user:', 5, 5, 5, ['Alice', '"John ""J"" Doe"', 'unknown']],
    ['user:bob,jo', 11, 9, 11, ['"John ""J"" Doe"']],
    ['guest:', 6, 6, 6, ['yes', 'no', 'unknown']],
    ['dialect:3.0..3.1', 16, 13, 16, ['3.1.1']],
    ['client:10', 9, 7, 9, ['10.0.0.5']],
    ['sev:high', 3, 0, 4, ['severity:']],
  ])('%s at %i', (text, cursor, from, to, expected) => {
    const found = completions(text, cursor, SESSION_FIELDS, rows)
    const texts = found.candidates.map((candidate) => candidate.text)
    expect({ from: found.from, to: found.to }).toEqual({ from, to })
    expect(new Set(texts)).toEqual(new Set(expected))
  })

  it('give values that find their rows', () => {
    for (const { text } of completions('user:', 5, SESSION_FIELDS, rows).candidates) {
      expect(rows.some(compile(`user:${text}`).matches), text).toBe(true)
    }
  })
})

describe('colours', () => {
  it('are of keys, signs, values, texts and errors', () => {
    const text = '-severity:>=high,lwo (bob OR nokey:x)'
    expect(spans(text, SESSION_FIELDS).map(({ start, end, kind }) => `${kind} ${text.slice(start, end)}`)).toEqual([
      'operator -',
      'key severity',
      'operator :',
      'operator >=',
      'value high',
      'operator ,',
      'error lwo',
      'operator (',
      'text bob',
      'operator OR',
      'error nokey',
      'operator :',
      'value x',
      'operator )',
    ])
  })
})

const WORDS = fc.constantFrom(...MATCHING, ...OTHERS, 'nokey:x', '"', '(', ')', ',', '..', ':', '\\', '*', 'OR', ' ')
const ANY = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(WORDS).map((words) => words.join(' ')),
  fc.array(WORDS).map((words) => words.join('')),
  fc
    .tuple(fc.constantFrom(...SESSION_FIELDS.map((field) => field.key)), fc.string())
    .map(([key, value]) => `${key}:${value}`),
)
const ROW = fc
  .record({ user: fc.option(fc.string({ unit: 'binary' })), workstation: fc.option(fc.string()), messages: fc.nat(20) })
  .map(sessionRow)
/** Complete, one operand: a term of the tables, in parentheses. */
const COMPLETE = fc
  .constantFrom(...MATCHING, ...OTHERS)
  .filter((text) => !compile(text).isEmpty && !/["(]|OR$|AND$/.test(text))

describe('any text', () => {
  it('is a filter, with ranges inside of it', () => {
    fc.assert(
      fc.property(ANY, ROW, fc.integer(), (text, row, cursor) => {
        const { error, matches } = compile(text)
        expect(typeof matches(row)).toBe('boolean')
        if (error !== null) {
          expect(error.start).toBeGreaterThanOrEqual(0)
          expect(error.end).toBeGreaterThanOrEqual(error.start)
          expect(error.end).toBeLessThanOrEqual(text.length)
        }
        let at = 0
        for (const span of spans(text, SESSION_FIELDS)) {
          expect(span.start).toBeGreaterThanOrEqual(at)
          expect(span.end).toBeGreaterThan(span.start)
          at = span.end
        }
        expect(at).toBeLessThanOrEqual(text.length)
        for (const place of [cursor, Math.abs(cursor) % (text.length + 1)]) {
          const { from, to } = completions(text, place, SESSION_FIELDS, [row])
          expect(from).toBeGreaterThanOrEqual(0)
          expect(to).toBeGreaterThanOrEqual(from)
          expect(to).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: cases(2000) },
    )
  })

  it('is negated to its complement, and joined to intersections and unions', () => {
    fc.assert(
      fc.property(COMPLETE, COMPLETE, ROW, (a, b, row) => {
        const [isA, isB] = [compile(a).matches(row), compile(b).matches(row)]
        expect(compile(`-(${a})`).matches(row)).toBe(!isA)
        expect(compile(`${a} ${b}`).matches(row)).toBe(isA && isB)
        expect(compile(`(${a}) OR (${b})`).matches(row)).toBe(isA || isB)
      }),
    )
  })

  it('is found where it is shown', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string(), fc.string(), (text, before, after) => {
        const quoted = `"${text.replaceAll('"', '""')}"`
        const row = sessionRow({ workstation: before + text + after })
        expect(compile(quoted).matches(row)).toBe(true)
        expect(compile(`ws:${quoted}`).matches(row)).toBe(true)
      }),
    )
  })
})
