import { expect, it } from 'vitest'
import { writePolicySummary } from '../../../src/report/text/policy-summary.ts'
import { textOf } from '../../support/findings.ts'
import { documentOf } from '../../support/policy-file.ts'

const NOW = Date.UTC(2026, 0, 1) * 1000

async function summary(text: string): Promise<string> {
  const document = await documentOf(text)
  return textOf((sink) => writePolicySummary('p.yaml', document, NOW, sink, { width: 132, color: false }))
}

it('says what holds where a policy says nothing', async () => {
  const text = await summary('')
  expect(text).toContain('p.yaml is valid: 0 zones, 2 paths and 0 exemptions.')
  expect(text).toContain('\\\\*\\SYSVOL: mutual authentication and integrity')
  expect(text).not.toContain('Exemptions')
})

it.each([
  ['zones: { a: { hosts: x } }', 'a (x): nothing is said of what it may reach'],
  ['zones: { a: { hosts: x, may-not-reach: others } }', 'a (x): may reach no zone'],
  ['zones: { a: { hosts: x, may-reach: a, may-not-reach: others } }', 'a (x): may reach a, and no other zone'],
  ['zones: { a: { hosts: x, may-not-reach: a } }', 'a (x): may not reach a'],
  ['unc-paths: { \\\\*\\SYSVOL: { privacy: false } }', '\\\\*\\SYSVOL: nothing is required'],
  [
    'exemptions: [{ reason: why, user: x, until: 2025-12-31 }]',
    '1. every rule and control; user x. Ended on 2025-12-31',
  ],
  ['exemptions: [{ reason: why, user: x, until: 2026-01-01 }]', 'Until 2026-01-01. why'],
  ['severities: { ntlm-auth: low }', 'ntlm-auth: low'],
])('%s', async (text, line) => {
  expect(await summary(text)).toContain(line)
})
