import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/base/safe-text.ts'
import type { SessionRow } from '../../../src/rows/session-row.ts'
import { type Column, GAP, GUTTER, layoutColumns } from '../../../src/tui/table/columns.ts'
import { FINDINGS_VIEW } from '../../../src/tui/views/findings.ts'
import { FRAMES_VIEW } from '../../../src/tui/views/frames.ts'
import { HOSTS_VIEW } from '../../../src/tui/views/hosts.ts'
import { SESSIONS_VIEW } from '../../../src/tui/views/sessions.ts'

const column: fc.Arbitrary<Column<string>> = fc
  .record({
    min: fc.integer({ min: 1, max: 30 }),
    more: fc.nat(20),
    grow: fc.nat(3),
    priority: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ min, more, grow, priority }) => ({
    key: 'k',
    title: 't',
    min,
    ideal: min + more,
    grow,
    priority,
    text: (row) => row,
    sort: 'text',
  }))
const columns = fc.array(column, { maxLength: 12 }).map((all) => all.map((each, i) => ({ ...each, key: `k${i}` })))

function keys<Row>(all: readonly Column<Row>[], width: number): string[] {
  return layoutColumns(all, width).map((placed) => placed.column.key)
}

function total(widths: readonly { width: number }[]): number {
  return widths.reduce((sum, { width }) => sum + width + GAP, GUTTER - GAP)
}

describe('layoutColumns', () => {
  it('fills no more than the width, keeps the order, and drops the least important', () => {
    fc.assert(
      fc.property(columns, fc.nat(250), (all, width) => {
        const placed = layoutColumns(all, width)
        if (placed.length > 0) expect(total(placed)).toBeLessThanOrEqual(width)
        expect(placed.every((each) => each.width >= 1)).toBe(true)
        const shown = placed.map((each) => all.indexOf(each.column))
        expect(shown).toEqual([...shown].sort((a, b) => a - b))
        const least = Math.max(0, ...placed.map((each) => each.column.priority))
        const dropped = all.filter((_, i) => !shown.includes(i))
        expect(dropped.every((each) => each.priority >= least)).toBe(true)
        if (placed.some((each) => (each.column.grow ?? 0) > 0) && placed.every((p) => p.width >= p.column.ideal)) {
          expect(total(placed)).toBe(width)
        }
      }),
    )
  })

  it('shows on a wider screen what a narrower one shows', () => {
    fc.assert(
      fc.property(columns, fc.nat(250), (all, width) => {
        const wider = keys(all, width + 1)
        expect(keys(all, width).every((key) => wider.includes(key))).toBe(true)
      }),
    )
  })

  it('shows what matters most in 80 cells', () => {
    expect(keys(FINDINGS_VIEW.columns, 80)).toEqual(
      expect.arrayContaining(['severity', 'title', 'client', 'server', 'frame', 'count']),
    )
    expect(keys(SESSIONS_VIEW.columns, 80)).toEqual(
      expect.arrayContaining(['worst', 'client', 'server', 'user', 'auth', 'signed']),
    )
    expect(keys(HOSTS_VIEW.columns, 80)).toEqual(
      expect.arrayContaining(['worst', 'ip', 'names', 'roles', 'signing', 'findings', 'dialects']),
    )
    expect(keys(FRAMES_VIEW.columns, 80)).toEqual(
      expect.arrayContaining(['frame', 'from', 'to', 'command', 'kind', 'status']),
    )
  })

  it.each([
    ['findings', keys(FINDINGS_VIEW.columns, 200), FINDINGS_VIEW.columns],
    ['sessions', keys(SESSIONS_VIEW.columns, 200), SESSIONS_VIEW.columns],
    ['hosts', keys(HOSTS_VIEW.columns, 200), HOSTS_VIEW.columns],
    ['frames', keys(FRAMES_VIEW.columns, 200), FRAMES_VIEW.columns],
  ])('shows all columns of %s in 200 cells', (_name, shown, all) => {
    expect(shown).toEqual(all.map((each) => each.key))
    expect(new Set(shown).size).toBe(shown.length)
  })

  it('has room for every title and the arrow beside it', () => {
    for (const all of [FINDINGS_VIEW.columns, SESSIONS_VIEW.columns, HOSTS_VIEW.columns, FRAMES_VIEW.columns]) {
      const tight = all.filter((each) => displayWidth(each.title) + 1 > each.min).map((each) => each.key)
      expect(tight).toEqual([])
    }
  })
})

describe('session columns', () => {
  function text(key: string, part: Partial<SessionRow>): string | undefined {
    return SESSIONS_VIEW.columns.find((each) => each.key === key)?.text(part as SessionRow)
  }

  it.each<[string, Partial<SessionRow>, string]>([
    ['user', { domain: 'CORP', user: 'alice' }, 'CORP\\alice'],
    ['user', { domain: null, user: 'alice' }, 'alice'],
    ['user', { domain: null, user: null }, '-'],
    ['server', { server: 'fe80::1', serverPort: 445 }, '[fe80::1]:445'],
    ['status', { status: 'failed', ntStatus: 'STATUS_LOGON_FAILURE' }, 'LOGON_FAILURE'],
    ['status', { status: 'failed', ntStatus: null }, 'failed'],
    ['status', { status: 'established', ntStatus: 'STATUS_SUCCESS' }, 'established'],
    ['access', { guest: true, anonymous: null }, 'guest'],
    ['access', { guest: false, anonymous: true }, 'anon'],
    ['access', { guest: false, anonymous: null }, '-'],
    ['access', { guest: false, anonymous: false }, 'user'],
    ['shares', { shares: ['\\\\files\\IPC$', 'data'] }, 'IPC$, data'],
    ['worst', { worst: null }, '-'],
    ['worst', { worst: 'medium' }, 'med'],
  ])('%s', (key, part, shown) => {
    expect(text(key, part)).toBe(shown)
  })
})
