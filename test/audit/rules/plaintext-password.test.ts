import { plaintextPassword } from '../../../src/audit/rules/plaintext-password.ts'
import { bareConnection, ledger, logon, STATUS_LOGON_FAILURE, session, smb1 } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const clear = bareConnection({
  smb1: smb1({ negotiateResponse: { ...smb1().negotiateResponse!, securityMode: 0x01, extendedSecurity: false } }),
})
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
