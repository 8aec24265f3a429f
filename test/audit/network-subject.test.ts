/** Rules that look across captures: what such a rule can know, and what its findings are. */
import { expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { IncrementalAudit } from '../../src/audit/incremental-audit.ts'
import { cite, start } from '../../src/audit/rule/evidence.ts'
import type { SurveyingRule } from '../../src/audit/rule/rule.ts'
import { forgetOldest, type Survey } from '../../src/audit/rule/survey.ts'
import { ntlmAuth } from '../../src/audit/rules/ntlm-auth.ts'
import { runToEnd } from '../../src/base/steps.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { ConnectionFacts } from '../../src/ledger/smb-facts.ts'
import { mergeLedgers } from '../../src/ledger/whole/merge.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { capture, connection, ledger, negotiateRequest } from '../support/facts.ts'

const policy = defaultPolicy(createNetworks())
const GUID = '11111111-2222-3333-4444-555555555555'
const OTHER = '99999999-2222-3333-4444-555555555555'

/** The addresses that each client GUID was seen at, over all captures. */
type Addresses = Map<string, Set<string>>

const addresses: Survey<Addresses> = {
  start: () => new Map(),
  note(facts, known) {
    for (const { client, negotiateRequest: request } of facts.ledger.connections) {
      const guid = request?.clientGuid ?? null
      if (guid === null) continue
      if (!known.has(guid)) known.set(guid, new Set())
      known.get(guid)!.add(client.ip)
    }
  },
  bound: forgetOldest,
}

/** One client at several addresses: a test rule, of the kind that finds relays. */
const movedClient: SurveyingRule<Addresses> = {
  ...ntlmAuth,
  id: 'moved-client',
  subject: 'network',
  survey: addresses,
  *evaluate({ ledger: { connections } }, known) {
    for (const connection of connections) {
      const guid = connection.negotiateRequest?.clientGuid ?? null
      const at = guid === null ? undefined : known.get(guid)
      if (guid === null || at === undefined || at.size < 2) continue
      yield {
        severity: 'medium',
        about: guid,
        connection,
        session: null,
        at: start(connection),
        explain: () => ({
          message: `The client ${guid} uses ${[...at].sort().join(' and ')}.`,
          evidence: [cite(start(connection), 'Endpoints', `from ${connection.client.ip}`)],
        }),
      }
    }
  },
}

function seen(path: string, client: string, firstFrame: number, clientGuid = GUID): Ledger {
  const facts: ConnectionFacts = connection({
    capture: path,
    captureId: `${path} id`,
    client,
    firstFrame,
    negotiateRequest: negotiateRequest({ clientGuid }),
  })
  return ledger([facts], [], [capture({ path, captureId: `${path} id` })])
}

const first = seen('a.pcap', '10.0.0.5', 8)
const second = seen('b.pcap', '10.9.9.9', 3)
const unrelated = seen('c.pcap', '10.7.7.7', 1, OTHER)
const findings = (facts: Ledger) => audit(facts, { policy, rules: [movedClient] })

it('a rule about the network finds what no capture shows alone', () => {
  for (const alone of [first, second, unrelated]) expect(findings(alone)).toEqual([])
  const [finding, ...others] = findings(mergeLedgers(first, second, unrelated))
  expect(others).toEqual([])
  expect(finding).toMatchObject({ rule: 'moved-client', count: 2, client: null, connection: null })
})

it('its evidence names the capture of each frame, and its filter has the frames of its own capture', () => {
  const [finding] = findings(mergeLedgers(first, second))
  expect(finding!.evidence).toMatchObject([
    { capture: 'a.pcap', frame: 8, what: 'from 10.0.0.5' },
    { capture: 'b.pcap', frame: 3, what: 'from 10.9.9.9' },
  ])
  // The first of the worst cases says which capture the finding is listed under.
  expect(finding).toMatchObject({ capture: 'b.pcap', captureId: 'b.pcap id' })
  expect(finding!.wiresharkFilter).toBe('frame.number in {3}')
})

it('it is the same finding for any order of the captures', () => {
  const all = findings(mergeLedgers(first, second, unrelated))
  const merged = mergeLedgers(first, second, unrelated)
  expect(findings({ ...merged, connections: [...merged.connections].reverse() })).toEqual(all)
  expect(findings(mergeLedgers(second, first))).toEqual(all)
})

it('cases about different things are different findings', () => {
  const other = [seen('a.pcap', '10.0.0.7', 20, OTHER), seen('d.pcap', '10.0.0.8', 21, OTHER)]
  const found = findings(mergeLedgers(first, second, ...other))
  expect(found.map(({ message }) => message).sort()).toEqual([
    `The client ${GUID} uses 10.0.0.5 and 10.9.9.9.`,
    `The client ${OTHER} uses 10.0.0.7 and 10.0.0.8.`,
  ])
  expect(new Set(found.map(({ id }) => id)).size).toBe(2)
})

it('in a live capture the survey remembers what was settled', () => {
  const running = new IncrementalAudit({ policy, rules: [movedClient] })
  running.settle(first)
  const [finding] = [...runToEnd(running.findings(second, false))]
  expect(finding).toMatchObject({ rule: 'moved-client', message: `The client ${GUID} uses 10.0.0.5 and 10.9.9.9.` })
})
