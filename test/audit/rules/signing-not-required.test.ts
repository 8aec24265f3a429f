import { signingNotRequired } from '../../../src/audit/rules/signing-not-required.ts'
import {
  bareConnection,
  clearSession,
  connection,
  ledger,
  negotiateResponse,
  session,
  signedSession,
  smb1,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const optional = connection({ negotiateResponse: negotiateResponse({ securityMode: 1 }) })
const second = connection({ ...optional, client: '10.0.0.6', id: 'second', firstFrame: 2 })
const elsewhere = connection({ server: { port: 4455 } })
const smb1Mode = (securityMode: number | null) => {
  const facts = smb1()
  return { ...facts, negotiateResponse: { ...facts.negotiateResponse!, securityMode } }
}

describeRule(signingNotRequired, {
  fires: [
    {
      when: 'the server signs on request',
      ledger: ledger([optional]),
      severity: 'medium',
      says: ['10.0.0.10 signs only on request'],
      frames: [5],
    },
    {
      when: 'the server does not offer signing',
      ledger: ledger([connection({ negotiateResponse: negotiateResponse({ securityMode: 0 }) })]),
      severity: 'medium',
      says: ['does not offer signing'],
    },
    {
      when: 'the session is signed all the same, because the client requires it',
      ledger: ledger([optional], [signedSession({ on: optional })]),
      severity: 'medium',
    },
    {
      when: 'every session with a key that it granted must be encrypted',
      ledger: ledger(
        [optional, second],
        [
          session({ on: optional }),
          clearSession({ on: second, guest: true }),
          clearSession({ on: second, auth: 'anonymous', firstFrame: 7 }),
        ],
      ),
      severity: 'low',
      says: ['it requires encryption of every session that was seen'],
      count: 2,
    },
    {
      when: 'one session need not be encrypted',
      ledger: ledger([optional, second], [session({ on: optional }), signedSession({ on: second })]),
      severity: 'medium',
      says: [/: logons can be relayed to it\.$/],
      count: 2,
    },
    {
      when: 'another server at the same address encrypts',
      ledger: ledger([optional, elsewhere], [session({ on: elsewhere })]),
      severity: 'medium',
    },
    {
      when: 'the session that must be encrypted was refused',
      ledger: ledger([optional], [session({ on: optional, status: 'failed', encryptData: false })]),
      severity: 'medium',
    },
    {
      when: 'many clients see the same server',
      ledger: ledger([
        optional,
        connection({ client: '10.0.0.6', negotiateResponse: negotiateResponse({ securityMode: 1 }) }),
        connection({ client: '10.0.0.7', negotiateResponse: negotiateResponse({ securityMode: 1 }) }),
      ]),
      severity: 'medium',
      count: 3,
    },
    {
      when: 'an SMB1 server enables signing and does not require it',
      ledger: ledger([bareConnection({ smb1: smb1Mode(0x07) })]),
      severity: 'medium',
    },
  ],
  silent: [
    {
      when: 'the server requires it, and a frame is unsigned',
      ledger: ledger([connection()], [clearSession()]),
    },
    { when: 'the answer was not seen', ledger: ledger([bareConnection()]) },
    { when: 'an SMB1 server requires it', ledger: ledger([bareConnection({ smb1: smb1Mode(0x0f) })]) },
    { when: 'a core dialect has no such field', ledger: ledger([bareConnection({ smb1: smb1Mode(null) })]) },
    {
      when: 'the SMB1 server accepted no dialect',
      ledger: ledger([
        bareConnection({
          smb1: smb1({
            negotiateResponse: { ...smb1().negotiateResponse!, dialectIndex: 0xffff, dialect: null, securityMode: 0 },
          }),
        }),
      ]),
    },
  ],
})
