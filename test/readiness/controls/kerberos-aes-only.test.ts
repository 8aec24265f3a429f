import { describe, expect, it } from 'vitest'
import { at, connection, kerberos, logon, session } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()

function verdict(ticketEtype: number | null, authenticatorEtype: number | null, reply: number | null = 18): string[] {
  const apReq = { ...kerberos().apReq!, ticketEtype, authenticatorEtype }
  const logons = [logon({ kerberos: kerberos({ apReq, apRep: { ...at(7), etype: reply } }) })]
  return verdicts(pairRows('kerberos-aes-only', on, [session({ on, logons })]))
}

describe('kerberos-aes-only', () => {
  it('is ready for AES, as far as it was seen', () => {
    expect(verdict(18, 17)).toEqual(['ready aes-in-smb'])
    expect(pairRows('kerberos-aes-only', on, [session({ on })])[0]!.message).toContain(
      'is not observed until that traffic is read',
    )
  })

  it('breaks for RC4 and DES, as the key of the ticket, of the session, or of the reply', () => {
    expect(verdict(23, 18)).toEqual(['breaks rc4-key'])
    expect(verdict(18, 23)).toEqual(['breaks rc4-key'])
    expect(verdict(18, 18, -128)).toEqual(['breaks rc4-key'])
    expect(verdict(3, 18)).toEqual(['breaks des-key'])
  })

  it('is not observed where a key was not seen, is of another kind, or there is no ticket', () => {
    expect(verdict(18, null)).toEqual(['not-observed keys-not-seen'])
    expect(verdict(26, 26)).toEqual(['not-observed keys-not-seen'])
    const byNtlm = session({ on, logons: [logon({ auth: 'ntlmv2' })] })
    expect(verdicts(pairRows('kerberos-aes-only', on, [byNtlm]))).toEqual(['not-observed no-ticket-seen'])
  })
})
