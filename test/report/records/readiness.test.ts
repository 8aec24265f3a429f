import { describe, expect, it } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { readiness } from '../../../src/readiness/prediction/readiness.ts'
import { predictionRecords } from '../../../src/report/records/index.ts'
import { connection, ledger, session } from '../../support/facts.ts'
import { schemaErrors } from '../../support/schema.ts'

const policy = defaultPolicy(createNetworks())

function recordsOf(facts: ReturnType<typeof ledger>) {
  return [...predictionRecords({ ledger: facts, policy, ...readiness(facts, { policy }) })]
}

describe('prediction records', () => {
  const on = connection()
  const guest = connection({ client: '10.0.0.6', firstFrame: 50 })
  const records = recordsOf(ledger([on, guest], [session({ on }), session({ on: guest, guest: true, firstFrame: 60 })]))

  it('come in the order of the documentation, and match the schema', () => {
    const types = records.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])
    expect(types).toEqual(['capture', 'control', 'readiness', 'host'])
    for (const record of records) expect(schemaErrors('predictionRecord', record)).toEqual([])
  })

  it('have evidence wherever something was seen', () => {
    const rows = records.filter((record) => record.type === 'readiness')
    expect(rows.some(({ state }) => state === 'breaks')).toBe(true)
    for (const { state, evidence } of rows) expect(evidence.length > 0 || state === 'not-observed').toBe(true)
  })

  it('are rejected by the schema where a verdict has no evidence', () => {
    const row = records.find((record) => record.type === 'readiness' && record.state === 'breaks')
    expect(schemaErrors('readiness', row)).toEqual([])
    expect(schemaErrors('readiness', { ...row, evidence: [] })).not.toEqual([])
  })
})
