import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../src/diff/difference.ts'
import { failures, parseFailOn } from '../../src/diff/fail-on.ts'
import { connection, counts, ledger, session } from '../support/facts.ts'
import { resultFrom } from '../support/results.ts'

const on = connection()
const ntlm = { on, auth: 'ntlmv2', user: 'alice', encryptData: false } as const
const signed = ledger([on], [session({ ...ntlm, requests: counts({ signed: 9 }), responses: counts({ signed: 9 }) })])
const unsigned = ledger(
  [on],
  [session({ ...ntlm, requests: counts({ unsigned: 9 }), responses: counts({ unsigned: 9 }) })],
)

describe('--fail-on of a comparison', () => {
  it.each([
    ['new', { what: 'new', severity: 'info' }],
    ['new:high', { what: 'new', severity: 'high' }],
    ['worse:low', { what: 'worse', severity: 'low' }],
    ['breaks', { what: 'breaks', severity: null }],
  ])('takes %s', (text, expected) => {
    expect(parseFailOn(text)).toEqual(expected)
  })

  it.each([
    ['nwe', 'Use one of new, regressed, worse, breaks (did you mean new?).'],
    ['new:hihg', 'Behind new: use one of critical, high, medium, low, info (did you mean high?).'],
    ['breaks:high', 'A readiness row has no severity: use breaks alone.'],
    ['new:', 'Behind new: use one of critical, high, medium, low, info.'],
  ])('refuses %s', (text, message) => {
    expect(() => parseFailOn(text)).toThrow(message)
  })

  it('counts the changes that it names, each once', async () => {
    const difference = differenceOf(await resultFrom(signed), await resultFrom(unsigned))
    const count = (...texts: string[]) => failures(difference, texts.map(parseFailOn))
    expect(difference.findings!.filter(({ change }) => change === 'new').map(({ rule }) => rule)).toEqual([
      'unsigned-session',
    ])
    expect(count('new:high')).toBe(1)
    expect(count('new:critical')).toBe(0)
    expect(count('regressed', 'new')).toBe(1)
    expect(count('worse', 'breaks')).toBe(0)
  })

  it('takes only what was well before for a relapse', async () => {
    const before = await resultFrom(ledger([on], []))
    const difference = differenceOf(before, await resultFrom(unsigned))
    expect(failures(difference, [parseFailOn('new:high')])).toBe(1)
    expect(failures(difference, [parseFailOn('regressed:high')])).toBe(0)
  })
})
