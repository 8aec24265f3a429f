import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/audit/finding.ts'
import { IncrementalAudit } from '../../../src/audit/incremental-audit.ts'
import { logonBruteforce } from '../../../src/audit/rules/logon-bruteforce.ts'
import { runToEnd } from '../../../src/base/steps.ts'
import type { LogonFacts } from '../../../src/ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../../src/ledger/smb-facts.ts'
import { mergeLedgers } from '../../../src/ledger/whole/merge.ts'
import { defaultPolicy } from '../../../src/policy/default-policy.ts'
import { createNetworks } from '../../../src/policy/networks.ts'
import { cases } from '../../support/cases.ts'
import {
  connection,
  EPOCH,
  ledger,
  logon,
  ntlm,
  STATUS_ACCESS_DENIED,
  STATUS_LOGON_FAILURE,
  session,
} from '../../support/facts.ts'
import { describeRule, findings } from '../../support/rules.ts'

const SECOND = 1_000_000
const WINDOW = 300 * SECOND

interface Try {
  /** Seconds. */
  at: number
  user?: string | null
  server?: string
  client?: string
  status?: number
  capture?: string
  logon?: Partial<LogonFacts>
}

interface Tried {
  connection: ConnectionFacts
  session: SessionFacts
}

/** One logon on a connection of its own, its answer in a frame that follows from the time. */
function tried({ at, user = 'alice', server = '10.0.0.10', client = '10.0.0.5', ...rest }: Try, i: number): Tried {
  const { status = STATUS_LOGON_FAILURE, capture } = rest
  const on = connection({
    client: { ip: client, port: 40_000 + i },
    server,
    firstFrame: 10 * i + 1,
    ...(capture !== undefined && { capture, captureId: capture }),
  })
  const answered = { frame: 10 * i + 9, time: EPOCH + Math.round(at * SECOND) }
  const one = logon({
    auth: 'ntlmv2',
    user,
    ntStatus: status,
    answered,
    guest: status === 0 ? false : null,
    anonymous: status === 0 ? false : null,
    ...rest.logon,
  })
  const failed = status !== 0
  return {
    connection: on,
    session: session({
      on,
      user,
      auth: one.auth,
      status: failed ? 'failed' : 'established',
      ntStatus: status,
      decided: answered,
      firstFrame: 10 * i + 4,
      logons: [one],
    }),
  }
}

function ledgerOf(tries: readonly Try[], from = 0) {
  const all = tries.map((each, i) => tried(each, from + i))
  return ledger(
    all.map((each) => each.connection),
    all.map((each) => each.session),
  )
}

/** `count` logons, a second apart. */
const burst = (count: number, rest: Omit<Try, 'at'> = {}): Try[] =>
  Array.from({ length: count }, (_, i) => ({ at: i, ...rest }))
const users = (...names: string[]): Try[] => names.map((user, i) => ({ at: i, user }))
const servers = (count: number): Try[] =>
  Array.from({ length: count }, (_, i) => ({ at: i, server: `10.0.0.${10 + i}` }))
const FIVE = ['alice', 'bob', 'carol', 'dave', 'erin']

describeRule(logonBruteforce, {
  fires: [
    {
      when: 'ten logons are refused',
      ledger: ledgerOf(burst(10)),
      severity: 'high',
      count: 10,
      says: [/^10\.0\.0\.5 was refused 10 logons of 1 user on 10\.0\.0\.10 within 9\.0 s\.$/],
      frames: [9, 19, 29, 39, 49],
      user: null,
    },
    {
      when: 'ten logons take the whole window',
      ledger: ledgerOf(burst(10).map((each, i) => ({ ...each, at: (i * 300) / 9 }))),
      severity: 'high',
      count: 10,
      says: ['within 5 minutes.'],
    },
    {
      when: 'a burst is followed by single refusals',
      ledger: ledgerOf([...burst(10), { at: 1000 }, { at: 2000 }]),
      severity: 'high',
      count: 10,
    },
    {
      when: 'five users are refused',
      ledger: ledgerOf(users(...FIVE)),
      severity: 'high',
      count: 5,
      says: ['was refused 5 logons of 5 users on 10.0.0.10 within 4.0 s.'],
    },
    {
      when: 'one user is refused at five servers',
      ledger: ledgerOf(servers(5)),
      severity: 'high',
      count: 5,
      says: ['was refused 5 logons of 1 user on 5 servers within 4.0 s.'],
    },
    ...[0xc0000064, 0xc000006a, 0xc0000234].map((status) => ({
      when: `the status is 0x${status.toString(16)}`,
      ledger: ledgerOf(burst(10, { status })),
      severity: 'high' as const,
      count: 10,
    })),
    ...(
      [
        ['NTLMv1', { auth: 'ntlmv1' }],
        ['LM', { auth: 'lm' }],
        ['a password in clear text', { auth: 'plaintext', ntlm: null }],
        ['an empty password', { auth: 'unknown', ntlm: ntlm({ kind: 'blank', ntLength: 0 }) }],
      ] as const
    ).map(([what, logon]) => ({
      when: `the logons carry ${what}`,
      ledger: ledgerOf(burst(10, { logon })),
      severity: 'high' as const,
      count: 10,
    })),
    {
      when: 'one of the users is then let in',
      ledger: ledgerOf([...burst(10), { at: 20, status: 0 }]),
      severity: 'critical',
      count: 11,
      says: [
        '10.0.0.5 logged on to 10.0.0.10 as CORP\\alice, after it was refused 10 logons of 1 user on 10.0.0.10 within 9.0 s.',
        'Of 11 counted: 1 critical, 10 high.',
      ],
    },
    {
      when: 'the user of a spray is then let in at another server',
      ledger: ledgerOf([...servers(5), { at: 20, status: 0, server: '10.0.0.99' }]),
      severity: 'critical',
      count: 6,
    },
    {
      when: 'another user is let in, or a guest, or the same user much later',
      ledger: ledgerOf([
        ...burst(10),
        { at: 20, status: 0, user: 'bob' },
        { at: 21, status: 0, logon: { guest: true } },
        { at: 22, status: 0, logon: { guest: null, anonymous: null } },
        { at: 9 + 301, status: 0 },
      ]),
      severity: 'high',
      count: 10,
    },
    {
      when: 'the user is let in before the burst',
      ledger: ledgerOf([{ at: -1, status: 0 }, ...burst(10)]),
      severity: 'high',
      count: 10,
    },
    {
      when: 'the policy sets another number',
      ledger: ledgerOf(burst(3)),
      policy: withLimits({ logons: 3 }),
      severity: 'high',
      count: 3,
    },
    {
      when: 'the policy sets another window',
      ledger: ledgerOf(burst(10).map((each, i) => ({ ...each, at: i * 100 }))),
      policy: withLimits({ window: 900 * SECOND }),
      severity: 'high',
      count: 10,
    },
    {
      when: 'SMB1 refuses with a DOS error',
      ledger: inSmb1(burst(10, { status: 0x00020002 })),
      severity: 'high',
      count: 10,
    },
  ],
  silent: [
    { when: 'nine logons are refused', ledger: ledgerOf(burst(9)) },
    {
      when: 'ten logons take longer than the window',
      ledger: ledgerOf(burst(10).map((each, i) => ({ ...each, at: (i * 300.001) / 9 }))),
    },
    { when: 'four users are refused', ledger: ledgerOf(users('alice', 'bob', 'carol', 'dave')) },
    {
      when: 'the same names are written in other case',
      ledger: ledgerOf(users('alice', 'ALICE', 'Alice', 'bob', 'BOB')),
    },
    { when: 'four servers refuse', ledger: ledgerOf(servers(4)) },
    {
      when: 'ten clients are refused once each',
      ledger: ledgerOf(burst(10).map((each, i) => ({ ...each, client: `10.0.1.${i}` }))),
    },
    {
      when: 'the logons are in two captures, whose addresses may mean other hosts',
      ledger: ledgerOf(burst(10).map((each, i) => ({ ...each, capture: i < 5 ? 'a.pcap' : 'b.pcap' }))),
    },
    {
      when: 'a client retries with a ticket that has expired',
      ledger: ledgerOf(burst(12, { user: null, logon: { auth: 'kerberos', ntlm: null } })),
    },
    { when: 'a service tries guest first', ledger: ledgerOf(burst(12, { user: 'Guest' })) },
    {
      when: 'a service tries a null session first',
      ledger: ledgerOf(burst(12, { user: '', logon: { auth: 'anonymous', ntlm: ntlm({ kind: 'anonymous' }) } })),
    },
    ...[
      STATUS_ACCESS_DENIED,
      0xc000006e, // ACCOUNT_RESTRICTION
      0xc000006f, // INVALID_LOGON_HOURS
      0xc0000070, // INVALID_WORKSTATION
      0xc0000071, // PASSWORD_EXPIRED
      0xc0000072, // ACCOUNT_DISABLED
      0xc000015b, // LOGON_TYPE_NOT_GRANTED
      0xc0000193, // ACCOUNT_EXPIRED
      0xc0000224, // PASSWORD_MUST_CHANGE
      0xc000005e, // NO_LOGON_SERVERS
      0xc000035c, // NETWORK_SESSION_EXPIRED
      0xc00000bb, // NOT_SUPPORTED
      0x00020002, // a DOS error, which SMB2 does not have
    ].map((status) => ({
      when: `the status is 0x${status.toString(16)}: the password was right, or had nothing to do with it`,
      ledger: ledgerOf(burst(12, { status })),
    })),
    { when: 'the names were not captured', ledger: ledgerOf(burst(12, { user: null })) },
    {
      when: 'the answers were not captured',
      ledger: ledgerOf(burst(12, { logon: { answered: null, ntStatus: null } })),
    },
    {
      when: 'what the logons carry was not captured',
      ledger: ledgerOf(burst(12, { logon: { auth: 'unknown', ntlm: null } })),
    },
    { when: 'twelve logons succeed', ledger: ledgerOf(burst(12, { status: 0 })) },
  ],
})

function withLimits(limits: Partial<ReturnType<typeof defaultPolicy>['bruteForce']>) {
  const policy = defaultPolicy(createNetworks())
  return { ...policy, bruteForce: { ...policy.bruteForce, ...limits } }
}

function inSmb1(tries: readonly Try[]) {
  const facts = ledgerOf(tries)
  for (const each of facts.sessions) each.family = 'smb1'
  return facts
}

it('re-authentications of one session count once for the finding and each for the burst', () => {
  const { connection: on, session: live } = tried({ at: 0, status: 0, user: 'bob' }, 0)
  const again = (i: number) =>
    logon({
      auth: 'ntlmv2',
      purpose: 'reauthentication',
      ntStatus: STATUS_LOGON_FAILURE,
      answered: { frame: 20 + i, time: EPOCH + i * SECOND },
    })
  const facts = ledger([on], [{ ...live, logons: [...live.logons, ...Array.from({ length: 10 }, (_, i) => again(i))] }])
  expect(findings(logonBruteforce, facts)).toMatchObject([{ severity: 'high', count: 1 }])
})

/** What a finding says, apart from the frames, which tests number as they like. */
const said = (all: readonly Finding[]) => all.map(({ severity, message, count }) => [severity, message, count])

describe('a ledger', () => {
  const tries = [
    ...burst(12),
    ...users(...FIVE).map((each) => ({ ...each, at: each.at + 2000 })),
    { at: 14, status: 0 },
  ]
  const whole = findings(logonBruteforce, ledgerOf(tries))

  it('gives the same for any order of its parts', () => {
    const facts = ledgerOf(tries)
    const order = fc.shuffledSubarray([...tries.keys()], { minLength: tries.length })
    fc.assert(
      fc.property(order, (indexes) => {
        const shuffled = ledger(
          indexes.map((i) => facts.connections[i]!),
          indexes.toReversed().map((i) => facts.sessions[i]!),
        )
        expect(findings(logonBruteforce, shuffled)).toEqual(whole)
      }),
      { numRuns: cases(50) },
    )
  })

  it('that was merged from the halves of a capture gives the same', () => {
    const facts = ledgerOf(tries)
    const half = (from: number, to: number) =>
      ledger(facts.connections.slice(from, to), facts.sessions.slice(from, to), [])
    const merged = mergeLedgers([half(9, tries.length), half(0, 9), ledger([], [], facts.captures)])
    expect(findings(logonBruteforce, merged)).toEqual(whole)
  })

  it('of fewer logons never gives more', () => {
    const kept = fc.array(fc.boolean(), { minLength: tries.length, maxLength: tries.length })
    fc.assert(
      fc.property(kept, (keep) => {
        const some = findings(logonBruteforce, ledgerOf(tries.filter((_, i) => keep[i])))
        expect(some.length).toBeLessThanOrEqual(whole.length)
        for (const { count } of some) expect(count).toBeLessThanOrEqual(whole[0]!.count)
      }),
      { numRuns: cases(200) },
    )
  })
})

describe('a live capture', () => {
  const running = () => new IncrementalAudit({ policy: defaultPolicy(createNetworks()), rules: [logonBruteforce] })
  const all = (live: IncrementalAudit) => [...runToEnd(live.findings(ledger([]), true))]

  it('finds a burst whose logons were settled one by one', () => {
    const live = running()
    for (let i = 0; i < 9; i++) live.settle(ledgerOf([{ at: i }], i))
    expect(all(live)).toEqual([])
    live.settle(ledgerOf([{ at: 9 }], 9))
    expect(said(all(live))).toEqual([
      ['high', '10.0.0.5 was refused 10 logons of 1 user on 10.0.0.10 within 9.0 s.', 1],
    ])
    live.settle(ledgerOf([{ at: 10 }, { at: 11, status: 0 }], 10))
    expect(said(all(live))[0]?.slice(0, 1)).toEqual(['critical'])
  })

  it('counts a logon once that is seen open many times before it is settled', () => {
    const live = running()
    const open = ledgerOf([{ at: 0 }])
    for (let i = 0; i < 20; i++) expect([...runToEnd(live.findings(open, true))]).toEqual([])
    live.settle(open)
    expect(all(live)).toEqual([])
  })

  it('keeps a burst while a logon of it is still open, however long', () => {
    const live = running()
    const open = ledgerOf([{ at: 9 }], 9)
    for (let i = 0; i < 9; i++) live.settle(ledgerOf([{ at: i }], i))
    expect([...runToEnd(live.findings(open, true))]).toMatchObject([{ count: 1 }])
    for (let i = 0; i < 50; i++) live.settle(ledgerOf([{ at: 1000 * (i + 1), client: '10.0.0.6' }], 100 + i))
    expect([...runToEnd(live.findings(open, true))]).toMatchObject([{ count: 1 }])
    live.settle(open)
    expect(all(live)).toMatchObject([{ count: 1 }])
  })

  it('remembers no logon for longer than two windows, and no client without one', () => {
    const { survey } = logonBruteforce
    const known = survey.start()
    known.limits = defaultPolicy(createNetworks()).bruteForce
    const refused = (time: number) => ({ frame: 1, time, server: '10.0.0.10', user: 'alice' })
    const client = (...times: number[]) => ({
      refused: new Map(times.map((time, i) => [`session ${i}`, refused(time)])),
      past: [],
      shown: null,
    })
    known.clients.set('old and new', client(0, 2 * WINDOW - 1, 2 * WINDOW + 1))
    known.clients.set('none', client())
    survey.bound(known)
    expect([...known.clients].map(([key, { refused }]) => [key, refused.size])).toEqual([['old and new', 2]])
  })

  it('remembers no more than 65,536 logons, those of the clients that were refused last', () => {
    const { survey } = logonBruteforce
    const known = survey.start()
    known.limits = defaultPolicy(createNetworks()).bruteForce
    for (let c = 0; c < 20; c++) {
      const refused = new Map(
        Array.from({ length: 4096 }, (_, i) => [
          `session ${i}`,
          { frame: i, time: i, server: `10.0.${c}.1`, user: 'a' },
        ]),
      )
      known.clients.set(`client ${c}`, { refused, past: [], shown: null })
    }
    survey.bound(known)
    const sizes = [...known.clients.values()].map(({ refused }) => refused.size)
    expect(sizes).toEqual([...Array(4).fill(0), ...Array(16).fill(4096)])
    // What they showed before is not forgotten with them.
    expect([...known.clients.values()].every(({ past }) => past.length === 1)).toBe(true)
  })
})
