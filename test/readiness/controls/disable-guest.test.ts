import { describe, expect, it } from 'vitest'
import { at, connection, counts, session, tree } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const verdict = (overrides: Parameters<typeof session>[0], connected = on) =>
  verdicts(pairRows('disable-guest', connected, [session({ on: connected, ...overrides })]))

describe('disable-guest', () => {
  it('breaks for a guest, asked for or not', () => {
    expect(verdict({ guest: true, user: 'Guest', auth: 'ntlmv2' })).toEqual(['breaks works-as-guest'])
    expect(verdict({ guest: true, user: 'carol', auth: 'ntlmv2' })).toEqual(['breaks mapped-to-guest'])
    expect(verdict({ guest: true, user: null, auth: 'unknown' })).toEqual(['breaks guest-without-name'])
  })

  it('is ready for a user who was granted as such, and for a null session', () => {
    expect(verdict({})).toEqual(['ready not-guest'])
    expect(verdict({ auth: 'anonymous' })).toEqual(['ready null-session'])
  })

  it('is ready where the client ended the guest session unused', () => {
    const unused = { guest: true, requests: counts(), responses: counts(), firstEncrypted: null, trees: [] }
    expect(verdict({ ...unused, logoff: at(20) })).toEqual(['ready guest-refused-by-client'])
    const closed = connection({ end: { by: 'client', how: 'fin', at: at(20) } })
    expect(verdict(unused, closed)).toEqual(['ready guest-refused-by-client'])
  })

  it('breaks where it was used, or the capture has holes in which it may have been', () => {
    const used = { guest: true, requests: counts(), responses: counts(), firstEncrypted: null, logoff: at(20) }
    expect(verdict({ ...used, trees: [tree()] })).toEqual(['breaks mapped-to-guest'])
    expect(verdict({ ...used, trees: [] }, connection({ gaps: 1 }))).toEqual(['breaks mapped-to-guest'])
  })

  it('is not observed where the grant was not seen, or was refused', () => {
    expect(verdict({ status: 'unknown', guest: null })).toEqual(['not-observed grant-not-seen'])
    expect(verdict({ status: 'pending', guest: null })).toEqual(['not-observed logon-unanswered'])
    expect(verdict({ status: 'failed', guest: false })).toEqual(['not-observed logon-refused'])
    expect(verdicts(pairRows('disable-guest', on))).toEqual(['not-observed no-session'])
  })

  it('does not let a refused logon hide what the others of the pair showed', () => {
    const rows = pairRows('disable-guest', on, [
      session({ on, user: 'bob', status: 'failed' }),
      session({ on, firstFrame: 20 }),
    ])
    expect(rows.map(({ user, state }) => [user, state])).toEqual([['alice', 'ready']])
  })
})
