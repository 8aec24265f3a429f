import { describe, expect, it } from 'vitest'
import { plainLedger } from '../../../src/ledger/ledger.ts'
import { mergeLedgers } from '../../../src/ledger/whole/merge.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { CONTROL_IDS } from '../../../src/readiness/control.ts'
import { CONTROLS } from '../../../src/readiness/controls/index.ts'
import { readiness } from '../../../src/readiness/prediction/readiness.ts'
import { ROW_BYTES } from '../../../src/readiness/prediction/row-table.ts'
import { connection, ledger, session } from '../../support/facts.ts'
import { rowsOf, verdicts } from '../../support/readiness.ts'

const policy = defaultPolicy(createNetworks())

describe('readiness', () => {
  it('has its controls in the order of their ids', () => {
    const ids = CONTROLS.map(({ id }) => id)
    expect(ids).toEqual(CONTROL_IDS.filter((id) => ids.includes(id)))
  })

  it('has a row for each user of a pair, and for each host', () => {
    const on = connection()
    const { rows } = readiness(
      ledger([on], [session({ on, user: 'alice' }), session({ on, user: 'bob', firstFrame: 20 })]),
      {
        policy,
      },
    )
    const guests = rows.where({ control: 'disable-guest' })
    expect([...guests].map(({ scope, client, server, user }) => [scope, client, server, user])).toEqual([
      ['pair', '10.0.0.5', '10.0.0.10', 'alice'],
      ['pair', '10.0.0.5', '10.0.0.10', 'bob'],
      ['host', '10.0.0.5', null, null],
      ['host', null, '10.0.0.10', null],
    ])
    expect(new Set([...rows].map(({ id }) => id)).size).toBe(rows.length)
  })

  it('counts the sessions of a row, and says how many show its state', () => {
    const on = connection()
    const [row] = rowsOf(
      'disable-guest',
      ledger(
        [on],
        [session({ on }), session({ on, guest: true, firstFrame: 20 }), session({ on, guest: true, firstFrame: 30 })],
      ),
    )
    expect(row).toMatchObject({ state: 'breaks', count: 2, total: 3 })
    expect(row!.message).toMatch(/This holds for 2 of 3 sessions\.$/)
  })

  it('keeps sessions whose logon was not seen apart from those of Kerberos users', () => {
    const on = connection()
    const hidden = session({ on, user: null, auth: 'kerberos' })
    const midstream = session({
      on,
      user: null,
      auth: 'unknown',
      status: 'unknown',
      guest: null,
      logons: [],
      firstFrame: 30,
    })
    expect(verdicts(rowsOf('disable-guest', ledger([on], [hidden, midstream])))).toEqual([
      'not-observed grant-not-seen',
      'ready not-guest',
    ])
  })

  it('gives the same rows for the parts of a capture, merged in any order', () => {
    const a = connection({ client: '10.0.0.5' })
    const b = connection({ client: '10.0.0.6', firstFrame: 50 })
    const parts = [ledger([a], [session({ on: a, guest: true })]), ledger([b], [session({ on: b, firstFrame: 60 })])]
    const rows = (order: typeof parts) => [...readiness(plainLedger(mergeLedgers(order)), { policy }).rows]
    expect(rows([parts[1]!, parts[0]!])).toEqual(rows(parts))
  })

  it('leaves out ready rows first where there is no room, counts them, and keeps the numbers', () => {
    const connections = Array.from({ length: 40 }, (_, i) =>
      connection({ client: `10.0.1.${i}`, firstFrame: i * 100 + 1 }),
    )
    const sessions = connections.map((on, i) => session({ on, guest: i % 4 === 0, firstFrame: i * 100 + 10 }))
    const facts = ledger(connections, sessions)
    const whole = readiness(facts, { policy })
    const readyPairs = whole.rows.where({ scope: 'pair', state: 'ready' }).length
    const short = readiness(facts, { policy, rowBytes: ROW_BYTES * (whole.rows.length - Math.floor(readyPairs / 2)) })
    expect(short.rows.leftOut).toBeGreaterThan(0)
    expect(short.rows.length + short.rows.leftOut).toBe(whole.rows.length)
    expect(short.controls).toEqual(whole.controls)
    const breaking = { state: 'breaks', scope: 'pair' } as const
    expect([...short.rows.where(breaking)]).toEqual([...whole.rows.where(breaking)])
    expect([...short.rows.where({ scope: 'host' })]).toEqual([...whole.rows.where({ scope: 'host' })])
  })

  it('takes a row that the policy accepts for exempt', () => {
    const on = connection()
    const exemption = {
      number: 1,
      rules: ['disable-guest'],
      client: null,
      server: { text: 'nas', matches: (ip: string) => ip === '10.0.0.10' },
      user: null,
      share: null,
      reason: 'the scanner',
      until: null,
    }
    const facts = ledger([on], [session({ on, guest: true })])
    const [row] = rowsOf('disable-guest', facts, { exemptions: [exemption] })
    expect(row).toMatchObject({ state: 'exempt', reason: 'mapped-to-guest' })
    const [summary] = readiness(facts, { policy: { ...policy, exemptions: [exemption] } }).controls.filter(
      ({ control }) => control === 'disable-guest',
    )
    expect(summary).toMatchObject({ breaks: 0, exempt: 1, ready: 0, notObserved: 0 })
  })
})
