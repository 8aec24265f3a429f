import { guestSession } from '../../../src/audit/rules/guest-session.ts'
import { at, clearSession, connection, ledger, logon, ntlm, type session, tree } from '../../support/facts.ts'
import { describeRule } from '../../support/rules.ts'

const guest = (overrides: Parameters<typeof session>[0] = {}) =>
  clearSession({
    guest: true,
    auth: 'ntlmv2',
    requests: { signed: 0, unsigned: 8, encrypted: 0, unread: 0 },
    ...overrides,
  })
const unused = {
  requests: { signed: 0, unsigned: 0, encrypted: 0, unread: 0 },
  responses: { signed: 0, unsigned: 0, encrypted: 0, unread: 0 },
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
            user: null,
            domain: null,
            logons: [logon({ auth: 'ntlmv2', user: null, ntlm: ntlm({ user: '' }) })],
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
