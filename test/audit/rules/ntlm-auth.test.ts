import { ntlmAuth } from '../../../src/audit/rules/ntlm-auth.ts'
import {
  at,
  clearSession,
  connection,
  ledger,
  logon,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const both = [OID_KERBEROS, OID_NTLMSSP]
const reauthentication = logon({
  auth: 'ntlmv2',
  purpose: 'reauthentication',
  offered: both,
  ntlm: ntlm(at(60)),
  answered: at(61),
})

describeRule(ntlmAuth, {
  fires: [
    {
      when: 'a session is set up with NTLMv2',
      ledger: ledger([connection()], [session({ auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', offered: both })] })]),
      severity: 'medium',
      says: [/^CORP\\alice used NTLMv2 on 10\.0\.0\.10\.$/],
      frames: [8, 9],
      user: 'alice',
    },
    {
      when: 'a Kerberos session re-authenticates with NTLMv2',
      ledger: ledger([connection()], [session({ logons: [logon(), reauthentication] })]),
      severity: 'medium',
      says: ['changed from Kerberos to NTLMv2'],
      frames: [60, 61],
    },
    {
      when: 'the answer was not seen',
      ledger: ledger(
        [connection()],
        [
          session({
            auth: 'ntlmv2',
            status: 'pending',
            ntStatus: null,
            decided: null,
            logons: [logon({ auth: 'ntlmv2', ntStatus: null, answered: null })],
          }),
        ],
      ),
      severity: 'medium',
      says: ['the answer was not seen'],
      frames: [8],
    },
  ],
  silent: [
    { when: 'NTLM is offered beside Kerberos, and Kerberos is used', ledger: ledger([connection()], [session()]) },
    {
      when: 'the logon was refused',
      ledger: ledger([connection()], [session({ auth: 'ntlmv2', status: 'failed', ntStatus: STATUS_LOGON_FAILURE })]),
    },
    {
      when: 'a re-authentication with NTLMv2 was refused',
      ledger: ledger(
        [connection()],
        [session({ logons: [logon(), { ...reauthentication, ntStatus: STATUS_LOGON_FAILURE }] })],
      ),
    },
    {
      when: 'the server made it a guest',
      ledger: ledger([connection()], [clearSession({ auth: 'ntlmv2', guest: true })]),
    },
    { when: 'it is anonymous', ledger: ledger([connection()], [clearSession({ auth: 'anonymous' })]) },
    { when: 'it is NTLMv1', ledger: ledger([connection()], [session({ auth: 'ntlmv1' })]) },
    {
      when: 'the setup is not in the capture',
      ledger: ledger([connection()], [session({ status: 'unknown', auth: 'unknown', logons: [] })]),
    },
  ],
})
