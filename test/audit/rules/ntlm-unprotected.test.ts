import { ntlmUnprotected } from '../../../src/audit/rules/ntlm-unprotected.ts'
import {
  at,
  connection,
  ledger,
  logon,
  ntlm,
  ntlmChallenge,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const challenge = (hasTimestamp: boolean | null) => ntlmChallenge({ hasTimestamp })

type Authenticate = Parameters<typeof ntlm>[0]

/** NTLMv2 with a MIC and a target name unless something else is given. */
const sent = (
  authenticate: Authenticate,
  timestamp: boolean | null | 'unseen' = true,
  rest: Parameters<typeof session>[0] = {},
) => {
  const facts = ntlm(authenticate, { challenge: timestamp === 'unseen' ? null : challenge(timestamp) })
  return ledger(
    [connection()],
    [session({ auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', ntlm: facts })], ...rest })],
  )
}
const noMic = { avFlags: null, micPresent: false }

describeRule(ntlmUnprotected, {
  fires: [
    {
      when: 'a MIC is promised and is zero, or has no room',
      ledger: sent({ avFlags: 2, micPresent: false }),
      severity: 'critical',
      says: [
        /^10\.0\.0\.5 sent the NTLMv2 response of CORP\\alice to 10\.0\.0\.10 with a MIC promised and none in the message: it was taken out on the way \(STATUS_SUCCESS\)\.$/,
      ],
      frames: [8],
      user: 'alice',
    },
    {
      when: 'a MIC is promised and missing, and the server refused the logon',
      ledger: ledger(
        [connection()],
        [
          session({
            auth: 'ntlmv2',
            status: 'failed',
            ntStatus: STATUS_LOGON_FAILURE,
            logons: [
              logon({ auth: 'ntlmv2', ntStatus: STATUS_LOGON_FAILURE, ntlm: ntlm({ avFlags: 2, micPresent: false }) }),
            ],
          }),
        ],
      ),
      severity: 'critical',
      says: ['(STATUS_LOGON_FAILURE).'],
    },
    {
      when: 'the CHALLENGE has a timestamp, and the client promises no MIC',
      ledger: sent(noMic),
      severity: 'medium',
      says: ['without a MIC, although the CHALLENGE carried a timestamp (STATUS_SUCCESS).'],
      frames: [7, 8],
    },
    {
      when: 'the flags are there, without that of the MIC',
      ledger: sent({ avFlags: 1, micPresent: false }),
      severity: 'medium',
    },
    {
      when: 'there are bytes in the place of the MIC, and no flag',
      ledger: sent({ avFlags: null, micPresent: true }),
      severity: 'medium',
    },
    ...([false, null, 'unseen'] as const).map((timestamp) => ({
      when: `no MIC is promised, and the timestamp of the CHALLENGE is ${timestamp}`,
      ledger: sent(noMic, timestamp),
      severity: 'low' as const,
      says: ['to 10.0.0.10 without a MIC (STATUS_SUCCESS).'],
      frames: [8],
    })),
    ...[null, ''].map((targetName) => ({
      when: `the target name is ${JSON.stringify(targetName)}`,
      ledger: sent({ targetName }),
      severity: 'low' as const,
      says: ['to 10.0.0.10 without a target name (STATUS_SUCCESS).'],
      frames: [8],
    })),
    {
      when: 'the target name is from a source that is not trusted',
      ledger: sent({ avFlags: 0x6 }),
      severity: 'low',
      says: ['with a target name from a source that the client does not trust'],
    },
    {
      when: 'both are missing',
      ledger: sent({ ...noMic, targetName: null }),
      severity: 'medium',
      says: ['without a MIC, although the CHALLENGE carried a timestamp and without a target name'],
      frames: [7, 8, 8],
    },
    {
      when: 'the second logon of the session is the worse one',
      ledger: ledger(
        [connection()],
        [
          session({
            auth: 'ntlmv2',
            logons: [
              logon({ auth: 'ntlmv2', ntlm: ntlm({ targetName: null }) }),
              logon({ auth: 'ntlmv2', purpose: 'reauthentication', ntlm: ntlm({ ...at(60), micPresent: false }) }),
            ],
          }),
        ],
      ),
      severity: 'critical',
      frames: [60],
    },
    {
      when: 'it ends in a guest session: the message is what it is',
      ledger: sent(noMic, true, { guest: true }),
      severity: 'medium',
    },
  ],
  silent: [
    { when: 'a MIC and a target name are there', ledger: sent({}) },
    { when: 'the channel bindings are zero, as always over SMB', ledger: sent({ channelBindings: 'zero' }) },
    { when: 'the channel bindings are absent', ledger: sent({ channelBindings: 'absent' }) },
    {
      when: 'the AV pairs were cut',
      ledger: sent({ avFlags: null, targetName: null, micPresent: null, avPairsCut: true }),
    },
    { when: 'a MIC is promised, and its place was cut', ledger: sent({ avFlags: 2, micPresent: null }) },
    { when: 'it is NTLMv1', ledger: ledger([connection()], [session({ auth: 'ntlmv1' })]) },
    { when: 'it is LM', ledger: ledger([connection()], [session({ auth: 'lm' })]) },
    { when: 'it is anonymous', ledger: ledger([connection()], [session({ auth: 'anonymous' })]) },
    {
      when: 'the responses fit no form',
      ledger: sent({ kind: 'unknown', avFlags: null, targetName: null, micPresent: false }),
    },
    {
      when: 'the AUTHENTICATE was not seen',
      ledger: ledger(
        [connection()],
        [
          session({
            auth: 'unknown',
            logons: [
              logon({ auth: 'unknown', ntlm: { negotiate: null, challenge: challenge(true), authenticate: null } }),
            ],
          }),
        ],
      ),
    },
  ],
})
