import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import type { Finding } from '../../src/audit/finding.ts'
import { type Rule, SEVERITIES, type Severity } from '../../src/audit/rule/rule.ts'
import { guestSession } from '../../src/audit/rules/guest-session.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { ntlmAuth } from '../../src/audit/rules/ntlm-auth.ts'
import { signingNotRequired } from '../../src/audit/rules/signing-not-required.ts'
import { emptyLedger, type Ledger } from '../../src/ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../src/ledger/smb-facts.ts'
import { mergeLedgers } from '../../src/ledger/whole/merge.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { arbitraryLedger, shuffled } from '../support/arbitrary-ledger.ts'
import { draftsOf, factsOf } from '../support/audit-facts.ts'
import {
  at,
  bareConnection,
  capture,
  clearSession,
  connection,
  counts,
  ledger,
  logon,
  negotiateResponse,
  ntlm,
  session,
  signedSession,
  smb1,
} from '../support/facts.ts'

const policy = defaultPolicy(createNetworks())
const auditAll = (facts: Ledger) => audit(facts, { policy })
const rulesOf = (findings: Finding[]) => findings.map((f) => f.rule).sort()

/** A rule that reports for every session what the test needs. */
function ruleSaying(say: (session: SessionFacts, index: number) => { severity: Severity; frames: number[] }): Rule {
  return {
    ...ntlmAuth,
    *evaluate({ ledger, connectionOf }) {
      for (const [i, s] of ledger.sessions.entries()) {
        const { severity, frames } = say(s, Number(s.workstation ?? i))
        yield {
          severity,
          connection: connectionOf(s),
          session: s,
          at: at(frames[0]!),
          explain: () => ({
            message: `Case of frame ${frames[0]}.`,
            evidence: frames.map((frame) => ({ ...at(frame), field: 'Command', what: 'seen' })),
          }),
        }
      }
    },
  }
}

/** Sessions of one user between two hosts, each on its own connection. */
function repeats(n: number, overrides: (i: number) => Parameters<typeof session>[0] = () => ({})): Ledger {
  const connections: ConnectionFacts[] = []
  const sessions: SessionFacts[] = []
  for (let i = 0; i < n; i++) {
    const on = connection({ client: { ip: '10.0.0.5', port: 50_000 + i }, firstFrame: i * 10 + 1 })
    connections.push(on)
    sessions.push(session({ on, auth: 'ntlmv2', firstFrame: i * 10 + 6, workstation: `${i}`, ...overrides(i) }))
  }
  return ledger(connections, sessions)
}

describe('grouping', () => {
  it('makes one finding of what repeats between two hosts, and counts it', () => {
    const [finding, ...others] = audit(repeats(3), { policy, rules: [ntlmAuth] })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      rule: 'ntlm-auth',
      severity: 'medium',
      title: ntlmAuth.title,
      capture: 'office.pcap',
      count: 3,
      client: { ip: '10.0.0.5', port: null },
      server: { ip: '10.0.0.10', port: 445 },
      user: 'alice',
      connection: null,
      session: null,
    })
  })

  it('names the connection and the session where there is one of each', () => {
    const facts = repeats(1)
    const [finding] = audit(facts, { policy, rules: [ntlmAuth] })
    expect(finding).toMatchObject({
      connection: facts.connections.at(0)!.id,
      session: facts.sessions.at(0)!.id,
      client: { ip: '10.0.0.5', port: 50_000 },
      count: 1,
    })
  })

  it('keeps users, hosts and captures apart', () => {
    const other = connection({ client: '10.0.0.6' })
    const elsewhere = connection({ capture: 'b.pcap' })
    const facts = ledger(
      [connection(), other, elsewhere],
      [
        session({ auth: 'ntlmv2' }),
        session({ auth: 'ntlmv2', user: 'bob', firstFrame: 20 }),
        session({ auth: 'ntlmv2', domain: 'LAB', firstFrame: 30 }),
        session({ auth: 'ntlmv2', on: other }),
        session({ auth: 'ntlmv2', on: elsewhere }),
      ],
    )
    const findings = audit(facts, { policy, rules: [ntlmAuth] })
    expect(findings.map((f) => f.count)).toEqual([1, 1, 1, 1, 1])
    expect(new Set(findings.map((f) => f.id)).size).toBe(5)
  })

  it('takes names that differ in case for one', () => {
    const findings = audit(
      repeats(2, (i) => ({ user: i === 0 ? 'Alice' : 'ALICE', domain: i === 0 ? 'corp' : 'CORP' })),
      {
        policy,
        rules: [ntlmAuth],
      },
    )
    expect(findings).toMatchObject([{ count: 2, user: 'Alice' }])
  })

  it('takes what null sessions claim to be for nothing', () => {
    const claims = ['CORP', 'WORKGROUP', '', null]
    const nobody = repeats(4, (i) => ({ auth: 'anonymous', anonymous: true, user: '', domain: claims[i]! }))
    const [finding, ...others] = auditAll(nobody).filter(({ rule }) => rule === 'anonymous-session')
    expect(others).toEqual([])
    expect(finding).toMatchObject({ count: 4, user: null })
    // One that the server flags may even name a user.
    const flagged = repeats(2, (i) => ({ anonymous: true, user: ['alice', 'bob'][i]!, domain: 'CORP' }))
    expect(auditAll(flagged).filter(({ rule }) => rule === 'anonymous-session')).toMatchObject([
      { count: 2, user: null, id: finding!.id },
    ])
  })

  it('names the user of the message, or none where the cases name several', () => {
    const again = (user: string) => logon({ auth: 'ntlmv2', purpose: 'reauthentication', user, ntlm: ntlm({ user }) })
    const one = repeats(2, () => ({ auth: 'kerberos', user: 'alice', logons: [logon(), again('Bob')] }))
    const several = repeats(2, (i) => ({
      auth: 'kerberos',
      user: 'alice',
      logons: [logon(), again(['bob', 'carl'][i]!)],
    }))
    const of = (facts: Ledger) => auditAll(facts).filter(({ rule }) => rule === 'ntlm-auth')
    expect(of(one)).toMatchObject([{ count: 2, user: 'Bob', message: expect.stringContaining('CORP\\Bob changed') }])
    expect(of(several)).toMatchObject([{ count: 2, user: null }])
  })

  it('keeps the remediations that its cases need', () => {
    const mixed = repeats(2, (i) => ({ guest: true, family: i === 0 ? 'smb1' : 'smb2' }))
    expect(auditAll(mixed).find(({ rule }) => rule === 'guest-session')?.remediations).toEqual(['', 'smb1'])
  })

  it('is not misled by names made to look like others', () => {
    const names = [
      { domain: 'A', user: 'B C' },
      { domain: 'A 3 B', user: 'C' },
      { domain: 'A B', user: 'C' },
      { domain: null, user: 'A B C' },
    ]
    const findings = audit(
      repeats(names.length, (i) => names[i]!),
      { policy, rules: [ntlmAuth] },
    )
    expect(findings.length).toBe(names.length)
  })

  it('counts per server what is the server’s', () => {
    const optional = negotiateResponse({ securityMode: 1 })
    const facts = ledger([
      connection({ client: '10.0.0.5', negotiateResponse: optional }),
      connection({ client: '10.0.0.6', negotiateResponse: optional }),
      connection({ server: { port: 4455 }, negotiateResponse: optional }),
    ])
    const findings = audit(facts, { policy, rules: [signingNotRequired] })
    expect(findings.map((f) => [f.server?.port, f.client?.ip ?? null, f.count]).sort()).toEqual([
      [445, null, 2],
      [4455, '10.0.0.5', 1],
    ])
  })

  it('speaks for the worst, and says how many there are of each', () => {
    const rule = ruleSaying((_, i) => ({ severity: i === 2 ? 'high' : i === 4 ? 'info' : 'medium', frames: [100 + i] }))
    const [finding] = audit(repeats(6), { policy, rules: [rule] })
    expect(finding).toMatchObject({ severity: 'high', count: 6 })
    expect(finding!.message).toBe('Case of frame 102. Of 6 counted: 1 high, 4 medium, 1 info.')
  })

  it('spans the times of all, also of those that are not shown', () => {
    const rule = ruleSaying((_, i) => ({ severity: i === 7 ? 'high' : 'low', frames: [100 + i, 200] }))
    const [finding] = audit(repeats(9), { policy, rules: [rule] })
    expect(finding).toMatchObject({ firstTime: at(100).time, lastTime: at(200).time })
  })
})

describe('evidence', () => {
  const frames = (rule: Rule, facts: Ledger) => audit(facts, { policy, rules: [rule] })[0]!.evidence.map((e) => e.frame)

  it('is the first five frames, in frame order', () => {
    expect(
      frames(
        ruleSaying((_, i) => ({ severity: 'low', frames: [90 - i] })),
        repeats(9),
      ),
    ).toEqual([82, 83, 84, 85, 86])
  })

  it('is that of the worst cases first', () => {
    const rule = ruleSaying((_, i) => ({ severity: i === 8 ? 'critical' : 'low', frames: [10 + i] }))
    expect(frames(rule, repeats(9))).toEqual([10, 11, 12, 13, 18])
  })

  it('holds a frame that several cases share once', () => {
    expect(
      frames(
        ruleSaying((_, i) => ({ severity: 'low', frames: [10 + i, 50] })),
        repeats(3),
      ),
    ).toEqual([10, 11, 12, 50])
  })

  it('names the capture', () => {
    const [finding] = audit(repeats(1), { policy, rules: [ntlmAuth] })
    expect(finding!.evidence[0]).toEqual({
      capture: 'office.pcap',
      ...at(8),
      field: 'NtChallengeResponse',
      what: 'AUTHENTICATE, NT response 350 bytes',
    })
  })
})

describe('filter', () => {
  const filter = (n: number, frames: number[], facts = repeats(n)) =>
    audit(facts, {
      policy,
      rules: [ruleSaying((_, i) => ({ severity: 'low', frames: frames.map((f) => f + i) }))],
    })[0]!.wiresharkFilter

  it('is the frames, where they are all', () => {
    expect(filter(1, [15, 12])).toBe('frame.number in {12, 15}')
    expect(filter(5, [12])).toBe('frame.number in {12, 13, 14, 15, 16}')
  })

  it('adds the traffic between the hosts, where there are more', () => {
    expect(filter(6, [12])).toBe(
      'frame.number in {12, 13, 14, 15, 16} || (ip.addr == 10.0.0.5 && ip.addr == 10.0.0.10 && tcp.port in {445})',
    )
  })

  it('names the ports of the server, as long as they are few', () => {
    const over = (ports: number) => {
      const connections = Array.from({ length: ports }, (_, i) =>
        connection({ server: { port: 1445 - i }, firstFrame: i + 1 }),
      )
      const facts = ledger(
        connections,
        connections.map((on) => session({ on })),
      )
      return filter(ports, [12], facts)
    }
    expect(over(8)).toContain('tcp.port in {1438, 1439, 1440, 1441, 1442, 1443, 1444, 1445}')
    expect(over(9)).toBe('frame.number in {12, 13, 14, 15, 16} || (ip.addr == 10.0.0.5 && ip.addr == 10.0.0.10)')
  })

  it('has nothing in it but what is an address', () => {
    const on = connection({ client: '10.0.0.5 || tcp', server: '2001:db8::1' })
    const facts = ledger(
      [on],
      Array.from({ length: 6 }, (_, i) => session({ on, firstFrame: i + 6, workstation: `${i}` })),
    )
    expect(filter(6, [12], facts)).toBe(
      'frame.number in {12, 13, 14, 15, 16} || (ipv6.addr == 2001:db8::1 && tcp.port in {445})',
    )
  })

  const tshark = spawnSync('tshark', ['--version']).status === 0
  it.skipIf(!tshark)('is one that Wireshark takes, and selects the evidence (needs tshark)', () => {
    const file = fileURLToPath(new URL('../../captures/ntlm-sysvol.pcap', import.meta.url))
    const v6 = connection({ client: '2001:db8::5', server: '2001:db8::1' })
    const v6Sessions = Array.from({ length: 6 }, (_, i) => session({ on: v6, firstFrame: i + 6, workstation: `${i}` }))
    for (const text of [filter(1, [2, 3]), filter(6, [1]), filter(6, [1], ledger([v6], v6Sessions))]) {
      const run = spawnSync('tshark', ['-r', file, '-Y', text, '-T', 'fields', '-e', 'frame.number'], {
        encoding: 'utf8',
      })
      expect(run.stderr.replace(/^Running as user.*$/m, '').trim()).toBe('')
      const selected = run.stdout.trim().split('\n').map(Number)
      const wanted = text.startsWith('frame.number in {2') ? [2, 3] : [1, 2, 3, 4, 5]
      expect(selected).toEqual(expect.arrayContaining(wanted))
    }
  })
})

describe('one cause gives one finding', () => {
  const optional = connection({ negotiateResponse: negotiateResponse({ securityMode: 1 }) })

  it('of a guest session', () => {
    const guest = clearSession({ on: optional, guest: true, auth: 'ntlmv2', firstClearData: at(20) })
    expect(rulesOf(auditAll(ledger([optional], [guest])))).toEqual(['guest-session', 'signing-not-required'])
  })

  it('of an anonymous session', () => {
    const anonymous = clearSession({ on: optional, auth: 'anonymous', firstClearData: at(20) })
    expect(rulesOf(auditAll(ledger([optional], [anonymous])))).toEqual(['anonymous-session', 'signing-not-required'])
  })

  it('of an anonymous session that the server calls guest', () => {
    const both = clearSession({ auth: 'anonymous', guest: true })
    expect(rulesOf(auditAll(ledger([connection()], [both])))).toEqual(['guest-session'])
  })

  it('of an SMB1 connection', () => {
    expect(rulesOf(auditAll(ledger([bareConnection({ smb1: smb1() })])))).toEqual(['smb1-negotiated'])
  })

  it('of an encrypted session', () => {
    expect(auditAll(ledger([connection()], [session({ firstEncrypted: at(11) })]))).toEqual([])
    const withClear = session({ requests: counts({ unsigned: 1, encrypted: 20 }) })
    expect(rulesOf(auditAll(ledger([connection()], [withClear])))).toEqual(['unencrypted-session'])
  })

  it('of NTLMv1', () => {
    expect(rulesOf(auditAll(ledger([connection()], [session({ auth: 'ntlmv1' })])))).toEqual(['ntlmv1-auth'])
  })
})

describe('order', () => {
  it('is by severity, rule, capture and frame', () => {
    const inB = connection({ capture: 'b.pcap' })
    const facts = ledger(
      [connection(), inB],
      [
        signedSession({
          auth: 'ntlmv2',
          user: 'late',
          firstFrame: 40,
          firstSigned: { request: at(42), response: null },
        }),
        signedSession({ auth: 'ntlmv2', user: 'early' }),
        signedSession({ auth: 'ntlmv2', on: inB }),
        clearSession({ guest: true, user: 'mapped', firstFrame: 50 }),
      ],
    )
    expect(auditAll(facts).map((f) => `${f.severity} ${f.rule} ${f.capture} ${f.evidence[0]!.frame}`)).toEqual([
      'high guest-session office.pcap 9',
      'medium ntlm-auth b.pcap 8',
      'medium ntlm-auth office.pcap 8',
      'medium ntlm-auth office.pcap 8',
      'low unencrypted-session b.pcap 14',
      'low unencrypted-session office.pcap 14',
      'low unencrypted-session office.pcap 42',
    ])
  })
})

describe('rules', () => {
  it('can be chosen', () => {
    const guest = clearSession({ guest: true })
    expect(rulesOf(audit(ledger([connection()], [guest]), { policy, rules: [ntlmAuth] }))).toEqual([])
    expect(rulesOf(audit(ledger([connection()], [guest]), { policy, rules: [guestSession] }))).toEqual([
      'guest-session',
    ])
  })
})

describe('ids', () => {
  it('are the same for the same hosts, with any other findings', () => {
    const one = audit(repeats(1), { policy, rules: [ntlmAuth] })
    const many = audit(repeats(7), { policy })
    expect(many.map((f) => f.id)).toContain(one[0]!.id)
    expect(one[0]!.id).toMatch(/^ntlm-auth-[0-9a-f]{16}$/)
  })
})

describe('any ledger', () => {
  it('gives the same findings for any order of its parts', () => {
    fc.assert(
      fc.property(
        arbitraryLedger.chain((l) => fc.tuple(fc.constant(l), shuffled(l))),
        ([original, permuted]) => {
          expect(auditAll(permuted)).toEqual(auditAll(original))
        },
      ),
    )
  })

  it('gives findings that are whole', () => {
    fc.assert(
      fc.property(arbitraryLedger, (facts) => {
        const findings = auditAll(facts)
        expect(new Set(findings.map((f) => f.id)).size).toBe(findings.length)
        for (const f of findings) {
          expect(f.evidence.length).toBeGreaterThan(0)
          expect(f.evidence.length).toBeLessThanOrEqual(5)
          for (const e of f.evidence) {
            expect(e.time).toBeGreaterThanOrEqual(f.firstTime)
            expect(e.time).toBeLessThanOrEqual(f.lastTime)
            expect(f.wiresharkFilter).toContain(`${e.frame}`)
          }
          expect(f.message).toMatch(/^[^\n]+\.$/)
          expect(f.message).not.toMatch(/undefined|null|NaN|\[object/)
          expect(f.evidence.map((e) => e.what).join()).not.toMatch(/undefined|null(?! session)|NaN|\[object/)
        }
      }),
    )
  })

  it('has each session or connection counted at most once by a rule', () => {
    fc.assert(
      fc.property(arbitraryLedger, (facts) => {
        for (const rule of RULES) {
          const subjects = draftsOf(rule, factsOf(facts, policy)).map((d) => d.session?.id ?? d.connection.id)
          expect(new Set(subjects).size).toBe(subjects.length)
        }
      }),
    )
  })

  it('gives the findings of its captures, each by itself', () => {
    fc.assert(
      fc.property(arbitraryLedger, (facts) => {
        const of = (path: string): Ledger => ({
          ...facts,
          captures: [capture({ path })],
          connections: facts.connections.filter((c) => c.capture === path),
          sessions: facts.sessions.filter((s) => s.capture === path),
        })
        const apart = [...auditAll(of('a.pcap')), ...auditAll(of('b.pcap'))]
        const together = auditAll(mergeLedgers(of('a.pcap'), of('b.pcap')))
        expect(together).toEqual(expect.arrayContaining(apart))
        expect(together.length).toBe(apart.length)
      }),
    )
  })

  it('gives those of captures that share a path each by itself, under the ids that they have alone', () => {
    fc.assert(
      fc.property(arbitraryLedger, (facts) => {
        const as = (captureId: string): Ledger => ({
          ...facts,
          captures: [capture({ path: 'one.pcap', captureId })],
          connections: facts.connections.map((c) => ({ ...c, capture: 'one.pcap', captureId })),
          sessions: facts.sessions.map((s) => ({ ...s, capture: 'one.pcap', captureId })),
        })
        const [first, second] = [as('1111111111111111'), as('2222222222222222')]
        const together = auditAll(mergeLedgers(first, second))
        for (const [alone, captureId] of [
          [first, '1111111111111111'],
          [second, '2222222222222222'],
        ] as const)
          expect(together.filter((f) => f.captureId === captureId)).toEqual(auditAll(mergeLedgers(alone)))
      }),
    )
  })

  it('may have sessions without their connection: nothing is said of them', () => {
    expect(auditAll({ ...emptyLedger(), sessions: [clearSession({ guest: true })] })).toEqual([])
  })
})

it('severities are in order', () => {
  expect(SEVERITIES).toEqual(['critical', 'high', 'medium', 'low', 'info'])
})
