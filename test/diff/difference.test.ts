import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../src/audit/rules/index.ts'
import { differenceOf, type FindingChange } from '../../src/diff/difference.ts'
import { NothingToCompare } from '../../src/diff/result.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import type { SessionFacts } from '../../src/ledger/smb-facts.ts'
import { arbitraryLedger } from '../support/arbitrary-ledger.ts'
import { cases } from '../support/cases.ts'
import { at, capture, connection, counts, ledger, negotiateResponse, session } from '../support/facts.ts'
import { ndjsonOf, resultFrom, resultOf } from '../support/results.ts'

const NTLM = { auth: 'ntlmv2', user: 'alice', domain: 'CORP' } as const
const UNSIGNED = { ...NTLM, encryptData: false, requests: counts({ unsigned: 9 }), responses: counts({ unsigned: 9 }) }
const SIGNED = { ...NTLM, encryptData: false, requests: counts({ signed: 9 }), responses: counts({ signed: 9 }) }

/** One session from 10.0.0.5 to 10.0.0.10, in a capture of this name. */
function office(facts: Partial<SessionFacts> | null, path = 'a.pcap', span: [number, number] = [0, 100]): PlainLedger {
  const on = connection({ capture: path })
  const file = capture({ path, firstTime: at(span[0]).time, lastTime: at(span[1]).time })
  return ledger([on], facts === null ? [] : [session({ on, ...facts })], [file])
}

function both(...parts: PlainLedger[]): PlainLedger {
  return ledger(
    parts.flatMap(({ connections }) => connections),
    parts.flatMap(({ sessions }) => sessions),
    parts.flatMap(({ captures }) => captures),
  )
}

async function changesOf(old: PlainLedger, now: PlainLedger): Promise<FindingChange[]> {
  return differenceOf(await resultFrom(old), await resultFrom(now)).findings!
}

/** What became of the finding of a rule: `fixed`, or `not-seen: not-judged`. */
async function fate(rule: string, old: PlainLedger, now: PlainLedger): Promise<string | undefined> {
  const change = (await changesOf(old, now)).find((each) => each.rule === rule)
  return change && (change.reason === null ? change.change : `${change.change}: ${change.reason}`)
}

describe('a finding that is gone', () => {
  const unsigned = office(UNSIGNED)

  it('is fixed where the same user was seen again and all was well, whatever the capture is called', async () => {
    expect(await fate('unsigned-session', unsigned, office(SIGNED, 'b.pcap'))).toBe('fixed')
  })

  it.each<[string, PlainLedger, string]>([
    ['nobody was seen', ledger([], [], [capture()]), 'not-seen'],
    ['the hosts were seen without a session', office(null), 'user-not-seen'],
    ['another user was seen', office({ ...SIGNED, user: 'bob' }), 'user-not-seen'],
    ['another domain has a user of this name', office({ ...SIGNED, domain: 'LAB' }), 'user-not-seen'],
    ['Kerberos hides the user', office({ ...SIGNED, auth: 'kerberos', user: null, domain: null }), 'user-hidden'],
    [
      'the user did nothing that is counted',
      office({ ...SIGNED, requests: counts(), responses: counts() }),
      'not-judged',
    ],
    [
      'compressed messages hide whether they are signed',
      office({ ...SIGNED, requests: counts({ unread: 1 }) }),
      'not-judged',
    ],
    ['the session was refused', office({ ...SIGNED, status: 'failed', ntStatus: 0xc000006d }), 'not-judged'],
    ['whether it is a guest session was not seen', office({ ...SIGNED, guest: null }), 'not-judged'],
  ])('is not seen where %s', async (_, now, reason) => {
    expect(await fate('unsigned-session', unsigned, now)).toBe(`not-seen: ${reason}`)
  })

  it('is not seen where the rule was not applied, or findings were left out', async () => {
    const old = await resultFrom(unsigned)
    const signed = office(SIGNED)
    const without = RULES.filter(({ id }) => id !== 'unsigned-session')
    const reasonIn = async (overrides: Parameters<typeof resultFrom>[1]) => {
      const now = await resultFrom(signed, overrides)
      return differenceOf(old, now).findings!.find(({ rule }) => rule === 'unsigned-session')?.reason
    }
    expect(await reasonIn({ rules: without })).toBe('rule-not-applied')
    expect(await reasonIn({ findingsHidden: 1 })).toBe('findings-hidden')
    expect(await reasonIn({})).toBe(null)
  })

  it('is still there where the records show it, though no finding does', async () => {
    const old = await resultFrom(unsigned)
    const exempted = await resultFrom(both(office(UNSIGNED, 'b.pcap'), office(SIGNED, 'c.pcap')), { findings: [] })
    expect(differenceOf(old, exempted).findings?.find(({ rule }) => rule === 'unsigned-session')).toMatchObject({
      change: 'not-seen',
      reason: 'still-shown',
    })
  })

  it('is not fixed where another host has the address now', async () => {
    const named = (name: string, facts: Partial<SessionFacts>) => office({ ...facts, workstation: name, logons: [] })
    expect(await fate('unsigned-session', named('DESK1', UNSIGNED), named('DESK1', SIGNED))).toBe('fixed')
    expect(await fate('unsigned-session', named('DESK1', UNSIGNED), named('LAPTOP7', SIGNED))).toBe(
      'not-seen: other-host',
    )
  })

  it('is not fixed where several sites have the address and not all of them were seen again', async () => {
    const sites = both(office(UNSIGNED, 'berlin.pcap'), office(SIGNED, 'lyon.pcap'))
    expect(await fate('unsigned-session', sites, office(SIGNED, 'lyon2.pcap'))).toBe('not-seen: shared-address')
    const again = both(office(SIGNED, 'berlin2.pcap'), office(SIGNED, 'lyon2.pcap'))
    expect(await fate('unsigned-session', sites, again)).toBe('fixed')
  })

  it('counts rotated files of one network as one: they follow one another', async () => {
    const rotated = both(office(UNSIGNED, '1.pcap', [0, 100]), office(UNSIGNED, '2.pcap', [100, 200]))
    expect(await fate('unsigned-session', rotated, office(SIGNED))).toBe('fixed')
  })
})

describe('what shows that it is fixed', () => {
  const on = (dialect: number, securityMode = 0x03, facts: Partial<SessionFacts> = {}) => {
    const own = connection({ negotiateResponse: negotiateResponse({ dialect, securityMode }) })
    return ledger([own], [session({ on: own, ...facts })])
  }

  it('of a server: a NEGOTIATE response that requires signing', async () => {
    expect(await fate('signing-not-required', on(0x0311, 0x01), on(0x0311, 0x03))).toBe('fixed')
    expect(
      await fate('signing-not-required', on(0x0311, 0x01), ledger([connection({ negotiateResponse: null })])),
    ).toBe('not-seen: not-judged')
  })

  it('of a dialect: the one that was chosen', async () => {
    expect(await fate('old-dialect', on(0x0210), on(0x0311))).toBe('fixed')
  })

  it('of guests: a session of the same user that is none, or a refusal', async () => {
    const guest = office({ ...NTLM, guest: true, encryptData: false })
    expect(await fate('guest-session', guest, office(SIGNED))).toBe('fixed')
    const refused = { ...NTLM, status: 'failed', guest: null, anonymous: null } as const
    expect(await fate('guest-session', guest, office({ ...refused, ntStatus: 0xc000006d }))).toBe('fixed')
    // STATUS_INSUFFICIENT_RESOURCES: the next attempt may be a guest again.
    expect(await fate('guest-session', guest, office({ ...refused, ntStatus: 0xc000009a }))).toBe(
      'not-seen: not-judged',
    )
  })

  it('of NTLM: the refusal of it; a refusal of the password proves nothing', async () => {
    const refused = (ntStatus: number) => office({ ...NTLM, status: 'failed', ntStatus, guest: null, anonymous: null })
    expect(await fate('ntlm-auth', office(SIGNED), refused(0xc0000418))).toBe('fixed')
    expect(await fate('ntlm-auth', office(SIGNED), refused(0xc000006d))).toBe('not-seen: not-judged')
  })

  it('of SMB that left the network: nothing', async () => {
    const out = connection({ server: '203.0.113.1' })
    expect(await fate('outbound-smb', ledger([out]), ledger([], [], [capture()]))).toBe('not-seen: no-proof')
  })
})

describe('a finding that is new', () => {
  it('is a relapse where all was well before', async () => {
    expect(await fate('unsigned-session', office(SIGNED), office(UNSIGNED))).toBe('new')
  })

  it('says why nothing was known before', async () => {
    expect(await fate('unsigned-session', office(null), office(UNSIGNED))).toBe('new: user-not-seen')
  })
})

describe('a finding of both results', () => {
  it('is worse or better by its severity', async () => {
    const sysvol = { ...UNSIGNED, auth: 'kerberos', unsignedAccepted: at(20) } as const
    const plain = { ...UNSIGNED, auth: 'kerberos' } as const
    expect(await fate('unsigned-session', office(plain), office(sysvol))).toBe('worse')
    expect(await fate('unsigned-session', office(sysvol), office(plain))).toBe('better')
    expect(await fate('unsigned-session', office(plain), office(plain, 'b.pcap'))).toBe('unchanged')
  })
})

describe('two results', () => {
  it('that are one and the same have no difference', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryLedger, async (facts) => {
        const { findings, hosts, policyChanged } = differenceOf(await resultFrom(facts), await resultFrom(facts))
        expect(findings!.filter(({ change }) => change !== 'unchanged')).toEqual([])
        expect({ hosts, policyChanged }).toEqual({ hosts: [], policyChanged: false })
      }),
      { numRuns: cases(60) },
    )
  })

  it('give the mirror image the other way round', async () => {
    const mirror = {
      new: 'gone',
      fixed: 'new',
      'not-seen': 'new',
      worse: 'better',
      better: 'worse',
      unchanged: 'unchanged',
    }
    const rows = (changes: FindingChange[]) =>
      changes.map(({ change, reason, rule, old, new: now }) => ({ change, reason, rule, old, new: now }))
    const key = (row: object) => JSON.stringify(row)
    await fc.assert(
      fc.asyncProperty(arbitraryLedger, arbitraryLedger, async (a, b) => {
        const there = rows(await changesOf(a, b)).map((row) => ({
          ...row,
          change: row.change === 'fixed' || row.change === 'not-seen' ? 'gone' : row.change,
        }))
        const back = rows(await changesOf(b, a)).map(({ change, reason, rule, old, new: now }) => ({
          change: mirror[change],
          reason,
          rule,
          old: now,
          new: old,
        }))
        expect(there.map(key).sort()).toEqual(back.map(key).sort())
      }),
      { numRuns: cases(60) },
    )
  })

  it('of two commands have nothing in common', async () => {
    const scan = await resultFrom(office(SIGNED))
    const readiness = await resultOf(`${JSON.stringify(CONTROL)}\n`)
    expect(() => differenceOf(scan, readiness)).toThrow(NothingToCompare)
  })

  it('name the hosts that came and those that were not seen', async () => {
    const more = both(office(SIGNED), ledger([connection({ capture: 'a.pcap', client: '10.0.0.77' })], [], []))
    const { hosts } = differenceOf(await resultFrom(office(SIGNED)), await resultFrom(more))
    expect(hosts).toEqual([{ change: 'new', ip: '10.0.0.77', names: [] }])
  })

  it('say that the policy changed', async () => {
    const text = ndjsonOf(office(SIGNED))
    const policy = `${JSON.stringify({ type: 'policy', path: 'site.yaml', hash: 'ab'.repeat(32), exemptions: [{ number: 1, hidden: 3 }] })}\n`
    const [without, having] = [await resultOf(text), await resultOf(policy + text)]
    expect(differenceOf(without, having).policyChanged).toBe(true)
    expect(differenceOf(having, having).policyChanged).toBe(false)
    expect(having.scan?.exempted).toBe(3)
  })
})

const CONTROL = {
  type: 'control',
  control: 'require-signing',
  title: 'Require signing',
  guide: 'x',
  ready: 1,
  breaks: 1,
  exempt: 0,
  notObserved: 0,
  observable: true,
  observedSeconds: 1,
  hostsSeen: 0,
  message: 'x',
}

describe('readiness', () => {
  const row = (client: string, state: string) => ({
    type: 'readiness',
    id: `require-signing ${client}`,
    control: 'require-signing',
    scope: 'pair',
    side: 'server',
    client: { ip: client },
    server: { ip: '10.0.0.10' },
    user: null,
    share: null,
    state,
    reason: null,
  })
  const result = (rows: [string, string][]) =>
    resultOf([CONTROL, ...rows.map(([client, state]) => row(client, state))].map((r) => JSON.stringify(r)).join('\n'))

  it('separates what is ready now from what was not seen', async () => {
    const old = await result([
      ['10.0.0.1', 'breaks'],
      ['10.0.0.2', 'breaks'],
      ['10.0.0.3', 'breaks'],
      ['10.0.0.4', 'breaks'],
      ['10.0.0.5', 'breaks'],
      ['10.0.0.6', 'ready'],
    ])
    const now = await result([
      ['10.0.0.1', 'ready'],
      ['10.0.0.2', 'not-observed'],
      ['10.0.0.4', 'exempt'],
      ['10.0.0.5', 'breaks'],
      ['10.0.0.6', 'breaks'],
      ['10.0.0.7', 'breaks'],
    ])
    const changes = differenceOf(old, now).readiness!.rows.map(
      ({ change, old: before, new: after }) => `${(after ?? before)!.client} ${change}`,
    )
    expect(changes).toEqual([
      '10.0.0.6 new',
      '10.0.0.7 new',
      '10.0.0.2 not-seen',
      '10.0.0.3 not-seen',
      '10.0.0.4 exempt',
      '10.0.0.1 fixed',
      '10.0.0.5 unchanged',
    ])
  })
})
