/**
 * Every operation on a ledger covers every table. A table that exists only here goes through them too. It has nothing but an entry in TABLES, so code that
 * handles tables by name fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runToEnd } from '../../src/base/steps.ts'
import type { Facts } from '../../src/ledger/facts-list.ts'
import { emptyLedger, type Ledger, plainLedger } from '../../src/ledger/ledger.ts'
import type { PackedFacts } from '../../src/ledger/packing/packed-facts.ts'
import {
  emptyFactLists,
  TABLE_NAMES,
  TABLES,
  type Table,
  type TableEntry,
  type TableName,
  type Tables,
} from '../../src/ledger/tables.ts'
import { LedgerPile } from '../../src/ledger/whole/ledger-pile.ts'
import { mergeLedgers } from '../../src/ledger/whole/merge.ts'
import { allRows, createPackedTables, finishTables, type PackedTables } from '../../src/ledger/whole/packed-tables.ts'
import { retireFrom } from '../../src/ledger/whole/retirement.ts'
import { addTotals, emptyTotals } from '../../src/ledger/whole/totals.ts'
import { createContext } from '../../src/track/core/context.ts'
import { DEFAULT_LIMITS } from '../../src/track/core/limits.ts'
import { partialLedgerOf } from '../../src/track/partial-ledger.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { COMPLETE } from '../support/complete-facts.ts'
import { capture } from '../support/facts.ts'

interface Lookup extends TableEntry {
  question: string
  gaps: number
  carriedBy: string[]
}

const LOOKUPS: Table<Lookup> = {
  textSize: ({ question }) => question.length,
  idsRepeat: true,
  // Only fields of existing tables may be named.
  carriers: 'carriedBy' as never,
  sums: ['gaps'],
}

const lookup: Lookup = {
  id: 'lookup',
  capture: 'office.pcap',
  captureId: '00112233445566ff',
  firstFrame: 3,
  lastFrame: 4,
  question: 'files.corp.example',
  gaps: 5,
  carriedBy: ['connection'],
}

const LOOKUP = 'lookups' as TableName
const NAMES = [...TABLE_NAMES, LOOKUP]
const ENTRIES = { ...COMPLETE, [LOOKUP]: lookup } as { [N in TableName]: Tables[N] }

beforeAll(() => {
  Object.assign(TABLES, { [LOOKUP]: LOOKUPS })
  // As Object.keys(TABLES) would have it.
  ;(TABLE_NAMES as TableName[]).push(LOOKUP)
})

afterAll(() => {
  ;(TABLE_NAMES as TableName[]).pop()
  Reflect.deleteProperty(TABLES, LOOKUP)
})

/** An entry of a table, which differs from the others of its table by `changes`. */
function entry(name: TableName, changes: Partial<TableEntry> = {}): TableEntry {
  return { ...ENTRIES[name], ...changes }
}

function ledgerOf(name: TableName, ...entries: TableEntry[]): Ledger {
  return Object.assign(emptyLedger(), { captures: [capture()], [name]: entries })
}

function packed(tables: PackedTables, name: TableName): PackedFacts<TableEntry> {
  return tables[name] as unknown as PackedFacts<TableEntry>
}

const ids = (facts: Facts<TableEntry>) => [...facts].map(({ id }) => id)

describe.each(NAMES)('the table %s', (name) => {
  it('is in an empty ledger, and becomes an array in a plain one', () => {
    expect(emptyLedger()[name]).toEqual([])
    const tables = createPackedTables()
    packed(tables, name).append(entry(name), 0, 1)
    expect(plainLedger({ captures: [], ...allRows(tables) })[name]).toEqual([entry(name)])
  })

  it('is merged: entries of one id once, the further reading of them, in order', () => {
    const short = ledgerOf(name, entry(name, { id: 'b' }), entry(name, { lastFrame: 70 }))
    const long = ledgerOf(name, entry(name, { lastFrame: 80 }), entry(name, { id: 'a', firstFrame: 1 }))
    const expected = [entry(name, { id: 'a', firstFrame: 1 }), entry(name, { id: 'b' }), entry(name, { lastFrame: 80 })]
    for (const both of [mergeLedgers(short, long), mergeLedgers(long, short)]) {
      expect([...both[name]].sort(byId)).toEqual(expected.sort(byId))
      expect(both[name].at(0)!.id).toBe('a')
    }
  })

  it('is packed and unpacked without a change', () => {
    const table = packed(createPackedTables(), name)
    table.plainRows = 0
    for (let i = 0; i < 20; i++) table.append(entry(name, { id: `${i}` }), i, 1)
    expect(table.isPlain(5)).toBe(false)
    expect(table.get(5)).toEqual(entry(name, { id: '5' }))
  })

  it('counts its texts', () => {
    const table = packed(createPackedTables(), name)
    table.append(entry(name), 0, 1)
    expect(table.plainText).toBe((TABLES[name] as unknown as Table<TableEntry>).textSize(entry(name)))
    expect(table.plainText).toBeGreaterThan(0)
  })

  it('is stored in a pile of small ledgers and of large ones', () => {
    const pile = new LedgerPile()
    const many = Array.from({ length: 2100 }, (_, i) => entry(name, { id: `many ${i}`, captureId: 'many' }))
    pile.add(ledgerOf(name, entry(name, { captureId: 'few' })))
    pile.add(ledgerOf(name, ...many))
    const more = ledgerOf(name, entry(name, { captureId: 'more' }))
    const all = runToEnd(pile.steps(more))[name]
    expect(all.length).toBe(2102)
    expect(new Set([...all].map(({ captureId }) => captureId))).toEqual(new Set(['few', 'many', 'more']))
  })

  it('is part of the ledger while a capture is being read, settled and open', () => {
    const context = createContext('office.pcap', DEFAULT_LIMITS, null)
    packed(context.tables, name).append(entry(name, { id: 'settled' }), 0, 1)
    const open = Object.assign(emptyFactLists(), { [name]: [entry(name, { id: 'open' })] })
    const first = partialLedgerOf(context, open, null)
    expect(ids(first.ledger[name])).toEqual(['settled', 'open'])
    expect(ids(first.changes[name].settled)).toEqual(['settled'])
    expect(ids(first.changes[name].open)).toEqual(['open'])
    packed(context.tables, name).append(entry(name, { id: 'open' }), 0, 1)
    const second = partialLedgerOf(context, emptyFactLists(), first.position)
    expect(ids(second.changes[name].settled)).toEqual(['open'])
    expect(second.changes[name].restarted).toBe(false)
    packed(context.tables, name).forget(0)
    const third = partialLedgerOf(context, emptyFactLists(), second.position)
    expect(third.changes[name].restarted).toBe(true)
    expect(ids(third.changes[name].settled)).toEqual(['open'])
  })

  it('is finished with the others: in order, with the id of the capture, and one id for each entry', () => {
    const tables = createPackedTables()
    packed(tables, name).append(entry(name, { firstFrame: 9, captureId: '' }), 0, 1)
    packed(tables, name).append(entry(name, { firstFrame: 2, captureId: '' }), 1, 1)
    const finished = [...runToEnd(finishTables(tables, 'of the capture'))[name]]
    expect(finished.map(({ firstFrame, captureId }) => [firstFrame, captureId])).toEqual([
      [2, 'of the capture'],
      [9, 'of the capture'],
    ])
    const { id } = entry(name)
    expect(finished.map((e) => e.id)).toEqual([id, TABLES[name].idsRepeat ? `${id}~` : id])
  })

  it('is in the ledger that a tracker returns', () => {
    const tracker = new Tracker('office.pcap')
    packed(tracker['context'].tables, name).append(entry(name), 0, 1)
    const { path, captureId, smbMessages, limits, damaged, unreadPackets, ...description } = capture()
    expect(ids(tracker.finish(description)[name])).toEqual([entry(name).id])
  })

  it('retires: what a connection carried goes with it, and what carries something that stays does not', () => {
    const tables = createPackedTables()
    const forgotten: TableName[] = []
    const options = {
      keep: 1,
      forget(of: TableName, row: number) {
        forgotten.push(of)
        tables[of].forget(row)
      },
    }
    for (const id of ['old', 'new']) packed(tables, 'connections').append(entry('connections', { id }), 0, 1)
    const { carriers } = TABLES[name]
    if (carriers !== null) {
      const on = (id: string, ...connections: string[]) =>
        packed(tables, name).append(Object.assign(entry(name, { id }), { [carriers]: connections }), 0, 1)
      on('goes', 'old')
      on('stays', 'new')
    }
    expect(retireFrom(tables, { ...options, staying: new Set(['old']) })).toBe(null)
    const gone = retireFrom(tables, { ...options, staying: new Set() })!
    expect(ids(gone.connections)).toEqual(['old'])
    expect(ids(allRows(tables).connections)).toEqual(['new'])
    if (carriers === null) return
    expect(ids(gone[name])).toEqual(['goes'])
    expect(ids(allRows(tables)[name])).toEqual(['stays'])
    expect(forgotten).toContain(name)
  })

  it('is part of the totals', () => {
    const totals = emptyTotals()
    expect(Object.values(totals).every((sum) => sum === 0)).toBe(true)
    addTotals(totals, ledgerOf(name, entry(name), entry(name, { id: 'other' })))
    expect(totals[name]).toBe(2)
    for (const field of TABLES[name].sums) expect(totals[field]).toBe(2 * Reflect.get(entry(name), field))
  })
})

describe('entries that retire', () => {
  it('keep every connection that carried an entry that stays, and what those carried', () => {
    const tables = createPackedTables()
    for (const id of ['1', '2', '3', '4']) packed(tables, 'connections').append(entry('connections', { id }), 0, 1)
    const session = (id: string, ...connections: string[]) =>
      tables.sessions.append({ ...COMPLETE.sessions, id, connections }, 0, 1)
    session('chained', '2', '3')
    session('on the newest', '3', '4')
    session('alone', '1')
    const forget = (name: TableName, row: number) => tables[name].forget(row)
    const gone = retireFrom(tables, { keep: 1, staying: new Set(), forget })!
    expect(ids(gone.connections)).toEqual(['1'])
    expect(ids(gone.sessions)).toEqual(['alone'])
  })
})

function byId(a: TableEntry, b: TableEntry): number {
  return a.id < b.id ? -1 : 1
}
