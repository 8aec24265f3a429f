import { describe, expect, it } from 'vitest'
import { runToEnd } from '../../src/base/steps.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { CONTROL_IDS } from '../../src/readiness/control.ts'
import { readiness } from '../../src/readiness/prediction/readiness.ts'
import { predictionSteps } from '../../src/view/predictions.ts'
import { clearSession, connection, ledger, session } from '../support/facts.ts'
import { NETWORKS } from '../support/findings.ts'

const POLICY = defaultPolicy(NETWORKS)
const others = Array.from({ length: 30 }, (_, i) => connection({ client: `10.0.1.${i}`, firstFrame: 200 + i }))
const guest = connection()
const LEDGER = ledger(
  [guest, ...others],
  [clearSession({ on: guest, guest: true, user: 'carol' }), ...others.map((on) => session({ on }))],
)

describe('predictions for a screen', () => {
  it('are those of readiness, with the rows that break first', () => {
    const shown = runToEnd(predictionSteps(LEDGER, POLICY))
    const all = readiness(LEDGER, { policy: POLICY })
    expect(shown.controls.map(({ control }) => control)).toEqual([...CONTROL_IDS])
    expect(shown.controls.map(({ summary }) => summary)).toEqual(all.controls)
    expect(shown.credits).toEqual(all.credits)
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    expect([...shown.rows].sort(byId)).toEqual([...all.rows].sort(byId))
    expect(shown.notListed).toBe(0)
    expect(shown.rows[0]?.state).toBe('breaks')
    expect(shown.rows.at(-1)?.state).toBe('ready')
  })

  it('name the first that breaks, and the clients of each control', () => {
    const { controls } = runToEnd(predictionSteps(LEDGER, POLICY))
    const disableGuest = controls.find(({ control }) => control === 'disable-guest')!
    expect(disableGuest.blocker).toMatchObject({ client: '10.0.0.5', state: 'breaks' })
    expect(disableGuest.worst).toMatchObject([{ client: '10.0.0.5', server: '10.0.0.10', state: 'breaks' }])
    expect(disableGuest.clients).toEqual(['10.0.0.5'])
    const dialect = controls.find(({ control }) => control === 'minimum-dialect-311')!
    expect(dialect.blocker).toBeNull()
    expect(dialect.clients).toHaveLength(8)
  })

  it('are kept up to a limit, and what is not is counted', () => {
    const all = runToEnd(predictionSteps(LEDGER, POLICY))
    const few = runToEnd(predictionSteps(LEDGER, POLICY, 5))
    expect(few.rows).toEqual(all.rows.slice(0, 5))
    expect(few.notListed).toBe(all.rows.length - 5)
    expect(few.controls).toEqual(all.controls)
  })
})
