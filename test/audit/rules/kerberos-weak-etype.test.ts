import { expect, it } from 'vitest'
import { kerberosWeakEtype } from '../../../src/audit/rules/kerberos-weak-etype.ts'
import type { KerberosFacts } from '../../../src/ledger/logon-facts.ts'
import { connection, kerberos, ledger, logon, STATUS_LOGON_FAILURE, session } from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

type ApReq = NonNullable<KerberosFacts['apReq']>

const apReq = (overrides: Partial<ApReq>) => kerberos({ apReq: { ...kerberos().apReq!, ...overrides } })
const withTicket = (overrides: Partial<ApReq>, rest: Parameters<typeof session>[0] = {}) =>
  ledger([connection()], [session({ logons: [logon({ kerberos: apReq(overrides) })], ...rest })])

describeRule(kerberosWeakEtype, {
  fires: [
    ...[1, 2, 3].flatMap((etype) =>
      [{ ticketEtype: etype }, { authenticatorEtype: etype }].map((types) => ({
        when: `DES, ${JSON.stringify(types)}`,
        ledger: withTicket(types),
        severity: 'critical' as const,
      })),
    ),
    ...[23, 24, -128, -133, -135].map((ticketEtype) => ({
      when: `the ticket is RC4 (${ticketEtype})`,
      ledger: withTicket({ ticketEtype }),
      severity: 'high' as const,
    })),
    {
      when: 'the ticket alone is RC4',
      ledger: withTicket({ ticketEtype: 23 }),
      severity: 'high',
      says: [/^10\.0\.0\.5 sent 10\.0\.0\.10 a ticket for cifs\/files under rc4-hmac\.$/],
      frames: [6],
    },
    {
      when: 'ticket and session key are RC4',
      ledger: withTicket({ ticketEtype: 23, authenticatorEtype: 23 }),
      severity: 'high',
      says: ['a ticket for cifs/files under rc4-hmac and a session key of rc4-hmac.'],
      frames: [6, 6],
    },
    {
      when: 'the session key alone is RC4',
      ledger: withTicket({ authenticatorEtype: 23 }),
      severity: 'medium',
      says: ['a ticket for cifs/files with a session key of rc4-hmac.'],
    },
    ...[5, 7, 16].map((ticketEtype) => ({
      when: `the ticket is triple DES (${ticketEtype})`,
      ledger: withTicket({ ticketEtype }),
      severity: 'medium' as const,
    })),
    {
      when: 'a user-to-user ticket is RC4: no password is behind it',
      ledger: withTicket({ ticketEtype: 23, userToUser: true }),
      severity: 'medium',
      says: ['a user-to-user ticket for cifs/files under rc4-hmac'],
    },
    {
      when: 'the server refused the ticket, which is on the wire all the same',
      ledger: withTicket({ ticketEtype: 23 }, { status: 'failed', ntStatus: STATUS_LOGON_FAILURE }),
      severity: 'high',
    },
    {
      when: 'the session key was cut',
      ledger: withTicket({ ticketEtype: 23, authenticatorEtype: null }),
      severity: 'high',
    },
    {
      when: 'the name of the service was cut',
      ledger: withTicket({ ticketEtype: 23, serverName: null }),
      severity: 'high',
      says: ['a ticket for a service whose name was not seen under rc4-hmac'],
    },
    {
      when: 'a re-authentication brings the weaker ticket',
      ledger: ledger(
        [connection()],
        [
          session({
            logons: [
              logon({ kerberos: apReq({ authenticatorEtype: 23 }) }),
              logon({ purpose: 'reauthentication', kerberos: apReq({ ticketEtype: 23, frame: 60 }) }),
            ],
          }),
        ],
      ),
      severity: 'high',
      frames: [60],
    },
  ],
  silent: [
    ...[17, 18, 19, 20, 25, 26].map((etype) => ({
      when: `both are ${etype}`,
      ledger: withTicket({ ticketEtype: etype, authenticatorEtype: etype }),
    })),
    { when: 'the types were cut', ledger: withTicket({ ticketEtype: null, authenticatorEtype: null }) },
    { when: 'the types have no name', ledger: withTicket({ ticketEtype: 99, authenticatorEtype: 512 }) },
    {
      when: 'the AP-REQ was not seen, and the AP-REP is under the same key',
      ledger: ledger([connection()], [session({ logons: [logon({ kerberos: kerberos({ apReq: null }) })] })]),
    },
    { when: 'it is NTLM', ledger: ledger([connection()], [session({ auth: 'ntlmv2' })]) },
  ],
})

it('kerberos-weak-etype counts weak tickets by server, and weak session keys by pair', () => {
  const on = (client: string) => connection({ client })
  const [a, b] = [on('10.0.0.5'), on('10.0.0.6')]
  const sent = (connection: typeof a, types: Partial<ApReq>, firstFrame: number) =>
    session({ on: connection, firstFrame, logons: [logon({ kerberos: apReq(types) })] })
  const weak = (types: Partial<ApReq>) =>
    findings(kerberosWeakEtype, ledger([a, b], [sent(a, types, 6), sent(b, types, 7)]))
  expect(weak({ ticketEtype: 23 }).map(({ count, remediations }) => [count, remediations])).toEqual([[2, ['']]])
  expect(weak({ authenticatorEtype: 23 }).map(({ count, remediations }) => [count, remediations])).toEqual([
    [1, ['session-key']],
    [1, ['session-key']],
  ])
})
