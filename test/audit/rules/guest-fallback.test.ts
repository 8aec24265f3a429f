import { expect, it } from 'vitest'
import { guestFallback } from '../../../src/audit/rules/guest-fallback.ts'
import {
  at,
  clearSession,
  connection,
  counts,
  EPOCH,
  ledger,
  STATUS_ACCESS_DENIED,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

const first = connection()
const second = connection({ client: { ip: '10.0.0.5', port: 50_001 }, firstFrame: 20 })

const refused = (overrides: Parameters<typeof session>[0] = {}) =>
  session({
    on: first,
    auth: 'ntlmv2',
    status: 'failed',
    ntStatus: STATUS_LOGON_FAILURE,
    decided: at(9),
    requests: counts(),
    responses: counts(),
    ...overrides,
  })
const guest = (overrides: Parameters<typeof session>[0] = {}) =>
  clearSession({
    on: second,
    guest: true,
    user: 'guest',
    auth: 'ntlmv2',
    firstFrame: 25,
    decided: at(29),
    ...overrides,
  })
const anonymous = clearSession({ on: second, auth: 'anonymous', firstFrame: 25, decided: at(29) })

const outside = connection({ server: '203.0.113.9' })
const elsewhere = connection({ server: '10.0.0.11', firstFrame: 20 })
const otherClient = connection({ client: '10.0.0.6', firstFrame: 20 })
const otherCapture = connection({ capture: 'other.pcap', firstFrame: 20 })

describeRule(guestFallback, {
  fires: [
    {
      when: 'a named user is refused and the client goes on as guest',
      ledger: ledger([first, second], [refused(), guest()]),
      severity: 'high',
      says: [
        /^10\.0\.0\.10 refused CORP\\alice \(STATUS_LOGON_FAILURE\), and 10\.0\.0\.5 went on as guest 0\.020 s later\.$/,
      ],
      frames: [9, 29],
    },
    {
      when: 'both happen on one connection',
      ledger: ledger([first], [refused(), guest({ on: first })]),
      severity: 'high',
    },
    {
      when: 'the user that was refused is mapped to guest',
      ledger: ledger([first, second], [refused(), guest({ user: 'alice' })]),
      severity: 'high',
      user: 'alice',
    },
    {
      when: 'the refusal is another status that refuses credentials',
      ledger: ledger([first, second], [refused({ ntStatus: STATUS_ACCESS_DENIED }), guest()]),
      severity: 'high',
    },
    {
      when: 'the server is outside',
      ledger: ledger([outside], [refused({ on: outside }), guest({ on: outside })]),
      severity: 'critical',
    },
    {
      when: 'the session that follows is anonymous',
      ledger: ledger([first, second], [refused(), anonymous]),
      severity: 'medium',
      says: ['went on without credentials'],
    },
    {
      when: 'it follows exactly ten seconds later',
      ledger: ledger([first, second], [refused(), guest({ decided: { frame: 29, time: at(9).time + 10_000_000 } })]),
      severity: 'high',
    },
    {
      when: 'the sessions are listed in another order',
      ledger: ledger([second, first], [guest(), refused()]),
      severity: 'high',
    },
  ],
  silent: [
    { when: 'no logon was refused before', ledger: ledger([second], [guest()]) },
    { when: 'the guest came first', ledger: ledger([first, second], [refused({ decided: at(40) }), guest()]) },
    {
      when: 'it follows more than ten seconds later',
      ledger: ledger([first, second], [refused(), guest({ decided: { frame: 29, time: at(9).time + 10_000_001 } })]),
    },
    {
      when: 'the refusal was for guest itself',
      ledger: ledger([first, second], [refused({ user: 'Guest' }), guest()]),
    },
    { when: 'the refused had no name', ledger: ledger([first, second], [refused({ user: null }), guest()]) },
    {
      when: 'the failure had another reason than the credentials',
      ledger: ledger([first, second], [refused({ ntStatus: 0xc00000bb }), guest()]),
    },
    {
      when: 'the guest is on another server',
      ledger: ledger([first, elsewhere], [refused(), guest({ on: elsewhere })]),
    },
    {
      when: 'the guest is another client',
      ledger: ledger([first, otherClient], [refused(), guest({ on: otherClient })]),
    },
    {
      when: 'the guest is in another capture, where addresses may mean other hosts',
      ledger: ledger([first, otherCapture], [refused(), guest({ on: otherCapture })]),
    },
    {
      when: 'a real session follows',
      ledger: ledger([first, second], [refused(), clearSession({ on: second, decided: at(29) })]),
    },
  ],
})

it('guest-fallback takes the last refusal before the guest session', () => {
  const at9 = refused({ user: 'alice', firstFrame: 6 })
  const at15 = refused({ user: 'bob', firstFrame: 12, decided: at(15) })
  const at35 = refused({ user: 'carol', firstFrame: 32, decided: at(35) })
  const [finding] = findings(guestFallback, ledger([first, second], [at35, at15, at9, guest()]))
  expect(finding?.message).toContain('CORP\\bob')
  expect(finding?.firstTime).toBe(EPOCH + 15_000)
})
