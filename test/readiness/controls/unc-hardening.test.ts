import { describe, expect, it } from 'vitest'
import { at, clearSession, connection, kerberos, logon, signedSession, tree } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const SYSVOL = [tree({ path: '\\\\dc1.corp.example\\SYSVOL' })]
const BOTH_SIGN = { request: at(10), response: at(9) }
const KERBEROS = [logon({ auth: 'kerberos', kerberos: kerberos() })]

function rowsOf(overrides: Parameters<typeof clearSession>[0], make = clearSession) {
  return pairRows('unc-hardening', on, [make({ on, trees: SYSVOL, logons: KERBEROS, ...overrides })])
}

describe('unc-hardening', () => {
  it('is ready where Kerberos and signatures protect the path', () => {
    expect(verdicts(rowsOf({}, signedSession))).toEqual(['ready protected'])
  })

  it('is ready where nothing required a signature yet, and both sides can sign', () => {
    const rows = rowsOf({ firstSignature: BOTH_SIGN })
    expect(verdicts(rows)).toEqual(['ready can-sign'])
    expect(rows[0]!.message).toContain('neither signed nor encrypted today, and both sides were seen to sign')
  })

  it('says what is missing where a side was not seen to sign', () => {
    const rows = rowsOf({ firstSignature: { request: null, response: at(9) } })
    expect(verdicts(rows)).toEqual(['not-observed signing-not-seen'])
    expect(rows[0]!.message).toContain('whether the client can sign was not seen')
  })

  it('breaks with NTLM, which proves nothing about the server', () => {
    expect(
      verdicts(rowsOf({ auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2' })], firstSignature: BOTH_SIGN })),
    ).toEqual(['breaks no-mutual-authentication'])
  })

  it('breaks for a guest, who has no key to sign with', () => {
    expect(verdicts(rowsOf({ guest: true, firstSignature: BOTH_SIGN }))).toEqual(['breaks no-mutual-authentication'])
  })
})
