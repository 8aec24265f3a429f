import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyLedger, type Ledger, type PlainLedger, plainLedger } from '../../../src/ledger/ledger.ts'
import { mergeLedgers } from '../../../src/ledger/whole/merge.ts'
import { arbitraryLedger, shuffled } from '../../support/arbitrary-ledger.ts'
import { capture, connection, ledger, session } from '../../support/facts.ts'

const a = connection({ capture: 'a.pcap' })
const b = connection({ capture: 'b.pcap' })

function merged(...ledgers: (Ledger | Iterable<Ledger>)[]): PlainLedger {
  return plainLedger(mergeLedgers(...ledgers))
}

describe('mergeLedgers', () => {
  it('joins the ledgers of two captures', () => {
    const both = merged(ledger([b], [session({ on: b })]), ledger([a], [session({ on: a })]))
    expect(both.captures.map((c) => c.path)).toEqual(['a.pcap', 'b.pcap'])
    expect(both.connections).toEqual([a, b])
    expect(both.sessions.map((s) => s.connection)).toEqual([a.id, b.id])
  })

  it('keeps one copy of what two ledgers share', () => {
    const one = ledger([a], [session({ on: a })])
    expect(merged(one, structuredClone(one))).toEqual(one)
  })

  it('keeps the longer of two readings', () => {
    const short = { ...a, lastFrame: 50 }
    const long = { ...a, lastFrame: 90, gaps: 3 }
    expect(merged(ledger([short]), ledger([long])).connections).toEqual([long])
    expect(merged(ledger([long]), ledger([short])).connections).toEqual([long])
    const cut = capture({ packets: 10, complete: false })
    expect(mergeLedgers(ledger([], [], [cut]), ledger([], [], [capture()])).captures).toEqual([capture()])
  })

  it('orders by capture, frame and id', () => {
    const later = connection({ capture: 'a.pcap', firstFrame: 9 })
    expect(merged(ledger([b, later, a])).connections).toEqual([a, later, b])
  })

  it('keeps captures that share a path apart, with their entries', () => {
    const here = connection({ captureId: '1111111111111111' })
    const there = { ...connection({ captureId: '2222222222222222' }), lastFrame: 300 }
    expect(there.id).toBe(here.id)
    const captures = [here, there].map(({ captureId }) => capture({ captureId }))
    const one = ledger([here], [session({ on: here, user: 'alice' })], [captures[0]!])
    const other = ledger([there], [session({ on: there, user: 'bob' })], [captures[1]!])
    const both = merged(other, one)
    expect(both).toEqual(merged([one, other, structuredClone(one)]))
    expect(both.captures).toEqual(captures)
    expect(both.connections).toEqual([here, there])
    expect(both.sessions.map((s) => [s.captureId, s.user])).toEqual([
      [here.captureId, 'alice'],
      [there.captureId, 'bob'],
    ])
  })

  it('accepts a list of more ledgers than a call can have arguments', () => {
    const many = Array.from({ length: 125_000 }, (_, i) => ledger([], [], [capture({ path: `${i % 1000}.pcap` })]))
    many.push(ledger([a]))
    const { captures, connections } = merged(many)
    expect([captures.length, connections]).toEqual([1001, [a]])
    expect(merged(many.values()).captures).toEqual(captures)
  })

  it('does not change its arguments', () => {
    const one = ledger([b, a])
    const before = structuredClone(one)
    mergeLedgers(one, ledger([a]))
    expect(one).toEqual(before)
  })
})

/** The results of three readers of the same captures: ids repeat, but the contents and the lengths of the readings differ. */
const conflicting = arbitraryLedger.chain((l) => fc.tuple(reading(l), reading(l), reading(l)))

function reading(original: PlainLedger): fc.Arbitrary<PlainLedger> {
  const some = <T>(items: T[], change: (item: T, lastFrame: number, n: number) => T) =>
    fc
      .tuple(...items.map(() => fc.record({ kept: fc.boolean(), lastFrame: fc.constantFrom(90, 100), n: fc.nat(2) })))
      .map((how) => items.flatMap((item, i) => (how[i]!.kept ? [change(item, how[i]!.lastFrame, how[i]!.n)] : [])))
  const changed = fc.record({
    captures: some(original.captures, (c, packets, smbMessages) => ({ ...c, packets, smbMessages })),
    connections: some(original.connections, (c, lastFrame, gaps) => ({ ...c, lastFrame, gaps })),
    sessions: some(original.sessions, (s, lastFrame, treesNotKept) => ({ ...s, lastFrame, treesNotKept })),
  })
  return changed.map((tables) => ({ ...original, ...tables }))
}

describe('merging', () => {
  it('does not depend on the order of the ledgers', () => {
    fc.assert(fc.property(conflicting, ([x, y]) => same(mergeLedgers(x, y), mergeLedgers(y, x))))
  })

  it('does not depend on what is merged first', () => {
    fc.assert(
      fc.property(conflicting, ([x, y, z]) => {
        same(mergeLedgers(mergeLedgers(x, y), z), mergeLedgers(x, mergeLedgers(y, z)))
        same(mergeLedgers(x, y, z), mergeLedgers(mergeLedgers(x, y), z))
      }),
    )
  })

  it('does not depend on the order within a ledger, and once is enough', () => {
    fc.assert(
      fc.property(
        arbitraryLedger.chain((l) => fc.tuple(fc.constant(l), shuffled(l))),
        ([original, permuted]) => {
          const merged = mergeLedgers(original)
          same(mergeLedgers(permuted), merged)
          same(mergeLedgers(merged, original), merged)
          same(mergeLedgers(merged, emptyLedger()), merged)
        },
      ),
    )
  })
})

function same(left: Ledger, right: Ledger): void {
  expect(plainLedger(left)).toEqual(plainLedger(right))
}
