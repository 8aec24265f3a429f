import { describe, expect, it } from 'vitest'
import { at, connection, logon, ntlm, session } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const CHALLENGE = {
  ...at(7),
  flags: null,
  serverChallenge: '0123456789abcdef',
  version: null,
  nbComputer: 'FILES',
  nbDomain: 'CORP',
  dnsComputer: 'files.corp.example',
  dnsDomain: 'corp.example',
  hasTimestamp: true,
}

function verdict(overrides: Parameters<typeof ntlm>[0], challenge: typeof CHALLENGE | null = CHALLENGE): string[] {
  const sent = logon({ auth: 'ntlmv2', ntlm: ntlm(overrides, { challenge }) })
  return verdicts(pairRows('require-spn', on, [session({ on, logons: [sent] })]))
}

describe('require-spn', () => {
  it('is ready where the name is the server', () => {
    for (const targetName of ['cifs/files.corp.example', 'CIFS/Files', 'HOST/FILES'])
      expect(verdict({ targetName }), targetName).toEqual(['ready names-the-server'])
  })

  it('is ready for Kerberos', () => {
    expect(verdicts(pairRows('require-spn', on, [session({ on, logons: [logon()] })]))).toEqual([
      'ready kerberos-names-the-server',
    ])
  })

  it('breaks without a name, and with that of another', () => {
    expect(verdict({ targetName: null })).toEqual(['breaks no-service-name'])
    expect(verdict({ targetName: 'cifs/other.corp.example' })).toEqual(['breaks names-another'])
    expect(verdict({ targetName: 'http/files' })).toEqual(['breaks names-another'])
  })

  it('breaks with a name from an untrusted source, and for NTLMv1, which has none', () => {
    expect(verdict({ targetName: 'cifs/files', avFlags: 0x6 })).toEqual(['breaks untrusted-service-name'])
    expect(verdict({ kind: 'ntlmv1' })).toEqual(['breaks ntlmv1-has-no-name'])
  })

  it('does not know which addresses a server has listed', () => {
    expect(verdict({ targetName: 'cifs/10.0.0.10' })).toEqual(['not-observed names-address'])
  })

  it('is not observed where the pairs were cut, or the names of the server were not seen', () => {
    expect(verdict({ targetName: null, avPairsCut: true })).toEqual(['not-observed name-not-captured'])
    expect(verdict({ targetName: 'cifs/files' }, null)).toEqual(['not-observed server-name-not-seen'])
  })

  it('is decided by the worst logon of a session', () => {
    const logons = [logon(), logon({ auth: 'ntlmv2', purpose: 'reauthentication', ntlm: ntlm({ targetName: null }) })]
    expect(verdicts(pairRows('require-spn', on, [session({ on, logons })]))).toEqual(['breaks no-service-name'])
  })
})
