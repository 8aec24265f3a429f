import { expect, it } from 'vitest'
import { ntlmReason } from '../../../src/readiness/judging/ntlm-reason.ts'
import {
  at,
  connection,
  kerberos,
  logon,
  negotiateResponse,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  session,
  smb1,
  smb1Response,
} from '../../support/facts.ts'

const BOTH = [OID_KERBEROS, OID_NTLMSSP]
const byNtlm = (overrides: Parameters<typeof logon>[0] = {}) =>
  logon({ auth: 'ntlmv2', offered: BOTH, ntlm: ntlm({ targetName: 'cifs/files' }), kerberos: null, ...overrides })

function reasonOf(logonFacts: ReturnType<typeof logon>, on = connection()) {
  return ntlmReason(on, session({ on, logons: [logonFacts] }), logonFacts)
}

it('names the KRB-ERROR of a refused ticket', () => {
  const error = { ...at(5), code: 7, realm: null, serverName: 'cifs/files' }
  const refused = byNtlm({ kerberos: kerberos({ apReq: null, apRep: null, error }) })
  expect(reasonOf(refused)).toMatchObject({
    reason: 'kerberos-refused',
    words: expect.stringContaining('KDC_ERR_S_PRINCIPAL_UNKNOWN'),
  })
})

it('names the address that the client asked for', () => {
  expect(reasonOf(byNtlm({ ntlm: ntlm({ targetName: 'cifs/10.0.0.10' }) }))).toMatchObject({
    reason: 'target-is-address',
    words: expect.stringContaining('cifs/10.0.0.10'),
  })
})

it('names the side that offers no Kerberos', () => {
  const alone = connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP] }) })
  expect(reasonOf(byNtlm(), alone).reason).toBe('server-offers-no-kerberos')
  expect(reasonOf(byNtlm({ offered: [OID_NTLMSSP] })).reason).toBe('client-offers-no-kerberos')
})

it('names SMB1 without extended security', () => {
  const on = connection({
    negotiateRequest: null,
    negotiateResponse: null,
    smb1: smb1({ negotiateResponse: smb1Response({ extendedSecurity: false }) }),
  })
  expect(reasonOf(byNtlm({ offered: [], ntlm: ntlm({ targetName: null }) }), on).reason).toBe('no-extended-security')
})

it('gives no reason that was not seen', () => {
  expect(reasonOf(byNtlm()).reason).toBe('uses-ntlm')
  expect(reasonOf(byNtlm({ offered: [], offeredCut: true })).reason).toBe('uses-ntlm')
})
