/** Ledgers made up by fast-check: few hosts, users and captures, so that they meet, and facts in every combination. */
import fc from 'fast-check'
import type { FrameRef } from '../../src/ledger/frame-ref.ts'
import type { PlainLedger } from '../../src/ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../src/ledger/smb-facts.ts'
import {
  AUTHS,
  at,
  connection,
  ledger,
  logon,
  negotiateRequest,
  negotiateResponse,
  session,
  smb1,
  smb1Request,
  tree,
} from './facts.ts'

const frame = fc.integer({ min: 1, max: 60 }).map(at)
const seen = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const count = fc.constantFrom(0, 0, 1, 7)
const counts = fc.record({ signed: count, unsigned: count, encrypted: count, unread: count })
const ends: fc.Arbitrary<{ request: FrameRef | null; response: FrameRef | null }> = fc.record({
  request: seen(frame),
  response: seen(frame),
})
const status = fc.constantFrom(0, 0xc000006d, 0xc0000022, 0xc00000bb)
const user = fc.constantFrom('alice', 'Alice', 'bob', 'guest', 'a b', '')

const smb1Facts = fc
  .record({
    list: seen(
      fc.constantFrom<string[]>(
        ['NT LM 0.12'],
        ['LANMAN2.1', 'NT LM 0.12'],
        ['NT LM 0.12', 'SMB 2.???'],
        ['SMB 2.002'],
      ),
    ),
    index: seen(fc.constantFrom(0, 1, 0xffff)),
    securityMode: seen(fc.integer({ min: 0, max: 15 })),
    clientSigning: seen(fc.constantFrom('none', 'enabled', 'required')),
    firstAnswer: seen(frame),
    firstUse: seen(frame),
    firstCommand: seen(frame),
  })
  .map(({ list, index, securityMode, clientSigning, firstAnswer, firstUse, firstCommand }) =>
    smb1({
      negotiateRequest: list && smb1Request(list),
      clientSigning,
      firstAnswer: firstAnswer && { ...firstAnswer, command: 0x72 },
      negotiateResponse:
        index === null
          ? null
          : { ...at(5), dialectIndex: index, dialect: list?.[index] ?? null, securityMode, extendedSecurity: true },
      firstUse: firstUse && { ...firstUse, command: 0x73 },
      firstCommand: firstCommand && { ...firstCommand, command: 0x73 },
    }),
  )

const connections: fc.Arbitrary<ConnectionFacts> = fc
  .record({
    capture: fc.constantFrom('a.pcap', 'b.pcap'),
    client: fc.record({
      ip: fc.constantFrom('10.0.0.5', '10.0.0.6', '198.51.100.1'),
      port: fc.constantFrom(50_000, 50_001),
    }),
    server: fc.record({
      ip: fc.constantFrom('10.0.0.10', '203.0.113.1', '2001:db8::1'),
      port: fc.constantFrom(445, 139, 4455),
    }),
    firstFrame: fc.integer({ min: 1, max: 20 }),
    state: fc.constantFrom('attempted', 'refused', 'established', 'midstream'),
    gaps: fc.constantFrom(0, 1),
    serverSeen: fc.boolean(),
    unread: fc.constantFrom(0, 0, 3),
    smb1: seen(smb1Facts),
    negotiateRequest: seen(
      fc
        .record({ dialects: fc.constantFrom<number[]>([0x0202, 0x0210], [0x0311], [0x0300]), securityMode: fc.nat(3) })
        .map(negotiateRequest),
    ),
    negotiateResponse: seen(
      fc
        .record({ dialect: fc.constantFrom(0x0202, 0x0210, 0x0300, 0x0302, 0x0311, 0xbeef), securityMode: fc.nat(3) })
        .map(negotiateResponse),
    ),
    end: seen(fc.record({ by: fc.constantFrom('client', 'server'), how: fc.constantFrom('fin', 'rst'), at: frame })),
  })
  .map((overrides) => connection(overrides))

const sessionsOn = (on: ConnectionFacts): fc.Arbitrary<SessionFacts> =>
  fc
    .record({
      firstFrame: fc.integer({ min: 1, max: 30 }),
      family: fc.constantFrom('smb1', 'smb2'),
      user: seen(user),
      domain: seen(fc.constantFrom('CORP', 'corp', 'LAB')),
      auths: fc.array(fc.constantFrom(...AUTHS), { maxLength: 3 }),
      guest: fc.boolean(),
      anonymous: fc.boolean(),
      encryptData: fc.boolean(),
      status: fc.constantFrom('established', 'failed', 'pending', 'unknown'),
      ntStatus: seen(status),
      decided: seen(frame),
      setupSigning: seen(fc.constantFrom('none', 'enabled', 'required')),
      requests: counts,
      responses: counts,
      firstUnsigned: ends,
      firstSigned: ends,
      firstUnread: seen(frame),
      firstClearData: seen(frame),
      unsignedAccepted: seen(frame),
      trees: fc.array(
        fc
          .record({
            path: seen(fc.constantFrom('\\\\files\\team', '\\\\dc1\\SYSVOL', '\\\\files\\IPC$')),
            shareType: seen(fc.constantFrom('disk', 'pipe', 'printer')),
            encryptData: fc.boolean(),
            ntStatus: seen(status),
          })
          .map(tree),
        { maxLength: 3 },
      ),
      logoff: seen(frame),
    })
    .map(({ auths, ...overrides }) =>
      session({ on, ...overrides, auth: auths[0] ?? 'unknown', logons: auths.map((auth) => logon({ auth })) }),
    )

export const arbitraryLedger: fc.Arbitrary<PlainLedger> = fc
  .uniqueArray(connections, { selector: (c) => c.id, maxLength: 6 })
  .chain((list) =>
    fc
      .tuple(...list.map((c) => fc.uniqueArray(sessionsOn(c), { selector: (s) => s.id, maxLength: 3 })))
      .map((sessions) => ledger(list, sessions.flat())),
  )

/** The same facts in another order. */
export const shuffled = (original: PlainLedger): fc.Arbitrary<PlainLedger> =>
  fc
    .record({
      captures: permutation(original.captures),
      connections: permutation(original.connections),
      sessions: permutation(original.sessions),
    })
    .map((tables) => ({ ...original, ...tables }))

function permutation<T>(items: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(items, { minLength: items.length })
}
