import { expect, it } from 'vitest'
import { clientLeft, leftUnused, messageCount } from '../../../src/ledger/derived/session-use.ts'
import { at, connection, counts, session, tree } from '../../support/facts.ts'

const end = { by: 'client', how: 'fin', at: at(9) } as const
const unused = { requests: counts(), responses: counts(), trees: [], logoff: at(8) }

it('counts the messages of both directions, however they were protected', () => {
  const used = session({
    requests: counts({ signed: 1, unsigned: 2 }),
    responses: counts({ encrypted: 3, unread: 4 }),
  })
  expect(messageCount(used)).toBe(10)
})

it('knows that a client left by its LOGOFF or by the end of its connection', () => {
  expect(clientLeft(session(unused), connection())).toBe(true)
  expect(clientLeft(session({ logoff: null }), connection({ end }))).toBe(true)
  expect(clientLeft(session({ logoff: null }), connection({ end: { ...end, by: 'server' } }))).toBe(false)
})

it('does not know how a client left if the capture has holes', () => {
  expect(clientLeft(session(unused), connection({ gaps: 1 }))).toBe(false)
})

it('takes a session for unused only if nothing of its use was seen', () => {
  expect(leftUnused(session(unused), connection())).toBe(true)
  expect(leftUnused(session({ ...unused, trees: [tree()] }), connection())).toBe(false)
  expect(leftUnused(session({ ...unused, treesNotKept: 1 }), connection())).toBe(false)
  expect(leftUnused(session({ ...unused, responses: counts({ unread: 1 }) }), connection())).toBe(false)
})
