import { expect, it } from 'vitest'
import { plainLedger } from '../../../src/ledger/ledger.ts'
import { LedgerPile } from '../../../src/ledger/whole/ledger-pile.ts'
import { mergeLedgers } from '../../../src/ledger/whole/merge.ts'
import { cases } from '../../support/cases.ts'
import { capture, connection, ledger, session } from '../../support/facts.ts'

function ofCapture(path: string, connections: number) {
  const list = Array.from({ length: connections }, (_, i) => connection({ capture: path, firstFrame: i + 1 }))
  return ledger(
    list,
    list.map((on) => session({ on, user: `user of ${path}` })),
    [capture({ path, warnings: path === 'c3' ? [{ code: 'cut-packets', message: 'cut', frame: 3 }] : [] })],
  )
}

it('contains what a merge of all would, for small captures and for large ones', () => {
  const ledgers = [...Array.from({ length: 40 }, (_, i) => ofCapture(`c${i}`, i % 3)), ofCapture('large', 1500)]
  const pile = new LedgerPile()
  for (const one of ledgers.toReversed()) pile.add(one)
  expect(pile.size).toBe(41)
  const all = plainLedger(pile.ledger())
  expect(all).toEqual(plainLedger(mergeLedgers(ledgers)))
  // Again, with one more.
  pile.add(ofCapture('a', 2))
  expect(plainLedger(pile.ledger())).toEqual(plainLedger(mergeLedgers(all, ofCapture('a', 2))))
})

it('returns the entries of each capture, packed or not', () => {
  const pile = new LedgerPile()
  const count = cases(3000)
  for (let i = 0; i < count; i++) {
    const on = connection({ capture: 'same.pcap', captureId: i.toString(16).padStart(16, '0') })
    pile.add(ledger([on], [session({ on, user: `${i}` })], [capture({ path: 'same.pcap', captureId: on.captureId })]))
  }
  const { captures, connections, sessions } = pile.ledger()
  expect([captures.length, connections.length, sessions.length]).toEqual([count, count, count])
  for (const i of [0, 1, count / 2, count - 1]) {
    expect(sessions.at(i)).toMatchObject({ user: `${i}`, captureId: captures[i]!.captureId })
    expect(connections.at(i)!.captureId).toBe(captures[i]!.captureId)
  }
})
