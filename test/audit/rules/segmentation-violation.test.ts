import { expect, it } from 'vitest'
import { segmentationViolation } from '../../../src/audit/rules/segmentation-violation.ts'
import { at, bareConnection, connection, ledger, logon, negotiateRequest, ntlm, session } from '../../support/facts.ts'
import { policyFrom } from '../../support/policy-file.ts'
import { describeRule, findings } from '../../support/rules.ts'

const policy = await policyFrom(`
zones:
  clients: { hosts: 10.1.0.0/16, may-reach: servers, may-not-reach: others }
  servers: { hosts: [10.2.0.0/16, files9], may-not-reach: clients }
  printers: { hosts: 10.1.7.0/24 }
`)

const on = (client: string, server: string) => connection({ client, server })
const attempt = (server: string, firstFrame = 1) =>
  bareConnection({ client: '10.1.0.5', server, firstFrame, state: 'attempted' })
const refused = bareConnection({
  client: '10.1.0.5',
  server: '10.1.0.6',
  state: 'refused',
  end: { by: 'server', how: 'rst', at: at(2) },
})
const peer = on('10.1.0.5', '10.1.0.6')
const named = connection({
  client: '10.2.0.9',
  server: '172.16.0.1',
  negotiateRequest: negotiateRequest({ netname: 'ws1' }),
})

describeRule(segmentationViolation, {
  fires: [
    {
      when: 'a client connects to another client',
      ledger: ledger([peer]),
      policy,
      severity: 'high',
      says: ['SMB from 10.1.0.5 in clients to 10.1.0.6 in clients, which the policy does not allow, was established.'],
      frames: [5],
    },
    {
      when: 'credentials were sent',
      ledger: ledger(
        [peer],
        [session({ on: peer, auth: 'ntlmv2', logons: [logon({ auth: 'ntlmv2', ntlm: ntlm() })] })],
      ),
      policy,
      severity: 'high',
      says: ['carried an NTLMv2 response of'],
    },
    { when: 'a server connects to a client', ledger: ledger([on('10.2.0.1', '10.1.0.5')]), policy, severity: 'high' },
    {
      when: 'a client connects to a zone inside its network',
      ledger: ledger([on('10.1.0.5', '10.1.7.5')]),
      policy,
      severity: 'high',
      says: ['in printers'],
    },
    {
      when: 'the attempt was refused',
      ledger: ledger([refused]),
      policy,
      severity: 'info',
      says: ['was refused with a reset.'],
      frames: [1, 2],
    },
    {
      when: 'attempts were not answered: one client, one finding',
      ledger: ledger([attempt('10.1.0.6'), attempt('10.1.0.7', 3)]),
      policy,
      severity: 'low',
      says: ['was tried and not answered'],
      count: 2,
    },
  ],
  silent: [
    { when: 'there is no policy', ledger: ledger([peer]) },
    { when: 'the policy allows it', ledger: ledger([on('10.1.0.5', '10.2.0.1')]), policy },
    { when: 'the policy says nothing of these zones', ledger: ledger([on('10.2.0.1', '10.2.0.2')]), policy },
    { when: 'the zone of the client says nothing', ledger: ledger([on('10.1.7.5', '10.1.0.5')]), policy },
    { when: 'the server is in no zone', ledger: ledger([on('10.1.0.5', '10.9.0.1')]), policy },
    { when: 'the client is in no zone', ledger: ledger([on('10.9.0.1', '10.1.0.5')]), policy },
    { when: 'only a name that it lacks would put it into a zone', ledger: ledger([named]), policy },
  ],
})

it('finds the zone of a host by its name where its address is in none', async () => {
  const byName = await policyFrom('zones: { a: { hosts: 10.2.0.0/16, may-not-reach: b }, b: { hosts: ws1 } }')
  expect(findings(segmentationViolation, ledger([named]), byName)).toMatchObject([
    { severity: 'high', rule: 'segmentation-violation' },
  ])
})
