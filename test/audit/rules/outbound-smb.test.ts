import { describe, expect, it } from 'vitest'
import { audit } from '../../../src/audit/audit.ts'
import { outboundSmb } from '../../../src/audit/rules/outbound-smb.ts'
import type { ConnectionFacts } from '../../../src/ledger/smb-facts.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import {
  at,
  bareConnection,
  clearSession,
  connection,
  ledger,
  logon,
  ntlm,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

const SERVER = '203.0.113.9'
const out = connection({ server: SERVER })
const attempt = (server = SERVER, firstFrame = 1) => bareConnection({ server, firstFrame, state: 'attempted' })
const refused = bareConnection({ server: SERVER, state: 'refused', end: { by: 'server', how: 'rst', at: at(2) } })
const withSession = (overrides: Parameters<typeof session>[0] = {}) =>
  ledger([out], [session({ on: out, ...overrides })])

describeRule(outboundSmb, {
  fires: [
    {
      when: 'an attempt is refused with a reset',
      ledger: ledger([refused]),
      severity: 'info',
      says: ['SMB from 10.0.0.5 to 203.0.113.9, outside the network, was refused with a reset.'],
      frames: [1, 2],
    },
    {
      when: 'an attempt is not answered',
      ledger: ledger([attempt()]),
      severity: 'low',
      says: ['not answered'],
      frames: [1],
    },
    {
      when: 'the negotiate is answered',
      ledger: ledger([out]),
      severity: 'high',
      says: ['was established'],
      frames: [5],
    },
    {
      when: 'the connection is up and no SMB was read yet',
      ledger: ledger([bareConnection({ server: SERVER })]),
      severity: 'high',
      frames: [1],
    },
    {
      when: 'it is in the middle when the capture begins',
      ledger: ledger([bareConnection({ server: SERVER, state: 'midstream' })]),
      severity: 'high',
      says: ['was in use'],
    },
    {
      when: 'a Kerberos ticket left',
      ledger: withSession(),
      severity: 'critical',
      says: ['carried a Kerberos ticket of CORP\\alice'],
      frames: [5, 6],
      user: 'alice',
    },
    {
      when: 'an NTLMv2 response left, and was refused',
      ledger: withSession({ auth: 'ntlmv2', status: 'failed', ntStatus: STATUS_LOGON_FAILURE }),
      severity: 'critical',
      says: ['carried an NTLMv2 response of CORP\\alice'],
      frames: [5, 8],
    },
    {
      when: 'an NTLMv1 response left',
      ledger: withSession({ auth: 'ntlmv1' }),
      severity: 'critical',
      says: ['LM or NTLMv1'],
    },
    {
      when: 'a password left in clear text',
      ledger: withSession({ auth: 'plaintext', family: 'smb1' }),
      severity: 'critical',
      says: ['a password in clear text'],
    },
    {
      when: 'a session without credentials was granted',
      ledger: withSession({ auth: 'anonymous' }),
      severity: 'critical',
      says: ['carried an anonymous session'],
    },
    {
      when: 'a session is in use whose setup was not captured',
      ledger: ledger(
        [bareConnection({ server: SERVER })],
        [
          clearSession({
            on: bareConnection({ server: SERVER }),
            status: 'unknown',
            auth: 'unknown',
            logons: [],
            decided: null,
          }),
        ],
      ),
      severity: 'critical',
      says: ['carried a session'],
    },
    {
      when: 'a logon was refused of which it was not captured whether it is anonymous',
      ledger: withSession({
        auth: 'unknown',
        status: 'failed',
        logons: [logon({ auth: 'unknown', ntlm: ntlm({ kind: 'unknown', lmLength: null, ntLength: null }) })],
      }),
      severity: 'high',
    },
    {
      when: 'an anonymous logon was refused',
      ledger: withSession({
        auth: 'anonymous',
        anonymous: false,
        status: 'failed',
        logons: [logon({ auth: 'anonymous' })],
      }),
      severity: 'high',
    },
    {
      when: 'one pair tried, connected and logged on: once, at the furthest',
      ledger: ledger(
        [
          attempt(),
          bareConnection({ server: SERVER, firstFrame: 2, client: { port: 50_001 } }),
          { ...out, firstFrame: 3 },
        ],
        [session({ on: out })],
      ),
      severity: 'critical',
      count: 3,
      says: ['Of 3 counted: 1 critical, 1 high, 1 low.'],
    },
    {
      when: 'one client tries many addresses: once for the client',
      ledger: ledger([attempt('203.0.113.1', 1), attempt('203.0.113.2', 2), attempt('198.51.100.3', 3)]),
      severity: 'low',
      count: 3,
    },
    {
      when: 'both ends are outside: once for the capture',
      ledger: ledger([
        connection({ client: '198.51.100.1', server: '203.0.113.1' }),
        attemptBetween('198.51.100.2', '203.0.113.2'),
        attemptBetween('198.51.100.3', '203.0.113.3'),
      ]),
      severity: 'info',
      count: 3,
      says: ['--internal'],
    },
  ],
  silent: [
    { when: 'the connection comes in', ledger: ledger([connection({ client: SERVER, server: '10.0.0.10' })]) },
    { when: 'shared address space is used', ledger: ledger([connection({ server: '100.64.3.2' })]) },
    {
      when: 'the server is an internal address in IPv6 clothes',
      ledger: ledger([connection({ server: '64:ff9b::a00:a' })]),
    },
  ],
})

function attemptBetween(client: string, server: string): ConnectionFacts {
  return bareConnection({ client, server, state: 'attempted' })
}

describe('outbound-smb', () => {
  it('names client and server of a pair, and the client alone of many attempts', () => {
    const [pair] = findings(outboundSmb, ledger([out]))
    expect(pair).toMatchObject({ client: { ip: '10.0.0.5' }, server: { ip: SERVER, port: 445 } })
    const [attempts] = findings(outboundSmb, ledger([attempt('203.0.113.1'), attempt('203.0.113.2')]))
    expect(attempts).toMatchObject({ client: { ip: '10.0.0.5' }, server: null })
  })

  it('is silent about networks that are our own', () => {
    const own = createNetworks(['203.0.113.0/24'])
    expect(audit(ledger([out]), { policy: defaultPolicy(own), rules: [outboundSmb] })).toEqual([])
  })
})
