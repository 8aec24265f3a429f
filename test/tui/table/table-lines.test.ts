import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import { type Column, layoutColumns } from '../../../src/tui/table/columns.ts'
import { type TablePicture, tableLines } from '../../../src/tui/table/table-lines.ts'
import type { Line } from '../../../src/tui/text/line.ts'

type Row = readonly [string, string]

const COLUMNS: readonly Column<Row>[] = [
  { key: 'a', title: 'alpha', min: 6, ideal: 8, priority: 1, text: (row) => row[0], tone: () => 'high', sort: 'text' },
  { key: 'b', title: 'b', min: 4, ideal: 4, grow: 1, priority: 2, align: 'right', text: (row) => row[1], sort: 'text' },
]

function view(rows: readonly Row[], width: number, part: Partial<TablePicture<Row>> = {}): TablePicture<Row> {
  const columns = layoutColumns(COLUMNS, width)
  return { rows, order: null, columns, sorted: null, top: 0, cursor: 0, height: 10, width, ...part }
}

function text(line: Line | undefined): string {
  return (line ?? []).map((segment) => segment.text).join('')
}

describe('tableLines', () => {
  it('shows header, rows and cursor', () => {
    const lines = tableLines(
      view(
        [
          ['one', '1'],
          ['two', '22'],
        ],
        17,
        { cursor: 1, sorted: { key: 'b', descending: true } },
      ),
    )
    expect(lines.map(text)).toEqual(['  alpha        b▼', '  one           1', '> two          22'])
    expect(lines[1]?.map((segment) => segment.tone)).toEqual(['plain', 'high', 'plain'])
    expect(lines[2]?.map((segment) => segment.tone)).toEqual(['selected'])
  })

  it('marks the sorted column with an arrow, up or down', () => {
    expect(text(tableLines(view([], 17, { sorted: { key: 'a', descending: false } }))[0])).toContain('alpha▲')
    expect(text(tableLines(view([], 17))[0])).not.toMatch(/[▲▼]/)
  })

  it('escapes what is shown, and counts wide characters as two cells', () => {
    const lines = tableLines(view([['\x1b[2J', '田中太郎']], 17))
    expect(text(lines[1])).toBe('> \\x1b[2J   田中…')
  })

  it('has lines of exactly the width, for any text', () => {
    const wild = fc.string({ unit: 'binary', maxLength: 30 })
    const mixed = fc.oneof(wild, fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constant('田'.repeat(20)))
    fc.assert(
      fc.property(fc.array(fc.tuple(mixed, mixed), { maxLength: 5 }), fc.nat(60), fc.nat(5), (rows, width, cursor) => {
        const lines = tableLines(view(rows, width, { cursor, sorted: { key: 'a', descending: true } }))
        expect(lines).toHaveLength(rows.length + 1)
        for (const line of lines) {
          expect(displayWidth(text(line))).toBe(width)
          expect(text(line)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        }
        if (cursor < rows.length && width > 0) expect(text(lines[cursor + 1])).toMatch(/^>|^…/)
      }),
    )
  })

  it('looks at no row that is not on the screen', () => {
    const seen: number[] = []
    const rows = {
      length: 500_000,
      at(i: number): Row {
        seen.push(i)
        return [String(i), '']
      },
    }
    const order = Uint32Array.from({ length: 400_000 }, (_, i) => 499_999 - i)
    const part = { rows, order, top: 100, cursor: 101, height: 3 }
    expect(tableLines(view([], 17, part)).map(text)[2]).toMatch(/^> 499898 /)
    expect(seen).toEqual([499_899, 499_898, 499_897])
    expect(tableLines(view([], 17, { ...part, top: 399_998 }))).toHaveLength(3)
  })
})
