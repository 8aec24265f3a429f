import { describe, expect, it } from 'vitest'
import { auditList } from '../../src/audit/audit.ts'
import { IncrementalAudit } from '../../src/audit/incremental-audit.ts'
import { guestSession } from '../../src/audit/rules/guest-session.ts'
import { ntlmAuth } from '../../src/audit/rules/ntlm-auth.ts'
import { signingNotRequired } from '../../src/audit/rules/signing-not-required.ts'
import { unsignedSession } from '../../src/audit/rules/unsigned-session.ts'
import { runToEnd } from '../../src/base/steps.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { at, clearSession, connection, ledger, logon, negotiateResponse, ntlm, tree } from '../support/facts.ts'
import { policyFrom } from '../support/policy-file.ts'

const RULES = [ntlmAuth, unsignedSession, signingNotRequired, guestSession]

const on = connection({
  negotiateResponse: negotiateResponse({ securityMode: 1 }),
  lastFrame: 40,
})
const user = { user: 'alice', domain: 'CORP' }
const ntlmLogon = logon({ auth: 'ntlmv2', ntlm: ntlm(), ...user })
const plain = clearSession({ on, auth: 'ntlmv2', logons: [ntlmLogon], ...user, lastFrame: 40, trees: [] })
const whole = ledger([on], [plain])

async function judged(text: string, facts: Ledger = whole) {
  const policy = await policyFrom(text)
  const list = auditList(facts, { policy, rules: RULES })
  return {
    found: [...list].map(({ severity, rule }) => `${severity} ${rule}`),
    counts: policy.exemptions.map(({ number }) => list.exempted.of(number)),
  }
}

const ALL = ['high unsigned-session', 'medium ntlm-auth', 'medium signing-not-required']

it('has these cases without a policy', async () => {
  expect(await judged('')).toEqual({ found: ALL, counts: [] })
})

describe('an exemption hides', () => {
  it.each([
    ['of a rule', 'rules: ntlm-auth', ['ntlm-auth']],
    ['of a client', 'client: 10.0.0.5', ['ntlm-auth', 'unsigned-session', 'signing-not-required']],
    ['of another client', 'client: 10.0.0.6', []],
    ['of a server', 'server: 10.0.0.0/24', ['ntlm-auth', 'unsigned-session', 'signing-not-required']],
    ['of a user', 'user: CORP\\alice', ['ntlm-auth', 'unsigned-session']],
    ['of another user', 'user: bob', []],
    ['of a control', 'rules: remove-smb1', []],
    ['of a rule and another client', '{ rules: ntlm-auth, client: 10.0.0.6 }', []],
  ])('%s', async (_, scope, hidden) => {
    const fields = scope.replace(/^\{|\}$/g, '')
    const { found, counts } = await judged(`exemptions: [{ reason: x, ${fields} }]`)
    expect(found).toEqual(ALL.filter((each) => !hidden.includes(each.split(' ')[1]!)))
    expect(counts).toEqual([{ hidden: hidden.length, foundAgain: 0 }])
  })

  it('a case once, by the first that covers it', async () => {
    const { counts } = await judged('exemptions: [{ reason: x, rules: ntlm-auth }, { reason: y, user: alice }]')
    expect(counts).toEqual([
      { hidden: 1, foundAgain: 0 },
      { hidden: 1, foundAgain: 0 },
    ])
  })
})

describe('an exemption of a share', () => {
  const text = 'exemptions: [{ reason: x, rules: unsigned-session, share: \\\\files\\scans }]'
  const withTrees = (...paths: (string | null)[]) =>
    ledger(
      [on],
      [{ ...plain, trees: paths.map((path) => tree({ path, shareType: path?.endsWith('IPC$') ? 'pipe' : 'disk' })) }],
    )

  it.each([
    [['\\\\FILES\\Scans', '\\\\files\\IPC$'], 1],
    [['\\\\files\\scans', '\\\\files\\secret'], 0],
    [['\\\\files\\scans', null], 0],
    [[], 0],
  ])('hides a session over %j: %i', async (paths, hidden) => {
    const { counts } = await judged(text, withTrees(...paths))
    expect(counts[0]?.hidden).toBe(hidden)
  })

  it('hides nothing of a session whose trees were not all kept', async () => {
    const facts = ledger([on], [{ ...plain, trees: [tree({ path: '\\\\files\\scans' })], treesNotKept: 1 }])
    expect((await judged(text, facts)).counts[0]?.hidden).toBe(0)
  })
})

describe('an exemption that ends', () => {
  // The packets of these facts are of 2024-05-01.
  it('hides what was captured before its end, however long ago that is', async () => {
    const { counts } = await judged('exemptions: [{ reason: x, rules: ntlm-auth, until: 2024-05-01 }]')
    expect(counts).toEqual([{ hidden: 1, foundAgain: 0 }])
  })

  it('hides nothing that was captured later, and counts that', async () => {
    const { found, counts } = await judged('exemptions: [{ reason: x, rules: ntlm-auth, until: 2024-04-30 }]')
    expect(found).toEqual(ALL)
    expect(counts).toEqual([{ hidden: 0, foundAgain: 1 }])
  })

  it('hides no session that went on after it', async () => {
    const late = { ...plain, lastTime: at(40).time + 86_400e6 }
    const { counts } = await judged(
      'exemptions: [{ reason: x, rules: ntlm-auth, until: 2024-05-01 }]',
      ledger([on], [late]),
    )
    expect(counts).toEqual([{ hidden: 0, foundAgain: 1 }])
  })

  it('counts nothing where another exemption hides the case', async () => {
    const { counts } = await judged(
      'exemptions: [{ reason: x, rules: ntlm-auth, until: 2024-04-30 }, { reason: y, rules: ntlm-auth }]',
    )
    expect(counts).toEqual([
      { hidden: 0, foundAgain: 0 },
      { hidden: 1, foundAgain: 0 },
    ])
  })
})

it('hosts are known by the names that were seen, those of their zone included', async () => {
  const named = { ...plain, workstation: 'WS1' }
  const scope = (client: string) =>
    judged(`exemptions: [{ reason: x, rules: ntlm-auth, client: ${client} }]`, ledger([on], [named]))
  expect((await scope('ws1')).counts[0]?.hidden).toBe(1)
  expect((await scope('ws2')).counts[0]?.hidden).toBe(0)
  const zones = 'zones: { lab: { hosts: ws1 } }\nexemptions: [{ reason: x, rules: ntlm-auth, client: lab }]'
  expect((await judged(zones, ledger([on], [named]))).counts[0]?.hidden).toBe(1)
})

describe('a severity', () => {
  it('is the one that the policy sets for the rule', async () => {
    const { found } = await judged('severities: { ntlm-auth: critical, unsigned-session: info }')
    expect(found).toEqual(['critical ntlm-auth', 'medium signing-not-required', 'info unsigned-session'])
  })

  it('leaves an info of a rule that reports worse things', async () => {
    const none = { signed: 0, unsigned: 0, encrypted: 0, unread: 0 }
    const guest = clearSession({ on, guest: true, trees: [], requests: none, responses: none, logoff: at(11), ...user })
    const { found } = await judged('severities: { guest-session: critical }', ledger([on], [guest]))
    expect(found).toContain('info guest-session')
  })
})

it('a live capture counts what was settled too, and names it knew stay', async () => {
  const policy = await policyFrom('exemptions: [{ reason: x, rules: ntlm-auth, client: ws1 }]')
  const running = new IncrementalAudit({ policy, rules: [ntlmAuth] })
  running.settle(ledger([on], [{ ...plain, workstation: 'ws1' }]))
  const later = connection({ client: { ip: '10.0.0.5', port: 50_001 } })
  const list = runToEnd(
    running.findings(ledger([later], [{ ...plain, connection: later.id, workstation: null }]), true),
  )
  expect([...list]).toEqual([])
  expect(list.exempted.of(1)).toEqual({ hidden: 2, foundAgain: 0 })
})
