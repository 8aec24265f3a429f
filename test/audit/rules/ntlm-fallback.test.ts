import { ntlmFallback } from '../../../src/audit/rules/ntlm-fallback.ts'
import type { LogonFacts } from '../../../src/ledger/logon-facts.ts'
import {
  at,
  bareConnection,
  connection,
  kerberos,
  ledger,
  logon,
  negotiateRequest,
  negotiateResponse,
  ntlm,
  OID_KERBEROS,
  OID_NTLMSSP,
  STATUS_LOGON_FAILURE,
  session,
  smb1,
  smb1Response,
  tree,
} from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const both = [OID_KERBEROS, OID_NTLMSSP]
const ntlmOnly = connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP] }) })

/** Granted to a user, both sides offering Kerberos. */
const granted = (overrides: Partial<LogonFacts> = {}) =>
  logon({ auth: 'ntlmv2', offered: both, guest: false, anonymous: false, ...overrides })
const sessionOf = (one: LogonFacts, rest: Parameters<typeof session>[0] = {}) =>
  session({ auth: one.auth, logons: [one], ...rest })
const error = { ...at(7), code: 41, realm: null, serverName: null }
const withoutSpn = ntlm({ targetName: null })

describeRule(ntlmFallback, {
  fires: [
    {
      when: 'both sides offer Kerberos',
      ledger: ledger([connection()], [sessionOf(granted())]),
      severity: 'low',
      says: [
        /^CORP\\alice used NTLMv2 on 10\.0\.0\.10: both sides offer Kerberos, and what kept it from being used is not in this traffic\.$/,
      ],
      frames: [5, 6, 8, 9],
      user: 'alice',
    },
    {
      when: 'the server offers no Kerberos',
      ledger: ledger([ntlmOnly], [sessionOf(granted(), { on: ntlmOnly })]),
      severity: 'medium',
      says: ['used NTLMv2 on 10.0.0.10: the server offers no Kerberos.'],
      frames: [5, 8, 9],
    },
    {
      when: 'the client offers no Kerberos',
      ledger: ledger([connection()], [sessionOf(granted({ offered: [OID_NTLMSSP] }))]),
      severity: 'medium',
      says: ['the client offered no Kerberos in this logon.'],
      frames: [6, 8, 9],
    },
    {
      when: 'the client sends NTLM without SPNEGO',
      ledger: ledger([connection()], [sessionOf(granted({ offered: [] }))]),
      severity: 'medium',
      says: ['the client offered no Kerberos in this logon.'],
    },
    {
      when: 'the SPN is an address',
      ledger: ledger([connection()], [sessionOf(granted({ ntlm: ntlm({ targetName: 'cifs/10.0.0.10' }) }))]),
      severity: 'medium',
      says: ['the client named the server by its address ("cifs/10.0.0.10"), for which Kerberos is not tried.'],
      frames: [8, 9],
    },
    {
      when: 'the client typed an address, and the logon has no SPN',
      ledger: ledger(
        [connection({ negotiateRequest: negotiateRequest({ netname: '10.0.0.10' }) })],
        [sessionOf(granted({ ntlm: withoutSpn }))],
      ),
      severity: 'medium',
      frames: [4, 8, 9],
    },
    {
      when: 'a path has the address, and there is no other name',
      ledger: ledger(
        [connection()],
        [sessionOf(granted({ ntlm: withoutSpn }), { trees: [tree({ path: '\\\\10.0.0.10\\team' })] })],
      ),
      severity: 'medium',
      says: ['("\\\\10.0.0.10\\team")'],
      frames: [8, 9, 12],
    },
    {
      when: 'the server refused the ticket of the same exchange',
      ledger: ledger([connection()], [sessionOf(granted({ kerberos: kerberos({ error }) }))]),
      severity: 'medium',
      says: ['the server refused a Kerberos ticket before (KRB_AP_ERR_MODIFIED).'],
      frames: [7, 8, 9],
    },
    {
      when: 'the server refused a ticket on the same connection before',
      ledger: ledger(
        [connection()],
        [
          session({
            status: 'failed',
            firstFrame: 5,
            ntStatus: STATUS_LOGON_FAILURE,
            logons: [logon({ ntStatus: STATUS_LOGON_FAILURE, kerberos: kerberos({ error: { ...error, code: 200 } }) })],
          }),
          sessionOf(granted()),
        ],
      ),
      severity: 'medium',
      says: ['(Kerberos error 200).'],
    },
    {
      when: 'SMB1 goes without extended security, with NTLMv1',
      ledger: ledger(
        [bareConnection({ smb1: smb1({ negotiateResponse: smb1Response({ extendedSecurity: false }) }) })],
        [
          sessionOf(granted({ auth: 'ntlmv1', offered: [], offeredCut: true }), {
            family: 'smb1',
            on: bareConnection({ smb1: smb1() }),
          }),
        ],
      ),
      severity: 'medium',
      says: ['used NTLMv1 on 10.0.0.10: SMB1 without extended security carries no ticket.'],
      frames: [8, 9],
    },
    {
      when: 'a session of Kerberos re-authenticates with NTLM',
      ledger: ledger(
        [connection()],
        [session({ logons: [logon(), granted({ purpose: 'reauthentication', ...at(60), ntlm: ntlm(at(61)) })] })],
      ),
      severity: 'low',
    },
  ],
  silent: [
    { when: 'Kerberos was used, with NTLM offered beside it', ledger: ledger([connection()], [session()]) },
    {
      when: 'the logon was refused',
      ledger: ledger([ntlmOnly], [sessionOf(granted({ ntStatus: STATUS_LOGON_FAILURE }), { on: ntlmOnly })]),
    },
    {
      when: 'the answer was not seen',
      ledger: ledger([ntlmOnly], [sessionOf(granted({ ntStatus: null, answered: null }), { on: ntlmOnly })]),
    },
    { when: 'it is a guest', ledger: ledger([ntlmOnly], [sessionOf(granted({ guest: true }), { on: ntlmOnly })]) },
    {
      when: 'whether it is a guest was cut',
      ledger: ledger([ntlmOnly], [sessionOf(granted({ guest: null, anonymous: null }), { on: ntlmOnly })]),
    },
    {
      when: 'it is anonymous',
      ledger: ledger([ntlmOnly], [sessionOf(granted({ auth: 'anonymous', anonymous: true }), { on: ntlmOnly })]),
    },
    {
      when: 'the lists were cut',
      ledger: ledger(
        [connection({ negotiateResponse: negotiateResponse({ mechanisms: [OID_NTLMSSP], mechanismsCut: true }) })],
        [sessionOf(granted({ offered: [OID_NTLMSSP], offeredCut: true }))],
      ),
    },
    {
      when: 'the negotiation is not in the capture, and the client offers Kerberos',
      ledger: ledger([bareConnection()], [sessionOf(granted(), { on: bareConnection() })]),
    },
    {
      when: 'the setup is not in the capture',
      ledger: ledger([ntlmOnly], [session({ on: ntlmOnly, status: 'unknown', auth: 'unknown', logons: [] })]),
    },
    {
      when: 'NTLM within one host has no response',
      ledger: ledger(
        [ntlmOnly],
        [sessionOf(granted({ auth: 'ntlm-local', ntlm: ntlm({ kind: 'local' }) }), { on: ntlmOnly })],
      ),
    },
  ],
})
