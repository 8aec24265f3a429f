import { ntlmAuth } from '../../../src/audit/rules/ntlm-auth.ts'
import {
  at,
  clearSession,
  connection,
  ledger,
  logon,
  negotiateResponse,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const both = [OID_KERBEROS, OID_NTLMSSP]
const ntlmOnly = connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP] }) })
const byTarget = (targetName: string) =>
  session({ auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', offered: both, ntlm: ntlm({ targetName }) })] })
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
      when: 'the server offers nothing else',
      ledger: ledger([ntlmOnly], [session({ on: ntlmOnly, auth: 'ntlmv2' })]),
      severity: 'medium',
      says: ['the server offers nothing else'],
    },
    {
      when: 'the client offers nothing else',
      ledger: ledger([connection()], [session({ auth: 'ntlmv2' })]),
      severity: 'medium',
      says: ['the client offered nothing else'],
    },
    ...[
      {
        on: connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP], mechanismsCut: true }) }),
        cut: 'server',
      },
      { on: connection(), cut: 'client' },
    ].map(({ on, cut }) => ({
      when: `the list of the ${cut} was cut`,
      ledger: ledger([on], [session({ on, auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', offeredCut: true })] })]),
      severity: 'medium' as const,
      says: [/used NTLMv2 on 10\.0\.0\.10\.$/],
    })),
    ...['cifs/10.0.0.10', 'cifs/2001:db8::1'].map((target) => ({
      when: `the target is ${target}`,
      ledger: ledger([connection()], [byTarget(target)]),
      severity: 'medium' as const,
      says: [`the client asked for "${target}", an address`],
    })),
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
