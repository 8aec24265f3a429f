import { expect, it } from 'vitest'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { factsOf, partsOf } from '../support/audit-facts.ts'
import { connection, ledger, session } from '../support/facts.ts'

const policy = defaultPolicy(createNetworks())
const first = connection()
const second = connection({ client: '10.0.0.6' })

it('sessions are found on the connection that set them up, in frame order', () => {
  const late = session({ on: first, firstFrame: 30 })
  const early = session({ on: first, firstFrame: 6 })
  const other = session({ on: second, connections: [second.id, first.id] })
  const facts = factsOf(ledger([first, second], [late, other, early]), policy)
  expect(facts.sessionsOf(first)).toEqual([early, late])
  expect(facts.sessionsOf(second)).toEqual([other])
  expect(facts.connectionOf(late)).toBe(first)
})

it('a session without its connection is left out', () => {
  const facts = factsOf(ledger([first], [session({ on: second }), session({ on: first })]), policy)
  expect(facts.ledger.sessions.map((s) => s.connection)).toEqual([first.id])
  expect(facts.sessionsOf(second)).toEqual([])
})

it('every connection and session is in one part, beside its connection, however many there are', () => {
  const connections = Array.from({ length: 300 }, (_, i) => connection({ firstFrame: i + 1 }))
  const busy = connections[70]!
  const sessions = [
    ...connections.map((on, i) => session({ on, firstFrame: 1000 + i })),
    ...Array.from({ length: 1500 }, (_, i) => session({ on: busy, firstFrame: 2000 + i })),
  ]
  const parts = partsOf(ledger(connections, sessions), policy)
  expect(parts.flatMap((p) => p.ledger.connections)).toEqual(connections)
  expect(new Set(parts.flatMap((p) => p.ledger.sessions.map((s) => s.id))).size).toBe(1800)
  for (const { ledger: part, connectionOf, sessionsOf } of parts) {
    expect(part.sessions.length).toBeLessThanOrEqual(512)
    for (const s of part.sessions) {
      expect(connectionOf(s).id).toBe(s.connection)
      expect(sessionsOf(connectionOf(s))).toContain(s)
    }
  }
})
