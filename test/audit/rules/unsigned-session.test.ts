import { unsignedSession } from '../../../src/audit/rules/unsigned-session.ts'
import type { ConnectionFacts } from '../../../src/track/ledger.ts'
import {
  at,
  bareConnection,
  clearSession,
  connection,
  counts,
  ledger,
  negotiateRequest,
  negotiateResponse,
  STATUS_ACCESS_DENIED,
  session,
  signedSession,
  smb1,
  tree,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const optional = connection({
  negotiateRequest: negotiateRequest({ securityMode: 1 }),
  negotiateResponse: negotiateResponse({ securityMode: 1 }),
})
const unsigned = (overrides: Parameters<typeof session>[0] = {}, on: ConnectionFacts = optional) =>
  clearSession({ on, ...overrides })
const sysvol = tree({ ...at(13), path: '\\\\dc1\\SysVol' })
const other = connection({ client: '10.0.0.6', firstFrame: 200 })

describeRule(unsignedSession, {
  fires: [
    {
      when: 'a Kerberos session goes unsigned',
      ledger: ledger([optional], [unsigned()]),
      severity: 'medium',
      says: [
        /^The session of CORP\\alice on 10\.0\.0\.10 is unsigned \(20 requests and 20 responses\); neither side requires/,
      ],
      frames: [5, 14, 15],
      user: 'alice',
    },
    ...(['ntlmv2', 'ntlmv1', 'lm'] as const).map((auth) => ({
      when: `the logon was ${auth}`,
      ledger: ledger([optional], [unsigned({ auth })]),
      severity: 'high' as const,
    })),
    {
      when: 'it reaches SYSVOL',
      ledger: ledger([optional], [unsigned({ trees: [sysvol] })]),
      severity: 'high',
      frames: [5, 13, 14, 15],
    },
    {
      when: 'it reaches NETLOGON',
      ledger: ledger([optional], [unsigned({ trees: [tree({ path: '\\\\corp.example\\netlogon' })] })]),
      severity: 'high',
    },
    {
      when: 'the share is merely called something like SYSVOL',
      ledger: ledger([optional], [unsigned({ trees: [tree({ path: '\\\\files\\old-SYSVOL' })] })]),
      severity: 'medium',
    },
    {
      when: 'the server serves SYSVOL to somebody else',
      ledger: ledger([optional, other], [unsigned(), signedSession({ on: other, trees: [sysvol] })]),
      severity: 'high',
    },
    {
      when: 'the server refused SYSVOL to somebody else',
      ledger: ledger(
        [optional, other],
        [unsigned(), signedSession({ on: other, trees: [{ ...sysvol, ntStatus: STATUS_ACCESS_DENIED }] })],
      ),
      severity: 'medium',
    },
    {
      when: 'some of it is signed',
      ledger: ledger(
        [optional],
        [unsigned({ requests: counts({ signed: 7, unsigned: 1 }), responses: counts({ signed: 8, unsigned: 0 }) })],
      ),
      severity: 'medium',
      says: ['is partly signed (15 messages signed; 1 request and 0 responses not)'],
    },
    {
      when: 'signing is required and an unsigned request succeeded',
      ledger: ledger([connection()], [clearSession({ unsignedAccepted: at(14) })]),
      severity: 'high',
      says: ['both sides require signing', 'an unsigned request succeeded'],
      frames: [5, 14, 14, 15],
    },
    {
      when: 'the client requires signing for this session alone',
      ledger: ledger([optional], [unsigned({ setupSigning: 'required' })]),
      severity: 'medium',
      says: ['the client requires signing'],
    },
    ...(['guest', 'anonymous'] as const).map((flag) => ({
      when: `whether it is a session without a key was not captured (${flag})`,
      ledger: ledger([connection()], [clearSession({ [flag]: null })]),
      severity: 'medium' as const,
      says: [new RegExp(`; it may be an? ${flag} one\\.$`)],
    })),
    {
      when: 'the setup is not in the capture',
      ledger: ledger(
        [bareConnection({ state: 'midstream' })],
        [
          clearSession({
            on: bareConnection({ state: 'midstream' }),
            status: 'unknown',
            auth: 'unknown',
            user: null,
            logons: [],
            setupSigning: null,
          }),
        ],
      ),
      severity: 'medium',
      says: [
        'A session on 10.0.0.10 whose setup was not captured is',
        'was not seen; it may be a guest or anonymous one.',
      ],
      frames: [14, 15],
    },
    {
      when: 'only one share of the session is encrypted',
      ledger: ledger([optional], [unsigned({ requests: counts({ unsigned: 3, encrypted: 50 }) })]),
      severity: 'medium',
    },
    {
      when: 'an SMB1 session goes unsigned',
      ledger: ledger(
        [bareConnection({ smb1: smb1() })],
        [
          clearSession({
            on: bareConnection({ smb1: smb1() }),
            family: 'smb1',
            auth: 'ntlmv2',
            setupSigning: 'required',
          }),
        ],
      ),
      severity: 'high',
      says: ['both sides require signing'],
    },
  ],
  silent: [
    {
      when: 'it was granted to empty credentials, and the flags were cut',
      ledger: ledger([connection()], [clearSession({ auth: 'anonymous', guest: null, anonymous: null })]),
    },
    { when: 'all is signed', ledger: ledger([optional], [signedSession({ on: optional })]) },
    { when: 'the session is encrypted', ledger: ledger([optional], [session({ on: optional })]) },
    {
      when: 'the session must be encrypted and has clear messages: unencrypted-session reports them',
      ledger: ledger([optional], [unsigned({ encryptData: true })]),
    },
    { when: 'it is a guest session', ledger: ledger([optional], [unsigned({ guest: true })]) },
    { when: 'it is an anonymous session', ledger: ledger([optional], [unsigned({ auth: 'anonymous' })]) },
    {
      when: 'only exempt messages were seen, though neither side requires signing',
      ledger: ledger(
        [optional],
        [unsigned({ requests: counts(), responses: counts(), firstUnsigned: { request: null, response: null } })],
      ),
    },
  ],
})
