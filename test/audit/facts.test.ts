import { expect, it } from 'vitest'
import { createFacts } from '../../src/audit/facts.ts'
import { createNetworks } from '../../src/audit/networks.ts'
import { connection, ledger, session } from '../support/facts.ts'

const networks = createNetworks()
const first = connection()
const second = connection({ client: '10.0.0.6' })

it('sessions are found on the connection that set them up, in frame order', () => {
  const late = session({ on: first, firstFrame: 30 })
  const early = session({ on: first, firstFrame: 6 })
  const other = session({ on: second, connections: [second.id, first.id] })
  const facts = createFacts(ledger([first, second], [late, other, early]), networks)
  expect(facts.sessionsOf(first)).toEqual([early, late])
  expect(facts.sessionsOf(second)).toEqual([other])
  expect(facts.connectionOf(late)).toBe(first)
})

it('a session without its connection is left out', () => {
  const facts = createFacts(ledger([first], [session({ on: second }), session({ on: first })]), networks)
  expect(facts.ledger.sessions.map((s) => s.connection)).toEqual([first.id])
  expect(facts.sessionsOf(second)).toEqual([])
})
