import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { QueryField } from '../../../src/query/language/field.ts'
import { lineInput } from '../../../src/tui/input/line-input.ts'
import { TableState } from '../../../src/tui/table/table-state.ts'

interface Row {
  id: string
  size: number
}

const FIELDS: QueryField<Row>[] = [
  { key: 'id', kind: 'text', help: 'the name', get: (row) => row.id },
  { key: 'size', kind: 'number', help: 'how much', get: (row) => row.size },
]

function newTable(onChange = () => {}): TableState<Row> {
  const look = { min: 3, ideal: 8, priority: 1 }
  return new TableState<Row>(
    {
      columns: [
        { ...look, key: 'id', title: 'Id', sort: 'text', text: (row) => row.id },
        {
          ...look,
          key: 'size',
          title: 'Size',
          sort: 'number',
          sortValue: (row) => row.size,
          text: (row) => `${row.size}`,
        },
      ],
      fields: FIELDS,
      keyOf: ({ id }) => id,
      sort: { column: null, descending: false },
    },
    onChange,
  )
}

const rows = (count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `r${from + i}`, size: (from + i) % 10 }))

const shown = (table: TableState<Row>) => [...table.matching()].map(({ id }) => id)

describe('the table of a view', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('keeps the selected row under the cursor, and in its line, while rows arrive before it', () => {
    const table = newTable()
    table.resize(11)
    table.update(rows(100))
    vi.runAllTimers()
    for (let i = 0; i < 30; i++) table.move('down')
    const { cursor, top } = table.viewport
    expect(table.selectedKey).toBe('r30')
    table.update([...rows(50, 1000), ...rows(100)])
    vi.runAllTimers()
    expect(table.selectedKey).toBe('r30')
    expect(table.selected?.id).toBe('r30')
    expect(table.viewport).toEqual({ cursor: cursor + 50, top: top + 50 })
  })

  it('shows the first row until the cursor is moved', () => {
    const table = newTable()
    table.sortBy(2)
    table.reverse()
    table.update(rows(5))
    vi.runAllTimers()
    table.update([...rows(5), { id: 'most', size: 99 }])
    vi.runAllTimers()
    expect(table.selectedKey).toBe('most')
    expect(table.viewport).toEqual({ cursor: 0, top: 0 })
  })

  it('keeps its position when the selected row is gone', () => {
    const table = newTable()
    table.update(rows(10))
    for (let i = 0; i < 9; i++) table.move('down')
    table.update(rows(4))
    vi.runAllTimers()
    expect(table.viewport.cursor).toBe(3)
    expect(table.selectedKey).toBe('r3')
    table.update([])
    vi.runAllTimers()
    expect(table.selectedKey).toBeNull()
    expect(table.selected).toBeUndefined()
    table.move('end')
    expect(table.viewport).toEqual({ cursor: 0, top: 0 })
  })

  it('orders rows that keep arriving again and again, but not all the time', () => {
    let changes = 0
    const table = newTable(() => changes++)
    table.update(rows(10))
    expect(changes).toBe(1)
    // Ordering took a second, of which no more than a fifth is to be spent on it.
    const cost = vi.spyOn(performance, 'now')
    let now = 1e6
    cost.mockImplementation(() => now)
    const work = table as unknown as { lastOrdered: number; lastCost: number }
    work.lastOrdered = now
    work.lastCost = 1000
    now += 100
    for (let i = 1; i <= 20; i++) table.update(rows(10 + i))
    expect(changes).toBe(1)
    expect(table.total).toBe(30)
    expect(table.order).toHaveLength(10)
    vi.advanceTimersByTime(4899)
    expect(changes).toBe(1)
    vi.advanceTimersByTime(2)
    expect(changes).toBe(2)
    expect(table.order).toHaveLength(30)
    cost.mockRestore()
  })

  it('sorts and filters at once when asked to, even while new rows wait', () => {
    const table = newTable()
    table.update(rows(10))
    table.update(rows(20))
    table.setFilter('id:r1')
    vi.runAllTimers()
    expect(shown(table)).toEqual(['r1', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'r16', 'r17', 'r18', 'r19'])
  })

  it('orders a slice at a time, shows what was there before until it is through, and forgets what was asked before', async () => {
    vi.useRealTimers()
    let turns = 0
    const slow: Row[] = rows(20_000)
    const clock = vi.spyOn(performance, 'now')
    let now = 0
    // Every look at the clock costs three milliseconds: slices end soon.
    clock.mockImplementation(() => {
      turns++
      now += 3
      return now
    })
    const table = newTable()
    table.update(rows(3))
    table.update(slow)
    table.setFilter('size:>=5')
    expect(table.busy).toBe(true)
    expect(table.order.length).toBeLessThan(20_000)
    table.setFilter('size:9')
    table.sortBy(-1)
    table.reverse()
    for (let i = 0; table.busy && i < 100_000; i++) await new Promise((resolve) => setImmediate(resolve))
    clock.mockRestore()
    expect(turns).toBeGreaterThan(10)
    const all = [...table.matching()]
    expect(all).toHaveLength(2000)
    expect(all.every(({ size }) => size === 9)).toBe(true)
  })

  it('finds the next and the previous match, cyclically, and stays where there is none', () => {
    const table = newTable()
    table.update(rows(30))
    table.setFilter('size:7')
    table.confirmFilter()
    table.setFilter('')
    const walk = (by: number) => {
      table.nextMatch(by)
      return table.selectedKey
    }
    expect([walk(1), walk(1), walk(1), walk(1)]).toEqual(['r7', 'r17', 'r27', 'r7'])
    expect([walk(-1), walk(-1)]).toEqual(['r27', 'r17'])
    table.update([{ id: 'other', size: 1 }])
    vi.runAllTimers()
    expect(walk(1)).toBe('other')
  })

  it('forgets candidates as soon as something else is typed', () => {
    const table = newTable()
    table.update(rows(3))
    const first = table.completed(lineInput('id:'), 1)
    expect(first?.text).toBe('id:r0')
    const second = table.completed(first!, 1)
    expect(second?.text).toBe('id:r1')
    expect(table.completed({ ...second! }, 1)?.text).toBe('id:r1')
    expect(table.completed(lineInput('nothing:of the kind"'), 1)).toBeUndefined()
  })

  it('has no lines but its header where there are no rows, and fits every height', () => {
    const table = newTable()
    table.resize(5)
    expect(table.lines(30)).toHaveLength(1)
    table.update(rows(100))
    table.move('end')
    for (const height of [2, 3, 20, 50, 3]) {
      table.resize(height)
      const lines = table.lines(30)
      expect(lines).toHaveLength(height)
      expect(lines.some((line) => line.some(({ text }) => text.includes('r99')))).toBe(true)
    }
  })
})
