import { describe, expect, it } from 'vitest'
import { connection, counts, STATUS_ACCESS_DENIED, session, tree } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const verdict = (overrides: Parameters<typeof session>[0]) =>
  verdicts(pairRows('restrict-anonymous', on, [session({ on, ...overrides })]))
const UNUSED = { auth: 'anonymous' as const, requests: counts(), responses: counts(), firstEncrypted: null }

describe('restrict-anonymous', () => {
  it('breaks for a null session that reached something', () => {
    expect(verdict({ ...UNUSED, trees: [tree({ path: '\\\\files\\IPC$' })] })).toEqual(['breaks null-session'])
    expect(verdict({ ...UNUSED, requests: counts({ unsigned: 1 }) })).toEqual(['breaks null-session'])
  })

  it('does not know what a null session loses that was denied everything, or asked for nothing', () => {
    const denied = [tree({ ntStatus: STATUS_ACCESS_DENIED }), tree({ ntStatus: null })]
    expect(verdict({ ...UNUSED, trees: denied })).toEqual(['not-observed null-session-unused'])
    expect(verdict(UNUSED)).toEqual(['not-observed null-session-unused'])
  })

  it('is ready for users and guests', () => {
    expect(verdict({})).toEqual(['ready not-null'])
    expect(verdict({ guest: true })).toEqual(['ready not-null'])
  })

  it('is not observed where the grant was not seen', () => {
    expect(verdict({ status: 'unknown', guest: null, anonymous: null })).toEqual(['not-observed grant-not-seen'])
    expect(verdict({ status: 'pending', guest: null, anonymous: null })).toEqual(['not-observed logon-unanswered'])
  })
})
