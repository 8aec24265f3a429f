import { guestSession } from '../../../src/audit/rules/guest-session.ts'
import { at, clearSession, connection, counts, ledger, logon, ntlm, type session, tree } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const guest = (overrides: Parameters<typeof session>[0] = {}) =>
  clearSession({ guest: true, auth: 'ntlmv2', requests: counts({ unsigned: 8 }), ...overrides })
const unused = {
  requests: counts(),
  responses: counts(),
  trees: [],
}
const closedByClient = connection({ end: { by: 'client', how: 'fin', at: at(12) } })
const closedByServer = connection({ end: { by: 'server', how: 'fin', at: at(12) } })
const withGap = connection({ gaps: 1, end: { by: 'client', how: 'fin', at: at(12) } })
const outside = connection({ server: '203.0.113.9' })
const outsideRefused = connection({ server: '203.0.113.9', end: { by: 'client', how: 'rst', at: at(12) } })

describeRule(guestSession, {
  fires: [
    {
      when: 'a named user is made a guest',
      ledger: ledger([connection()], [guest()]),
      severity: 'high',
      says: ['10.0.0.10 made CORP\\alice a guest without accepting the credentials'],
      frames: [9],
      user: 'alice',
    },
    {
      when: 'the client asks for guest, in any case',
      ledger: ledger([connection()], [guest({ user: 'GUEST' })]),
      severity: 'medium',
      says: ['to a client that asked for one'],
    },
    {
      when: 'the client gives no name, with a real response',
      ledger: ledger(
        [connection()],
        [
          guest({
            user: '',
            domain: null,
            logons: [logon({ auth: 'ntlmv2', user: '', ntlm: ntlm({ user: '' }) })],
          }),
        ],
      ),
      severity: 'medium',
      says: ['gave no name'],
    },
    {
      when: 'the name was not seen',
      ledger: ledger([connection()], [guest({ user: null, domain: null, auth: 'unknown' })]),
      severity: 'high',
      says: ['a user whose name was not seen'],
    },
    {
      when: 'its messages are in the clear',
      ledger: ledger([connection()], [guest()]),
      severity: 'high',
      says: [/credentials: unsigned and unencrypted\.$/],
    },
    {
      when: 'its messages are marked as signed',
      ledger: ledger([connection()], [guest({ requests: counts({ signed: 2 }), responses: counts({ signed: 1 }) })]),
      severity: 'high',
      says: [/credentials; of its messages 3 are marked as signed\.$/],
    },
    {
      when: 'its messages go in every way',
      ledger: ledger(
        [connection()],
        [guest({ requests: counts({ signed: 1, unsigned: 1 }), responses: counts({ encrypted: 1, unread: 2 }) })],
      ),
      severity: 'high',
      says: [
        '; of its messages 1 is encrypted, 1 is marked as signed, 2 are compressed and 1 is in clear text without a signature.',
      ],
    },
    {
      when: 'none of its messages was seen',
      ledger: ledger([connection()], [guest({ ...unused, trees: [tree()] })]),
      severity: 'high',
      says: [/without accepting the credentials\.$/],
    },
    {
      when: 'the server is outside',
      ledger: ledger([outside], [guest({ on: outside, user: 'guest' })]),
      severity: 'critical',
      says: ['203.0.113.9, outside the network,'],
    },
    {
      when: 'the credentials were empty and the server flags guest',
      ledger: ledger([connection()], [guest({ auth: 'anonymous' })]),
      severity: 'medium',
    },
    {
      when: 'the client logs off without having used it',
      ledger: ledger([connection()], [guest({ ...unused, logoff: at(11) })]),
      severity: 'info',
      says: ['ended the session unused'],
      frames: [9, 11],
    },
    {
      when: 'the client closes the connection without having used it',
      ledger: ledger([closedByClient], [guest({ on: closedByClient, ...unused })]),
      severity: 'info',
    },
    {
      when: 'the client refuses guest access to a server outside',
      ledger: ledger([outsideRefused], [guest({ on: outsideRefused, ...unused })]),
      severity: 'info',
    },
    {
      when: 'the server closes the connection: no merit of the client',
      ledger: ledger([closedByServer], [guest({ on: closedByServer, ...unused })]),
      severity: 'high',
    },
    {
      when: 'a hole in the capture may hide what it was used for',
      ledger: ledger([withGap], [guest({ on: withGap, ...unused })]),
      severity: 'high',
    },
    {
      when: 'the client connects to a share and then logs off',
      ledger: ledger([connection()], [guest({ ...unused, trees: [tree()], logoff: at(20) })]),
      severity: 'high',
    },
  ],
  silent: [
    {
      when: 'the session is anonymous and not flagged',
      ledger: ledger([connection()], [clearSession({ auth: 'anonymous' })]),
    },
    { when: 'the session is unsigned', ledger: ledger([connection()], [clearSession()]) },
  ],
})
