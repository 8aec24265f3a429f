import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/audit/rules/index.ts'
import { findingRecord } from '../../src/report/records/finding.ts'
import { scanRecords } from '../../src/report/records/index.ts'
import { messageRecord } from '../../src/report/records/message.ts'
import type { Report } from '../../src/report/records/report.ts'
import { ruleRecord } from '../../src/report/text/rule-text.ts'
import {
  bareConnection,
  capture,
  clearSession,
  connection,
  ledger,
  logon,
  ntlm,
  session,
  smb1,
  tree,
} from '../support/facts.ts'
import { finding, report, rule } from '../support/findings.ts'
import { recordTypes, schemaErrors } from '../support/schema.ts'

/** Without their folders. */
function recordFiles(): string[] {
  const paths = readdirSync(new URL('../../src/report/records', import.meta.url), { recursive: true, encoding: 'utf8' })
  return paths.filter((path) => path.endsWith('.ts')).map((path) => basename(path))
}

describe('records.schema.json', () => {
  it('has a file in src/report/records and a section in docs/records.md for each record type', () => {
    const sections = readFileSync(new URL('../../docs/records.md', import.meta.url), 'utf8')
    const files = recordFiles()
    expect(recordTypes().length).toBeGreaterThan(8)
    for (const type of recordTypes()) {
      expect(files).toContain(`${type}.ts`)
      expect(sections).toContain(`\n## ${type}\n`)
    }
  })

  it('defines every record type that has a file', () => {
    // What records are made from, what several types share, and the list of them.
    const helpers = ['schema-version.ts', 'index.ts', 'loss.ts', 'record-parts.ts', 'report.ts']
    const files = recordFiles()
    const types = files.filter((file) => !helpers.includes(file)).map((file) => file.replace(/\.ts$/, ''))
    expect(types.sort()).toEqual(recordTypes().sort())
  })

  it('rejects a record with a missing field, an extra field, or a field of the wrong type', () => {
    const good = findingRecord(finding(), rule())
    expect(schemaErrors('finding', good)).toEqual([])
    expect(schemaErrors('finding', { ...good, count: '1' })).not.toEqual([])
    expect(schemaErrors('finding', { ...good, extra: 1 })).not.toEqual([])
    expect(schemaErrors('finding', { ...good, user: '' })).not.toEqual([])
    const { evidence: _, ...without } = good
    expect(schemaErrors('finding', without)).not.toEqual([])
  })

  it('matches facts with everything seen, and with nothing seen', () => {
    const full = connection({ smb1: smb1() })
    const bare = bareConnection({
      state: 'midstream',
      client: '2001:db8::1',
      server: '2001:db8::2',
      firstTime: Number.NaN,
    })
    const sessions = [
      session({
        on: full,
        logons: [logon({ auth: 'ntlmv2', ntlm: ntlm() })],
        trees: [tree(), tree({ path: null, shareType: null })],
      }),
      clearSession({ on: bare, user: null, domain: null, ntStatus: null, status: 'unknown' }),
    ]
    const warnings = [{ code: 'truncated-record', message: 'cut', frame: null }]
    const facts = ledger([full, bare], sessions, [
      capture(),
      capture({ path: '-', firstTime: null, lastTime: null, complete: false, warnings }),
    ])
    const findings = [
      finding(),
      finding({ rule: 'unknown-rule', client: null, server: null, user: null, connection: null }),
    ]
    const all: Report = { ...report({ ledger: facts, findings }), rules: [rule()] }
    for (const record of scanRecords(all)) expect(schemaErrors('scanRecord', record)).toEqual([])
  })

  it('matches every message row', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff })
    const rows = fc.record({
      frame: fc.integer({ min: 1 }),
      time: fc.double(),
      client: fc.constant({ ip: '10.0.0.5', port: 50_000 }),
      server: fc.constant({ ip: '::1', port: 445 }),
      family: fc.constantFrom('smb1' as const, 'smb2' as const, 'transform' as const, 'compressed' as const),
      command: fc.option(fc.integer({ min: 0, max: 0xffff })),
      response: fc.option(fc.boolean()),
      signed: fc.option(fc.boolean()),
      status: fc.option(word),
      sessionIdLow: fc.option(word),
      sessionIdHigh: fc.option(word),
      treeId: fc.option(word),
      length: fc.nat(),
    })
    fc.assert(
      fc.property(rows, (row) => {
        expect(schemaErrors('message', messageRecord(row))).toEqual([])
      }),
    )
  })

  it('matches the catalogue of rules', () => {
    expect(schemaErrors('rules', { schemaVersion: 1, rules: RULES.map(ruleRecord) })).toEqual([])
  })
})
