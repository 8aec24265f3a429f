import { ntlmv1Auth } from '../../../src/audit/rules/ntlmv1-auth.ts'
import {
  at,
  clearSession,
  connection,
  ledger,
  logon,
  ntlm,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

type Kind = NonNullable<ReturnType<typeof ntlm>['authenticate']>['kind']
const sent = (kind: Kind, lmLength: number, ntLength: number) =>
  logon({ auth: kind === 'lm' ? 'lm' : 'ntlmv1', ntlm: ntlm({ kind, lmLength, ntLength }) })
const of = (...logons: ReturnType<typeof logon>[]) => ledger([connection()], [session({ auth: 'ntlmv1', logons })])

describeRule(ntlmv1Auth, {
  fires: [
    {
      when: 'an NTLMv1 response was sent',
      ledger: of(sent('ntlmv1', 0, 24)),
      severity: 'critical',
      says: [/^10\.0\.0\.5 sent the NTLMv1 response of CORP\\alice to 10\.0\.0\.10 \(STATUS_SUCCESS\)\.$/],
      frames: [8],
      user: 'alice',
    },
    {
      when: 'the response is that of a share',
      ledger: of({ ...sent('lm', 24, 0), purpose: 'share', share: '\\\\files\\team', user: null }),
      severity: 'critical',
      says: ['10.0.0.5 sent the LM response for the share \\\\files\\team to 10.0.0.10 ('],
      user: null,
    },
    {
      when: 'an LM response alone was sent',
      ledger: of(sent('lm', 24, 0)),
      severity: 'critical',
      says: ['the LM response'],
    },
    { when: 'both were sent', ledger: of(sent('lm+ntlmv1', 24, 24)), severity: 'critical', says: ['LM and NTLMv1'] },
    {
      when: 'NTLMv1 with extended session security',
      ledger: of(sent('ntlmv1-ess', 24, 24)),
      severity: 'high',
      says: ['with extended session security'],
    },
    {
      when: 'the LM field that distinguishes the two kinds of NTLMv1 was cut',
      ledger: of(sent('ntlmv1-any', 24, 24)),
      severity: 'high',
      says: ['what tells was not captured'],
    },
    {
      when: 'a channel was bound with plain NTLMv1 after a setup with extended session security',
      ledger: of(sent('ntlmv1-ess', 24, 24), { ...sent('ntlmv1', 0, 24), ...at(40), purpose: 'binding' }),
      severity: 'critical',
    },
    {
      when: 'the server refused it',
      ledger: ledger(
        [connection()],
        [
          session({
            auth: 'ntlmv1',
            status: 'failed',
            ntStatus: STATUS_LOGON_FAILURE,
            logons: [{ ...sent('ntlmv1', 0, 24), ntStatus: STATUS_LOGON_FAILURE }],
          }),
        ],
      ),
      severity: 'critical',
      says: ['STATUS_LOGON_FAILURE'],
    },
    {
      when: 'the answer was not seen',
      ledger: of({ ...sent('ntlmv1', 0, 24), answered: null, ntStatus: null }),
      severity: 'critical',
      says: ['the answer was not seen'],
    },
    {
      when: 'the server made it a guest all the same',
      ledger: ledger([connection()], [clearSession({ auth: 'ntlmv1', guest: true })]),
      severity: 'critical',
    },
  ],
  silent: [
    { when: 'it is NTLMv2', ledger: ledger([connection()], [session({ auth: 'ntlmv2' })]) },
    { when: 'it is anonymous', ledger: ledger([connection()], [session({ auth: 'anonymous' })]) },
    {
      when: 'the responses fit no form',
      ledger: of(logon({ auth: 'unknown', ntlm: ntlm({ kind: 'unknown', ntLength: 30 }) })),
    },
  ],
})
