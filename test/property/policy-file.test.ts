/** Policy files of any content: read or refused, never more than that. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endOfDay } from '../../src/policy/file/read-exemptions.ts'
import { POLICY_TEMPLATE } from '../../src/policy/file/template.ts'
import { namesHost } from '../../src/policy/host-names.ts'
import { uncMatcher, uncPathOf } from '../../src/policy/unc-pattern.ts'
import { readText } from '../support/policy-file.ts'

const EXAMPLE = POLICY_TEMPLATE.replace(/^#(?=\S| {2})/gm, '')
/** What YAML and a policy give a meaning to. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\n  ',
    '\n- ',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '#',
    '%',
    '---\n',
    '\\\\',
    '\t',
  ],
  ...[
    'zones',
    'hosts',
    'exemptions',
    'reason',
    'internal',
    'unc-paths',
    '10.0.0.0/8',
    'a',
    '\u0000',
    '\u202e',
    '\ud800',
    '<<',
  ],
)

describe('a policy file', () => {
  it('of any pieces is read, or every problem has its place', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 60 }), async (parts) => {
        const text = parts.join('')
        const { document, problems } = await readText(text)
        const lines = text.split('\n').length
        if (problems === null) expect(document).toBeTypeOf('object')
        for (const { line, column, message } of problems ?? []) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(lines)
          expect(column).toBeGreaterThan(0)
          expect(message).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })

  it('of any bytes is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { document, problems } = await readText(bytes)
        expect(document === null).toBe(problems !== null)
      }),
    )
  })

  it('that was damaged in one place is read, or the place is near', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(EXAMPLE.length), fc.nat(3), pieces, async (at, removed, piece) => {
        const { problems } = await readText(EXAMPLE.slice(0, at) + piece + EXAMPLE.slice(at + removed))
        for (const { message } of problems ?? []) expect(message).not.toContain('undefined')
      }),
    )
  })
})

it('a pattern matches its own path in any case, and no other share', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9$_-]{1,12}$/)
  fc.assert(
    fc.property(name, name, name, (server, share, other) => {
      const matches = uncMatcher(uncPathOf(`\\\\${server}\\${share}`)!)
      expect(matches(`\\\\${server.toUpperCase()}\\${share.toLowerCase()}`)).toBe(true)
      expect(matches(`\\\\${server}\\${other}`)).toBe(share.toLowerCase() === other.toLowerCase())
      expect(uncMatcher(uncPathOf(`\\\\*\\${share}`)!)(`\\\\${other}\\${share}`)).toBe(true)
      expect(uncMatcher(uncPathOf(`\\\\${server}\\*`)!)(`\\\\${server}.corp.example\\${other}`)).toBe(true)
    }),
  )
})

it('any text is compared with any path and any name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const pattern = uncPathOf(`\\\\${a}`)
      if (pattern !== null) expect(uncMatcher(pattern)(b)).toBeTypeOf('boolean')
      expect(namesHost(a.toLowerCase(), b)).toBeTypeOf('boolean')
    }),
  )
})

it('every day of the calendar has an end, and no other text', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }), (date) => {
      const day = date.toISOString().slice(0, 10)
      const end = endOfDay(day)!
      expect(new Date(end / 1000).toISOString().slice(0, 10)).toBe(day)
      expect(new Date((end + 1) / 1000).toISOString().slice(0, 10)).not.toBe(day)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(endOfDay(text)).toBeNull()
    }),
  )
  fc.assert(
    fc.property(fc.nat(9999), fc.nat(99), fc.nat(99), (year, month, day) => {
      const text = [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join(
        '-',
      )
      const date = new Date(`${text}T00:00:00Z`)
      const isDay = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
      expect(endOfDay(text) !== null).toBe(isDay && year >= 1970 && year < 2200)
    }),
  )
})
