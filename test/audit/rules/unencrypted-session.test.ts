import { unencryptedSession } from '../../../src/audit/rules/unencrypted-session.ts'
import {
  at,
  bareConnection,
  clearSession,
  connection,
  counts,
  ledger,
  negotiateRequest,
  negotiateResponse,
  session,
  signedSession,
  tree,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const ipc = tree({ path: '\\\\files\\IPC$', shareType: 'pipe' })
const encryptedShare = tree({ ...at(18), path: '\\\\files\\secret', encryptData: true })
const mixed = { requests: counts({ signed: 4, encrypted: 90 }), responses: counts({ signed: 4, encrypted: 90 }) }
const data = { firstClearData: at(17) }

const at30 = (request: number, response: number) =>
  connection({
    negotiateRequest: negotiateRequest({ capabilities: request }),
    negotiateResponse: negotiateResponse({ dialect: 0x0300, cipher: null, capabilities: response }),
  })
const cutContexts = connection({ negotiateResponse: negotiateResponse({ cipher: null, contextsCut: true }) })
const cutCapabilities = connection({
  negotiateResponse: negotiateResponse({ dialect: 0x0300, cipher: null, capabilities: null }),
})
const cutShare = tree({ encryptData: null })
const dialect = (value: number, cipher: number | null) =>
  connection({ negotiateResponse: negotiateResponse({ dialect: value, cipher, capabilities: 0 }) })
const ability = (on: ReturnType<typeof connection>, says: string) => ({
  when: says,
  ledger: ledger([on], [signedSession({ on })]),
  severity: 'low' as const,
  says: [says],
})

describeRule(unencryptedSession, {
  fires: [
    {
      when: 'a signed session goes without encryption',
      ledger: ledger([connection()], [signedSession()]),
      severity: 'low',
      says: [
        /^The session of CORP\\alice on 10\.0\.0\.10 is in clear text \(40 messages\); AES-128-GCM was negotiated\.$/,
      ],
      frames: [14],
    },
    {
      when: 'file data crosses',
      ledger: ledger([connection()], [signedSession(data)]),
      severity: 'medium',
      says: ['carries file data in clear text'],
      frames: [14, 17],
    },
    {
      when: 'file data crosses though the session requires encryption',
      ledger: ledger([connection()], [signedSession({ ...mixed, ...data, encryptData: true })]),
      severity: 'high',
      says: ['must be encrypted, but has file data in clear text (180 messages encrypted)'],
      frames: [9, 14, 17],
    },
    {
      when: 'clear messages are in a session that requires encryption',
      ledger: ledger([connection()], [signedSession({ ...mixed, encryptData: true })]),
      severity: 'low',
      says: ['must be encrypted, but has 8 messages in clear text (180 messages encrypted)'],
    },
    {
      when: 'file data crosses though its share requires encryption',
      ledger: ledger([connection()], [signedSession({ ...mixed, ...data, trees: [ipc, encryptedShare] })]),
      severity: 'high',
      says: ['uses shares that must be encrypted, but has file data in clear text (180 messages encrypted)'],
    },
    {
      when: 'its share requires encryption, and nothing of it was seen but clear text',
      ledger: ledger([connection()], [signedSession({ trees: [ipc, encryptedShare] })]),
      severity: 'info',
      says: ['uses shares that must be encrypted; what was seen is in clear text (40 messages), without file data; '],
    },
    {
      when: 'only IPC$ is clear beside an encrypted share',
      ledger: ledger([connection()], [signedSession({ ...mixed, trees: [ipc, encryptedShare] })]),
      severity: 'info',
      says: ['encrypts its shares (180 messages); the rest is in clear text (8 messages)'],
    },
    {
      when: 'file data crosses on one of two shares, and the other is encrypted',
      ledger: ledger([connection()], [signedSession({ ...mixed, ...data, trees: [tree(), encryptedShare] })]),
      severity: 'medium',
      says: ['is partly encrypted (180 messages); the rest is in clear text (8 messages) and carries file data; '],
    },
    {
      when: 'not every share is in the ledger',
      ledger: ledger([connection()], [signedSession({ ...mixed, ...data, trees: [encryptedShare], treesNotKept: 1 })]),
      severity: 'medium',
    },
    {
      when: 'the session uses nothing but IPC$',
      ledger: ledger([connection()], [signedSession({ trees: [ipc] })]),
      severity: 'low',
    },
    {
      when: 'the setup is not in the capture',
      ledger: ledger(
        [bareConnection()],
        [clearSession({ on: bareConnection(), status: 'unknown', user: null, logons: [] })],
      ),
      severity: 'low',
      says: ['A session on 10.0.0.10 whose setup was not captured is in clear text (40 messages).'],
    },
    {
      when: 'the name of the user is inside a Kerberos ticket',
      ledger: ledger([connection()], [signedSession({ user: null })]),
      severity: 'low',
      says: ['The session on 10.0.0.10 of a Kerberos user is'],
    },
    {
      when: 'all of it is compressed with its headers: compressed is not encrypted',
      ledger: ledger(
        [connection()],
        [session({ encryptData: false, requests: counts({ unread: 1 }), responses: counts() })],
      ),
      severity: 'low',
      says: ['is in clear text (1 message)'],
    },
    {
      when: 'SMB1 cannot do otherwise',
      ledger: ledger([connection()], [clearSession({ family: 'smb1', ...data })]),
      severity: 'medium',
      says: ['SMB1 cannot encrypt'],
    },
    ability(dialect(0x0210, null), 'SMB 2.1 cannot encrypt'),
    ability(dialect(0x0311, null), 'no cipher was negotiated'),
    ability(dialect(0x0311, 0), 'no cipher was negotiated'),
    ability(dialect(0x0311, 4), 'AES-256-GCM was negotiated'),
    ability(at30(0x7f, 0x07), 'the server does not offer encryption'),
    ability(at30(0x3f, 0x47), 'the client does not offer encryption'),
    ability(at30(0x7f, 0x47), 'AES-128-CCM was possible'),
    ...[cutContexts, cutCapabilities].map((on, i) => ({
      when: `what the server agreed to was cut (${i})`,
      ledger: ledger([on], [signedSession({ on })]),
      severity: 'low' as const,
      says: [/is in clear text \(40 messages\)\.$/],
    })),
    {
      when: 'some of it is encrypted, and the flags of its share were cut',
      ledger: ledger([connection()], [signedSession({ ...mixed, trees: [ipc, cutShare], firstEncrypted: at(20) })]),
      severity: 'info',
      says: ['is partly encrypted (180 messages); the rest is in clear text (8 messages); '],
    },
    {
      when: 'none of it is encrypted, and the flags of its share were cut',
      ledger: ledger([connection()], [signedSession({ trees: [ipc, cutShare] })]),
      severity: 'low',
    },
    {
      when: 'file data crosses, and the flags of its share were cut',
      ledger: ledger([connection()], [signedSession({ ...mixed, ...data, trees: [cutShare], firstEncrypted: at(20) })]),
      severity: 'medium',
    },
  ],
  silent: [
    { when: 'it is a guest session', ledger: ledger([connection()], [clearSession({ guest: true })]) },
    { when: 'it is an anonymous session', ledger: ledger([connection()], [clearSession({ auth: 'anonymous' })]) },
    {
      when: 'only exempt messages were seen',
      ledger: ledger([connection()], [session({ encryptData: false, requests: counts(), responses: counts() })]),
    },
    {
      when: 'it begins before the capture, with encrypted messages',
      ledger: ledger([bareConnection()], [session({ on: bareConnection(), status: 'unknown', encryptData: false })]),
    },
  ],
})
