import fc from 'fast-check'
import { expect, it } from 'vitest'
import { clearMessages, messageTotals, protectionOf } from '../../../src/ledger/derived/protection.ts'
import { counts, session } from '../../support/facts.ts'

it.each([
  ['signed requests and answers', { signed: 3 }, { signed: 3 }, 'signed'],
  ['some of it encrypted, all of it signed', { signed: 1 }, { encrypted: 2 }, 'signed'],
  ['encrypted both ways', { encrypted: 3 }, { encrypted: 1 }, 'encrypted'],
  ['neither', { unsigned: 3 }, { unsigned: 1 }, 'clear'],
  ['answers without a signature', { signed: 3 }, { unsigned: 1 }, 'partly'],
  ['nothing', {}, {}, 'unseen'],
  ['compressed messages alone', { unread: 2 }, {}, 'unseen'],
  ['signed ones, and compressed ones that may not be', { signed: 2 }, { unread: 1 }, 'unseen'],
  ['encrypted ones, and compressed ones that are not', { encrypted: 2 }, { unread: 1 }, 'unseen'],
  ['unsigned ones beside compressed ones', { unsigned: 2 }, { unread: 1 }, 'clear'],
] as const)('a session with %s', (_, requests, responses, protection) => {
  expect(protectionOf(session({ requests: counts(requests), responses: counts(responses) }))).toBe(protection)
})

it('the outcome of the setup comes first', () => {
  const traffic = { requests: counts({ signed: 1 }), responses: counts({}) }
  expect(protectionOf(session({ status: 'failed', ...traffic }))).toBe('refused')
  expect(protectionOf(session({ status: 'pending', ...traffic }))).toBe('unanswered')
  expect(protectionOf(session({ status: 'unknown', ...traffic }))).toBe('signed')
})

it('a session is called protected only where every message is known to be', () => {
  const few = fc.nat(2)
  const messages = fc.record({ signed: few, unsigned: few, encrypted: few, unread: few })
  fc.assert(
    fc.property(messages, messages, (requests, responses) => {
      const of = session({ requests, responses })
      const { signed, unsigned, encrypted, unread } = messageTotals(of)
      const protection = protectionOf(of)
      expect(protection === 'encrypted').toBe(encrypted > 0 && clearMessages(of) === 0)
      if (protection === 'signed') expect([unsigned, unread]).toEqual([0, 0])
      expect(protection === 'clear').toBe(unsigned > 0 && signed + encrypted === 0)
      expect(clearMessages(of) + encrypted).toBe(signed + unsigned + encrypted + unread)
    }),
  )
})
