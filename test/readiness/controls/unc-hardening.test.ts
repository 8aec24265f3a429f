import { describe, expect, it } from 'vitest'
import {
  at,
  clearSession,
  connection,
  kerberos,
  logon,
  STATUS_ACCESS_DENIED,
  session,
  signedSession,
  tree,
} from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const SYSVOL = [tree({ path: '\\\\dc1.corp.example\\SYSVOL' })]
const BOTH_SIGN = { request: at(10), response: at(9) }
const KERBEROS = [logon({ auth: 'kerberos', kerberos: kerberos() })]

function rowsOf(overrides: Parameters<typeof clearSession>[0], make = clearSession) {
  return pairRows('unc-hardening', on, [make({ on, trees: SYSVOL, logons: KERBEROS, ...overrides })])
}

const PATH = tree({ path: '\\\\corp.example\\sysvol' })
const verdict = (made: ReturnType<typeof session>, policy = {}) =>
  verdicts(pairRows('unc-hardening', on, [made], policy))

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

  it('has no rows for other shares, and none for paths that were hidden', () => {
    expect(verdict(signedSession({ on, trees: [tree(), tree({ path: null })] }))).toEqual([])
  })

  it('asks for privacy where the policy does', () => {
    const hardenedPaths = [
      {
        pattern: '\\\\files\\*',
        mutualAuthentication: false,
        integrity: false,
        privacy: true,
        matches: (path: string) => path.startsWith('\\\\files'),
      },
    ]
    expect(verdict(signedSession({ on, trees: [tree()] }), { hardenedPaths })).toEqual(['breaks no-privacy'])
    expect(verdict(session({ on, encryptData: true, trees: [tree()] }), { hardenedPaths })).toEqual(['ready protected'])
    expect(verdict(session({ on, encryptData: null, trees: [tree()] }), { hardenedPaths })).toEqual([
      'not-observed protection-not-seen',
    ])
  })

  it('is not observed where the answer, the logon or the traffic was not seen', () => {
    expect(verdict(signedSession({ on, trees: [{ ...PATH, ntStatus: null }] }))).toEqual([
      'not-observed answer-not-seen',
    ])
    expect(verdict(signedSession({ on, trees: [PATH], logons: [] }))).toEqual(['not-observed logon-not-seen'])
    const silent = session({
      on,
      trees: [PATH],
      firstEncrypted: null,
      requests: { signed: 0, unsigned: 0, encrypted: 0, unread: 0 },
      responses: { signed: 0, unsigned: 0, encrypted: 0, unread: 0 },
    })
    expect(verdict(silent)).toEqual(['not-observed protection-not-seen'])
  })

  it('counts a share that was refused only where nothing else is known of the pair', () => {
    const refused = { ...PATH, ntStatus: STATUS_ACCESS_DENIED }
    expect(verdict(signedSession({ on, trees: [refused] }))).toEqual(['not-observed share-refused'])
    expect(verdict(signedSession({ on, trees: [refused, { ...PATH, ...at(20) }] }))).toEqual(['ready protected'])
  })

  it('has a row for each share', () => {
    const netlogon = tree({ path: '\\\\corp.example\\NETLOGON' })
    const rows = pairRows('unc-hardening', on, [signedSession({ on, trees: [PATH, netlogon] })])
    expect(rows.map(({ share }) => share)).toEqual([PATH.path, netlogon.path])
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2)
  })
})
