import { describe, expect, it } from 'vitest'
import { connection, logon, ntlm, STATUS_LOGON_FAILURE, session } from '../../support/facts.ts'
import { pairRows, verdicts } from '../../support/readiness.ts'

const on = connection()
const verdict = (logons: ReturnType<typeof logon>[], overrides: Parameters<typeof session>[0] = {}) =>
  verdicts(pairRows('block-ntlmv1', on, [session({ on, logons, ...overrides })]))
const v1 = (kind: 'ntlmv1' | 'ntlmv1-ess' | 'lm', rest = {}) => logon({ auth: 'ntlmv1', ntlm: ntlm({ kind }), ...rest })

describe('block-ntlmv1', () => {
  it('breaks where such a response was sent, whatever came of it', () => {
    expect(verdict([v1('ntlmv1')])).toEqual(['breaks sends-ntlmv1'])
    expect(verdict([v1('ntlmv1-ess')])).toEqual(['breaks sends-ntlmv1'])
    expect(verdict([v1('lm')])).toEqual(['breaks sends-lm'])
    expect(verdict([v1('ntlmv1', { ntStatus: STATUS_LOGON_FAILURE })], { status: 'failed' })).toEqual([
      'breaks sends-ntlmv1',
    ])
    expect(verdict([v1('ntlmv1', { ntStatus: null, answered: null })], { status: 'pending' })).toEqual([
      'breaks sends-ntlmv1',
    ])
  })

  it('breaks for a later logon of the session', () => {
    expect(verdict([logon(), v1('ntlmv1', { purpose: 'reauthentication' })])).toEqual(['breaks sends-ntlmv1'])
  })

  it('is ready for everything else that was seen to its end', () => {
    for (const auth of ['ntlmv2', 'kerberos', 'anonymous', 'negoex'] as const)
      expect(verdict([logon({ auth })]), auth).toEqual(['ready sends-neither'])
  })

  it('is not observed where a logon was not seen, or not to its end', () => {
    expect(verdict([])).toEqual(['not-observed logon-not-seen'])
    expect(verdict([logon({ purpose: 'reauthentication' })])).toEqual(['not-observed logon-not-seen'])
    expect(verdict([logon({ auth: 'unknown', ntlm: null })])).toEqual(['not-observed logon-not-seen'])
    expect(verdict([logon({ ntStatus: null, answered: null })])).toEqual(['not-observed logon-not-seen'])
  })

  it('does not judge a password in clear text', () => {
    expect(verdict([logon({ auth: 'plaintext', ntlm: null })])).toEqual(['not-observed plaintext-password'])
  })
})
