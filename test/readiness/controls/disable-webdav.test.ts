import { expect, it } from 'vitest'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { readiness } from '../../../src/readiness/prediction/readiness.ts'
import { connection, ledger, session } from '../../support/facts.ts'

it.each(['disable-webdav', 'kerberos-armoring'] as const)(
  '%s is not observed of any client until that traffic is read',
  (control) => {
    const on = connection()
    const { rows, controls } = readiness(ledger([on], [session({ on })]), { policy: defaultPolicy(createNetworks()) })
    const summary = controls.find((each) => each.control === control)
    expect(summary).toMatchObject({ ready: 0, breaks: 0, exempt: 0, notObserved: 1, observable: false })
    expect(summary!.message).toContain('until that traffic is read')
    const own = [...rows.where({ control })]
    expect(own.map(({ scope, client, state }) => [scope, client, state])).toEqual([
      ['host', '10.0.0.5', 'not-observed'],
    ])
  },
)
