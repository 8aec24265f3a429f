import { unsignedSession } from '../../../src/audit/rules/unsigned-session.ts'
import type { ConnectionFacts } from '../../../src/ledger/smb-facts.ts'
import {
  at,
  bareConnection,
  clearSession,
  connection,
  counts,
  ledger,
  logon,
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
const clientSeen = connection({ negotiateRequest: negotiateRequest({ securityMode: 1 }), negotiateResponse: null })
const serverSeen = connection({ negotiateRequest: null, negotiateResponse: negotiateResponse({ securityMode: 1 }) })
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
      says: ['is partly signed (15 messages); 1 request is not; neither side requires signing.'],
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
      says: [new RegExp(`; whether it is an? ${flag} session was not seen\\.$`)],
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
        'what the two sides require is not known; whether it is a guest or anonymous session was not seen.',
      ],
      frames: [14, 15],
    },
    {
      when: 'only one share of the session is encrypted',
      ledger: ledger([optional], [unsigned({ requests: counts({ unsigned: 3, encrypted: 50 }) })]),
      severity: 'medium',
      says: ['is partly encrypted (50 messages); 3 requests and 20 responses are not; '],
    },
    {
      when: 'some of it is encrypted, some signed, and one message is neither',
      ledger: ledger(
        [optional],
        [unsigned({ requests: counts({ unsigned: 1, encrypted: 2 }), responses: counts({ signed: 1 }) })],
      ),
      severity: 'medium',
      says: ['is partly encrypted (2 messages) and partly signed (1 message); 1 request is neither; '],
    },
    {
      when: 'one direction was captured',
      ledger: ledger([optional], [unsigned({ responses: counts() })]),
      severity: 'medium',
      says: ['is unsigned (20 requests); '],
    },
    {
      when: 'some of it is compressed with the header',
      ledger: ledger([optional], [unsigned({ requests: counts({ unsigned: 2, unread: 1 }), responses: counts() })]),
      severity: 'medium',
      says: ['is unsigned (2 requests); whether 1 compressed message is signed cannot be read; '],
    },
    {
      when: 'the answer to its setup was not captured',
      ledger: ledger([optional], [unsigned({ status: 'unknown', auth: 'ntlmv2', decided: null })]),
      severity: 'high',
      says: [/^The session of CORP\\alice on 10\.0\.0\.10, whose setup was captured only in part, is unsigned/],
    },
    {
      when: 'the session was set up before the capture, and alice logs on again in it',
      ledger: ledger(
        [optional],
        [
          unsigned({
            status: 'unknown',
            auth: 'unknown',
            user: null,
            decided: null,
            logons: [logon({ auth: 'ntlmv2', purpose: 'reauthentication' })],
          }),
        ],
      ),
      severity: 'high',
      says: ['A session on 10.0.0.10 whose setup was not captured is unsigned'],
    },
    {
      when: 'passwords go with the shares, and nobody logs on',
      ledger: ledger(
        [optional],
        [
          unsigned({
            family: 'smb1',
            status: 'unknown',
            auth: 'unknown',
            user: null,
            logons: [logon({ auth: 'plaintext', purpose: 'share', share: '\\\\files\\team', user: null })],
          }),
        ],
      ),
      severity: 'medium',
      says: ['The session on 10.0.0.10 without a user (share-level security) is unsigned'],
    },
    {
      when: 'only what the client requires was seen',
      ledger: ledger([clientSeen], [unsigned({}, clientSeen)]),
      severity: 'medium',
      says: ['; the client does not require signing, and what the server requires is not known.'],
    },
    {
      when: 'only what the server requires was seen',
      ledger: ledger([serverSeen], [unsigned({ setupSigning: null }, serverSeen)]),
      severity: 'medium',
      says: ['; the server does not require signing, and what the client requires is not known.'],
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
