import { describe, expect, it } from 'vitest'
import { inboundSmb } from '../../../src/audit/rules/inbound-smb.ts'
import { at, bareConnection, clearSession, connection, ledger, session } from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

const from = (client: string, state: 'attempted' | 'refused' | 'established' = 'attempted') =>
  bareConnection({ client, state, end: state === 'refused' ? { by: 'server', how: 'rst', at: at(2) } : null })
const inbound = connection({ client: '203.0.113.9' })

describeRule(inboundSmb, {
  fires: [
    {
      when: 'the server refuses with a reset',
      ledger: ledger([from('203.0.113.9', 'refused')]),
      severity: 'info',
      frames: [1, 2],
    },
    { when: 'the server does not answer', ledger: ledger([from('203.0.113.9')]), severity: 'medium' },
    {
      when: 'the connection is established',
      ledger: ledger([inbound]),
      severity: 'critical',
      says: ['SMB from 203.0.113.9, outside the network, to 10.0.0.10 was established'],
    },
    {
      when: 'somebody logs on',
      ledger: ledger([inbound], [session({ on: inbound, auth: 'ntlmv2' })]),
      severity: 'critical',
      says: ['carried an NTLMv2 response of CORP\\alice'],
    },
    {
      when: 'somebody is a guest',
      ledger: ledger([inbound], [clearSession({ on: inbound, guest: true, auth: 'unknown' })]),
      severity: 'critical',
      says: ['carried a guest session'],
    },
    {
      when: 'many knock at one server: once for the server',
      ledger: ledger([from('203.0.113.1'), from('203.0.113.2', 'refused'), from('198.51.100.3', 'established')]),
      severity: 'critical',
      count: 3,
      says: ['Of 3 counted: 1 critical, 1 medium, 1 info.'],
    },
  ],
  silent: [
    { when: 'the connection goes out', ledger: ledger([connection({ server: '203.0.113.9' })]) },
    {
      when: 'both ends are outside',
      ledger: ledger([connection({ client: '198.51.100.1', server: '203.0.113.9' })]),
    },
  ],
})

describe('inbound-smb', () => {
  it('has a separate finding for each client that had a session', () => {
    const other = connection({ client: '198.51.100.7' })
    const all = findings(
      inboundSmb,
      ledger(
        [inbound, other, from('192.0.2.1'), from('192.0.2.2')],
        [session({ on: inbound }), session({ on: other })],
      ),
    )
    expect(all.map((f) => `${f.severity} ${f.client?.ip ?? 'several'} ${f.count}`).sort()).toEqual([
      'critical 198.51.100.7 1',
      'critical 203.0.113.9 1',
      'medium several 2',
    ])
  })
})
