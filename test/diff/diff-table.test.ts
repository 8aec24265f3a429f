import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/base/safe-text.ts'
import { writeDiff } from '../../src/diff/diff-formats.ts'
import { differenceOf } from '../../src/diff/difference.ts'
import type { SessionFacts } from '../../src/ledger/smb-facts.ts'
import { capture, connection, counts, ledger, session } from '../support/facts.ts'
import { textOf } from '../support/findings.ts'
import { predictionOf, resultFrom, resultOf } from '../support/results.ts'

const schema = JSON.parse(readFileSync(new URL('../../docs/diff.schema.json', import.meta.url), 'utf8'))
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)

/** Sessions of many clients, from 10.0.1.1 on. */
function estate(clients: number, facts: Partial<SessionFacts>, complete = true) {
  const connections = Array.from({ length: clients }, (_, i) => connection({ client: `10.0.1.${i + 1}` }))
  return ledger(
    connections,
    connections.map((on) => session({ on, auth: 'ntlmv2', user: 'alice', encryptData: false, ...facts })),
    [capture({ complete })],
  )
}

const UNSIGNED = { requests: counts({ unsigned: 9 }), responses: counts({ unsigned: 9 }) }
const SIGNED = { requests: counts({ signed: 9 }), responses: counts({ signed: 9 }) }

async function table(old: ReturnType<typeof estate>, now: ReturnType<typeof estate>, color = false): Promise<string> {
  const difference = differenceOf(await resultFrom(old), await resultFrom(now))
  return textOf((sink) => writeDiff('table', difference, null, sink, { width: 80, color }))
}

describe('the table of a comparison', () => {
  it('begins with how many of each change', async () => {
    const text = await table(estate(20, UNSIGNED), estate(12, SIGNED))
    expect(text.split('\n').slice(0, 3)).toEqual([
      'Findings: 0 new, 0 worse, 12 fixed, 24 not seen this time.',
      '          0 better, 24 unchanged.',
      'Hosts:    0 new, 8 not seen this time.',
    ])
    expect(text).toContain('  8: the hosts were not seen\n    10.0.1.13 -> 10.0.0.10  corp\\alice\n')
    expect(text).toContain('and 4 others: -f json lists them')
  })

  it('has a mark for what was well before', async () => {
    const text = await table(estate(1, SIGNED), estate(1, UNSIGNED))
    expect(text).toContain('Findings: 1 new (1 well before), 0 worse')
    expect(text).toContain('  10.0.1.1 -> 10.0.0.10  corp\\alice  well before\n')
  })

  it('says what a damaged capture is worth', async () => {
    const text = await table(estate(1, UNSIGNED), estate(1, SIGNED, false))
    expect(text).toContain('New is incomplete: 1 capture was cut or damaged.')
  })

  it('fits into 80 columns, and escapes what came from the wire', async () => {
    const user = `\x1b[2J${'long'.repeat(40)}\u202e`
    const text = await table(estate(3, { ...UNSIGNED, user }), estate(3, { ...UNSIGNED, user: 'bob' }))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there.
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
    expect(text.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([])
  })

  it('has colours only where they are wanted, and the same words', async () => {
    const [old, now] = [estate(2, UNSIGNED), estate(2, SIGNED)]
    const colored = await table(old, now, true)
    expect(colored).toContain('\x1b[32m2 fixed\x1b[0m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them.
    expect(colored.replaceAll(/\x1b\[[0-9;]*m/g, '')).toBe(await table(old, now))
  })
})

describe('the table of two predictions', () => {
  it('has the numbers of each control then and now, and what would break', async () => {
    const guest = { guest: true, requests: counts({ unsigned: 5 }), responses: counts({ unsigned: 5 }) }
    const before = predictionOf(estate(2, guest))
    const after = predictionOf(estate(3, SIGNED))
    const difference = differenceOf(await resultOf(before), await resultOf(after))
    const text = textOf((sink) => writeDiff('table', difference, null, sink, { width: 80, color: false }))
    expect(text.split('\n')[0]).toMatch(/^Readiness: \d+ would break now and did not before, \d+ ready now,$/)
    expect(text).toMatch(/^Disable guest access +0 -> 3 +2 -> 0 +0$/m)
    expect(text).toContain('Ready now\n')
    expect(text).toMatch(/^disable-guest: 2$/m)
    expect(text).toContain('10.0.1.1 -> 10.0.0.10')
    expect(text.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([])
    const records = textOf((sink) => writeDiff('json', difference, null, sink, { width: 80, color: false }))
    expect(validate(JSON.parse(records)) ? [] : validate.errors).toEqual([])
  })

  it('is refused where a prediction was cut', async () => {
    const lines = predictionOf(estate(2, SIGNED)).trimEnd().split('\n')
    for (let kept = 1; kept < lines.length; kept++) {
      await expect(resultOf(lines.slice(0, kept).join('\n'))).rejects.toThrow(/cut|no result/)
    }
  })
})

describe('the records of a comparison', () => {
  it('list every change, and the totals last', async () => {
    const difference = differenceOf(await resultFrom(estate(2, UNSIGNED)), await resultFrom(estate(1, SIGNED)))
    const text = textOf((sink) => writeDiff('ndjson', difference, 3, sink, { width: 80, color: false }))
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.at(-1)).toMatchObject({
      type: 'diff',
      schemaVersion: 1,
      findings: { new: 0, worse: 0, fixed: 1, regressed: 0 },
      hosts: { new: 0, 'not-seen': 1 },
      failures: 3,
    })
    expect(records.find(({ change }) => change === 'fixed')).toMatchObject({
      type: 'finding-change',
      rule: 'unsigned-session',
      reason: null,
      subject: { client: '10.0.1.1', user: 'alice' },
      old: { severity: 'high', count: 1 },
      new: null,
    })
    const json = textOf((sink) => writeDiff('json', difference, 3, sink, { width: 80, color: false }))
    expect(JSON.parse(json)).toEqual({ schemaVersion: 1, records })
  })
})
