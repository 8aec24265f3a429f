import { expect, it } from 'vitest'
import { plaintextPassword } from '../../../src/audit/rules/plaintext-password.ts'
import { bareConnection, ledger, logon, STATUS_LOGON_FAILURE, session, smb1 } from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

const clear = bareConnection({
  smb1: smb1({ negotiateResponse: { ...smb1().negotiateResponse!, securityMode: 0x01, extendedSecurity: false } }),
})
const ofShare = (share: string | null) =>
  logon({ auth: 'plaintext', purpose: 'share', share, user: null, domain: null })
const plaintext = (overrides: Parameters<typeof session>[0] = {}) =>
  session({ on: clear, family: 'smb1', auth: 'plaintext', encryptData: false, ...overrides })

describeRule(plaintextPassword, {
  fires: [
    {
      when: 'a session setup carries the password',
      ledger: ledger([clear], [plaintext()]),
      severity: 'critical',
      says: [/^10\.0\.0\.5 sent the password of CORP\\alice in clear text to 10\.0\.0\.10 \(STATUS_SUCCESS\)\.$/],
      frames: [5, 6],
    },
    {
      when: 'the server refused it',
      ledger: ledger([clear], [plaintext({ status: 'failed', ntStatus: STATUS_LOGON_FAILURE })]),
      severity: 'critical',
      says: ['STATUS_LOGON_FAILURE'],
    },
    {
      when: 'the server asked for responses and got the password',
      ledger: ledger(
        [bareConnection({ smb1: smb1() })],
        [plaintext({ on: bareConnection({ smb1: smb1() }), guest: true, user: 'GUEST' })],
      ),
      severity: 'critical',
      frames: [5, 6],
    },
    ...(
      [
        ['\\\\files\\team', 'the password for the share \\\\files\\team in clear text'],
        [null, 'the password for a share whose name was not seen in clear text'],
      ] as const
    ).map(([share, says]) => ({
      when: `the password is that of a share (${share}), and no user is named`,
      ledger: ledger([clear], [plaintext({ auth: 'unknown', user: null, domain: null, logons: [ofShare(share)] })]),
      severity: 'critical' as const,
      says: [says],
      frames: [5, 6],
      user: null,
    })),
    {
      when: 'the session is of a user, and the password that of a share',
      ledger: ledger([clear], [plaintext({ auth: 'unknown', logons: [ofShare('\\\\files\\team')] })]),
      severity: 'critical',
      says: ['the password for the share'],
      user: null,
    },
    {
      when: 'the server refused it with a DOS error',
      ledger: ledger([clear], [plaintext({ status: 'failed', ntStatus: 0x00020002 })]),
      severity: 'critical',
      says: ['(ERRSRV/ERRbadpw)'],
    },
    {
      when: 'the name was empty',
      ledger: ledger([clear], [plaintext({ user: '', domain: null })]),
      severity: 'critical',
      says: ['the password of a user with an empty name'],
      user: null,
    },
    {
      when: 'the negotiate was not seen',
      ledger: ledger([bareConnection()], [plaintext({ on: bareConnection() })]),
      severity: 'critical',
      frames: [6],
    },
  ],
  silent: [
    { when: 'the server would take it, and nobody logs on', ledger: ledger([clear]) },
    {
      when: 'the server would take it, and the client sends a response',
      ledger: ledger([clear], [session({ on: clear, family: 'smb1', logons: [logon({ auth: 'ntlmv1' })] })]),
    },
    { when: 'it is anonymous', ledger: ledger([clear], [plaintext({ auth: 'anonymous' })]) },
  ],
})

it.each([
  [0x01, 'SecurityMode 0x01: responses not asked for'],
  [0x03, 'SecurityMode 0x03: responses asked for'],
])('plaintext-password says of SecurityMode %i what it asks for', (securityMode, what) => {
  const on = bareConnection({ smb1: smb1({ negotiateResponse: { ...smb1().negotiateResponse!, securityMode } }) })
  const [finding] = findings(plaintextPassword, ledger([on], [plaintext({ on })]))
  expect(finding?.evidence[0]?.what).toBe(what)
})
