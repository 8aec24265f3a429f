import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey } from '../../../src/tui/table/column-ranks.ts'
import type { Column } from '../../../src/tui/table/columns.ts'
import { orderRows, orderSteps } from '../../../src/tui/table/row-order.ts'

interface Row {
  name: string | null
  size: number | null
  ip: string | null
}

const look = { title: 't', min: 1, ideal: 1, priority: 1, text: (row: Row) => row.name ?? '-' }
const NAME: Column<Row> = { ...look, key: 'name', sort: 'text' }
const SIZE: Column<Row> = { ...look, key: 'size', sort: 'number', sortValue: (row) => row.size }
const IP: Column<Row> = { ...look, key: 'ip', sort: 'address', sortValue: (row) => row.ip }
const NATURAL: Column<Row> = { ...SIZE, natural: true }

const row: fc.Arbitrary<Row> = fc.record({
  name: fc.option(fc.constantFrom('alice', 'Alice', 'bob', '', 'Émile', 'z')),
  size: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double(), fc.constant(-0))),
  ip: fc.option(fc.ipV4()),
})

function named(...names: (string | null)[]): Row[] {
  return names.map((name) => ({ name, size: null, ip: null }))
}

/** Sorted the plain way, with a comparison, as what orderRows is held against. */
function plainly(rows: readonly Row[], key: (row: Row) => number | string | null, descending: boolean): number[] {
  const sign = descending ? -1 : 1
  const valueAt = (i: number) => {
    const value = key(rows[i]!)
    return Number.isNaN(value) ? null : value
  }
  return [...rows.keys()].sort((i, j) => {
    const [a, b] = [valueAt(i), valueAt(j)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return a === b ? 0 : a < b ? -sign : sign
  })
}

describe('orderRows', () => {
  it('leaves equal rows as they came, and rows without a value last, in both directions', () => {
    const rows = named(null, 'bob', 'alice', 'Bob', 'Alice', null)
    expect([...orderRows(rows, { column: NAME, descending: false })]).toEqual([2, 4, 1, 3, 0, 5])
    expect([...orderRows(rows, { column: NAME, descending: true })]).toEqual([1, 3, 2, 4, 0, 5])
  })

  it.each([
    ['text', NAME, (row: Row) => row.name?.toLowerCase() ?? null],
    ['number', SIZE, (row: Row) => row.size],
    ['address', IP, (row: Row) => row.ip?.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) ?? null],
  ] as const)('is what a plain sort by %s gives', (_name, column, key) => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), fc.boolean(), (rows, descending) => {
        expect([...orderRows(rows, { column, descending })]).toEqual(plainly(rows, key, descending))
      }),
    )
  })

  it('has each matching row once, in the order that it has without the filter', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 60 }),
        fc.constantFrom(null, NAME, SIZE, NATURAL),
        fc.boolean(),
        (rows, column, descending) => {
          const matches = (each: Row) => each.name !== 'bob'
          const all = [...orderRows(rows, { column, descending })]
          expect([...all].sort((a, b) => a - b)).toEqual([...rows.keys()])
          const some = orderRows(rows, { column, descending, matches })
          expect([...some]).toEqual(all.filter((number) => matches(rows[number]!)))
        },
      ),
    )
  })

  it('reads no row for the order in which rows come', () => {
    const rows = {
      length: 500_000,
      at(): Row {
        throw new Error('made a row')
      },
    }
    const up = orderRows(rows, { column: NATURAL, descending: false })
    const down = orderRows(rows, { column: NATURAL, descending: true })
    expect([up.length, up[0], up[499_999]]).toEqual([500_000, 0, 499_999])
    expect([down.length, down[0], down[499_999]]).toEqual([500_000, 499_999, 0])
    expect(orderRows(rows, { column: null, descending: true })[7]).toBe(7)
  })

  it('is exact for many rows', () => {
    const sizes = Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 100_003)
    const rows = sizes.map((size) => ({ name: null, size, ip: null }))
    const sorted = [...orderRows(rows, { column: SIZE, descending: false })].map((number) => sizes[number]!)
    expect(sorted).toEqual([...sizes].sort((a, b) => a - b))
  })
})

describe('orderSteps', () => {
  it('reads some thousand rows in a step, and gives the same order', () => {
    const rows = named(...Array.from({ length: 10_000 }, (_, i) => `user${i % 77}`))
    let seen = 0
    const order = {
      column: NAME,
      descending: true,
      matches: (each: Row) => {
        seen++
        return each.name !== 'user5'
      },
    }
    const steps = orderSteps(rows, order)
    let before = 0
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) {
      expect(seen - before).toBeLessThanOrEqual(2500)
      expect(step.value).toBe(seen)
      before = seen
    }
    expect(before).toBeGreaterThan(7000)
    expect(step.value).toEqual(orderRows(rows, order))
  })
})

describe('addressKey', () => {
  it('sorts by number, IPv4 first, what is not an address last', () => {
    const sorted = ['10.0.0.9', '10.0.0.10', '192.168.0.1', '::1', 'fe80::2', 'fe80::10', 'fe80:0:0:1::', 'what']
    expect([...sorted].reverse().sort((a, b) => (addressKey(a) < addressKey(b) ? -1 : 1))).toEqual(sorted)
  })
})
