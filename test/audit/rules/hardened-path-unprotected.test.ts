import { hardenedPathUnprotected } from '../../../src/audit/rules/hardened-path-unprotected.ts'
import {
  at,
  clearSession,
  connection,
  counts,
  kerberos,
  ledger,
  logon,
  ntlm,
  STATUS_ACCESS_DENIED,
  session,
  signedSession,
  tree,
} from '../../support/facts.ts'
import { policyFrom } from '../../support/policy-file.ts'
import { describeRule } from '../../support/rules.ts'

const SYSVOL = tree({ path: '\\\\corp.example\\SysVol' })
const IPC = tree({ path: '\\\\corp.example\\IPC$', shareType: 'pipe' })
const DATA = tree({ path: '\\\\corp.example\\data' })
const overNtlm = { auth: 'ntlmv2' as const, logons: [logon({ auth: 'ntlmv2', ntlm: ntlm() })] }
const oneWay = [logon({ kerberos: kerberos({ apReq: { ...kerberos().apReq!, mutualRequired: false } }) })]
const unseen = [logon({ kerberos: kerberos({ apReq: { ...kerberos().apReq!, mutualRequired: null }, apRep: null }) })]
const none = { requests: counts(), responses: counts() }
const closed = connection({ end: { by: 'client', how: 'fin', at: at(40) } })
const facts = (...args: Parameters<typeof signedSession>) => ledger([connection()], [signedSession(...args)])

const pay = await policyFrom(
  'unc-paths: { \\\\files\\pay: { integrity: true, privacy: true }, \\\\files\\open: { integrity: false } }',
)
const PAY = tree({ path: '\\\\FILES\\Pay' })

describeRule(hardenedPathUnprotected, {
  fires: [
    {
      when: 'NTLM, although signed',
      ledger: facts({ ...overNtlm, trees: [IPC, SYSVOL] }),
      severity: 'high',
      says: ['asked for \\\\corp.example\\SysVol without mutual authentication; ', 'messages of the session followed.'],
    },
    {
      when: 'Kerberos that does not ask for proof',
      ledger: facts({ logons: oneWay, trees: [SYSVOL] }),
      severity: 'high',
      says: ['without mutual authentication;'],
    },
    {
      when: 'a guest session',
      ledger: ledger([connection()], [clearSession({ guest: true, auth: 'ntlmv2', trees: [SYSVOL] })]),
      severity: 'high',
      says: ['without mutual authentication and integrity;'],
    },
    {
      when: 'a null session',
      ledger: ledger(
        [connection()],
        [clearSession({ auth: 'anonymous', anonymous: true, logons: [], trees: [SYSVOL] })],
      ),
      severity: 'high',
    },
    {
      when: 'Kerberos, and nothing is signed',
      ledger: ledger([connection()], [clearSession({ trees: [IPC, SYSVOL] })]),
      severity: 'high',
      says: ['without integrity;'],
    },
    {
      when: 'some is not signed, and there are no other shares',
      ledger: facts({ requests: counts({ signed: 5, unsigned: 1 }), trees: [SYSVOL] }),
      severity: 'high',
      says: ['without integrity;'],
    },
    {
      when: 'the server refused the share',
      ledger: facts({
        ...overNtlm,
        ...none,
        trees: [tree({ path: '\\\\dc\\NETLOGON', ntStatus: STATUS_ACCESS_DENIED })],
      }),
      severity: 'info',
      says: ['the server refused the share (STATUS_ACCESS_DENIED)'],
    },
    {
      when: 'the client left without using it',
      ledger: ledger([closed], [signedSession({ on: closed, ...overNtlm, ...none, trees: [SYSVOL] })]),
      severity: 'info',
      says: ['the client ended the session without having used it'],
    },
    {
      when: 'what followed was not seen',
      ledger: facts({ ...overNtlm, ...none, trees: [SYSVOL] }),
      severity: 'medium',
      says: ['what followed was not seen'],
    },
    {
      when: 'the client left, but a hole may hide what it did',
      ledger: ledger([{ ...closed, gaps: 1 }], [signedSession({ on: closed, ...overNtlm, ...none, trees: [SYSVOL] })]),
      severity: 'medium',
    },
    {
      when: 'a path of the policy is signed and not encrypted',
      ledger: facts({ ...overNtlm, trees: [PAY] }),
      policy: pay,
      severity: 'high',
      says: ['asked for \\\\FILES\\Pay without privacy;'],
    },
    {
      when: 'the worst of several paths',
      ledger: facts({
        ...overNtlm,
        trees: [tree({ path: '\\\\dc\\NETLOGON', ntStatus: STATUS_ACCESS_DENIED }), SYSVOL],
      }),
      severity: 'high',
      says: ['SysVol'],
    },
  ],
  silent: [
    { when: 'Kerberos with mutual authentication, signed', ledger: facts({ trees: [IPC, SYSVOL] }) },
    { when: 'the same, encrypted', ledger: ledger([connection()], [session({ trees: [SYSVOL] })]) },
    { when: 'another share', ledger: facts({ ...overNtlm, trees: [DATA] }) },
    { when: 'the session must be encrypted', ledger: facts({ ...overNtlm, encryptData: true, trees: [SYSVOL] }) },
    { when: 'the path was not seen', ledger: facts({ ...overNtlm, trees: [tree({ path: null })] }) },
    { when: 'the answer was not seen', ledger: facts({ ...overNtlm, trees: [{ ...SYSVOL, ntStatus: null }] }) },
    { when: 'whether the AP-REQ asks for proof was cut', ledger: facts({ logons: unseen, trees: [SYSVOL] }) },
    { when: 'the logon was not seen', ledger: facts({ auth: 'unknown', logons: [], trees: [SYSVOL] }) },
    {
      when: 'some is not signed, which may be of another share',
      ledger: facts({ requests: counts({ signed: 5, unsigned: 1 }), trees: [DATA, SYSVOL] }),
    },
    {
      when: 'some is not signed, and other shares were not kept',
      ledger: facts({ requests: counts({ signed: 5, unsigned: 1 }), trees: [SYSVOL], treesNotKept: 1 }),
    },
    {
      when: 'the share must be encrypted',
      ledger: ledger([connection()], [clearSession({ trees: [{ ...PAY, encryptData: true }] })]),
      policy: pay,
    },
    {
      when: 'some is encrypted, and the rest may be of another share',
      ledger: facts({ requests: counts({ encrypted: 5, signed: 1 }), trees: [DATA, PAY] }),
      policy: pay,
    },
    {
      when: 'the policy asks nothing of it',
      ledger: ledger([connection()], [clearSession({ ...overNtlm, trees: [tree({ path: '\\\\files\\open' })] })]),
      policy: pay,
    },
    {
      when: 'it was local to one host',
      ledger: facts({ auth: 'ntlm-local', logons: [logon({ auth: 'ntlm-local' })], trees: [SYSVOL] }),
    },
  ],
})
