import { describe, expect, it } from 'vitest'
import {
  at,
  connection,
  kerberos,
  logon,
  negotiateResponse,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const verdict = (
  logons: ReturnType<typeof logon>[],
  overrides: Parameters<typeof session>[0] = {},
  on = connection(),
) => verdicts(pairRows('block-ntlm', on, [session({ on, logons, ...overrides })]))
const OFFERED = [OID_KERBEROS, OID_NTLMSSP]
const byNtlm = (target = 'cifs/files', rest = {}) =>
  logon({ auth: 'ntlmv2', offered: OFFERED, ntlm: ntlm({ targetName: target }), ...rest })

describe('block-ntlm', () => {
  it('is ready for Kerberos', () => {
    expect(verdict([logon()])).toEqual(['ready logs-on-without-ntlm'])
  })

  it('breaks for NTLM, and says why it was used', () => {
    expect(verdict([byNtlm()])).toEqual(['breaks uses-ntlm'])
    expect(verdict([byNtlm('cifs/10.0.0.10')])).toEqual(['breaks target-is-address'])
    expect(verdict([byNtlm('cifs/files', { offered: [OID_NTLMSSP] })])).toEqual(['breaks client-offers-no-kerberos'])
    const error = { ...at(5), code: 7, realm: null, serverName: 'cifs/files' }
    expect(verdict([byNtlm('cifs/files', { kerberos: kerberos({ apReq: null, apRep: null, error }) })])).toEqual([
      'breaks kerberos-refused',
    ])
    const alone = connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP] }) })
    expect(verdict([byNtlm()], {}, alone)).toEqual(['breaks server-offers-no-kerberos'])
  })

  it('breaks for the second logon of a pair that used Kerberos for the first', () => {
    expect(verdict([logon(), byNtlm('cifs/files', { purpose: 'reauthentication' })])).toEqual(['breaks uses-ntlm'])
    const on = connection()
    const rows = pairRows('block-ntlm', on, [session({ on }), session({ on, firstFrame: 20, logons: [byNtlm()] })])
    expect(rows).toMatchObject([{ state: 'breaks', count: 1, total: 2 }])
  })

  it('does not know about guests and null sessions, which prove nothing by NTLM', () => {
    expect(verdict([byNtlm()], { guest: true })).toEqual(['not-observed guest-by-ntlm'])
    expect(verdict([logon({ auth: 'anonymous' })], { auth: 'anonymous' })).toEqual(['not-observed null-session'])
  })

  it('does not count a logon that was refused, or whose end was not seen', () => {
    expect(verdict([byNtlm('cifs/files', { ntStatus: STATUS_LOGON_FAILURE })], { status: 'failed' })).toEqual([
      'not-observed logon-refused',
    ])
    expect(
      verdict([byNtlm('cifs/files', { ntStatus: null, answered: null })], { status: 'pending', guest: null }),
    ).toEqual(['not-observed logon-unanswered'])
  })

  it('is not observed where the logon was not seen', () => {
    expect(verdict([], { status: 'unknown', guest: null, user: null, auth: 'unknown' })).toEqual([
      'not-observed logon-not-seen',
    ])
  })
})
