import { expect, it } from 'vitest'
import { auditList } from '../../../src/audit/audit.ts'
import { ntlmAuth } from '../../../src/audit/rules/ntlm-auth.ts'
import { policyRecord } from '../../../src/report/records/policy.ts'
import { at, capture, connection, ledger, logon, ntlm, session } from '../../support/facts.ts'
import { report } from '../../support/findings.ts'
import { policyFrom } from '../../support/policy-file.ts'
import { schemaErrors } from '../../support/schema.ts'

const on = connection()
const facts = ledger(
  [on],
  [session({ on, auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', ntlm: ntlm() })] })],
  [capture({ firstTime: at(1).time, lastTime: at(100).time })],
)

it('there is none without a policy file', () => {
  expect(policyRecord(report())).toBeNull()
})

it('says what each exemption hides, and which have ended', async () => {
  const policy = await policyFrom(
    'exemptions: [{ reason: a, rules: ntlm-auth, until: 2024-04-30 }, { reason: b, rules: ntlm-auth }, { reason: c, user: x }]',
  )
  const record = policyRecord(
    report({ policy, ledger: facts, findings: auditList(facts, { policy, rules: [ntlmAuth] }) }),
  )
  expect(schemaErrors('policy', record)).toEqual([])
  expect(record).toEqual({
    type: 'policy',
    path: 'policy.yaml',
    hash: policy.file?.hash,
    exemptions: [
      { number: 1, reason: 'a', until: '2024-04-30T23:59:59.999999Z', expired: true, hidden: 0, foundAgain: 0 },
      { number: 2, reason: 'b', until: null, expired: false, hidden: 1, foundAgain: 0 },
      { number: 3, reason: 'c', until: null, expired: false, hidden: 0, foundAgain: 0 },
    ],
  })
})

it('does not say zero where nothing was counted', async () => {
  const policy = await policyFrom('exemptions: [{ reason: b, rules: ntlm-auth }]')
  const record = policyRecord(report({ policy, ledger: facts, findings: [] }))
  expect(schemaErrors('policy', record)).toEqual([])
  expect(record?.exemptions[0]).toMatchObject({ hidden: null, foundAgain: null })
})

it('nothing has ended where there was no packet', async () => {
  const policy = await policyFrom('exemptions: [{ reason: b, user: x, until: 2001-01-01 }]')
  const empty = ledger([], [], [capture({ firstTime: null, lastTime: null })])
  expect(policyRecord(report({ policy, ledger: empty }))?.exemptions[0]?.expired).toBe(false)
})
