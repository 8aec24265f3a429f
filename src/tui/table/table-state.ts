/**
 * The state of one table: its rows in the chosen order, those that the filter leaves, and the one under the cursor. Rows are ordered and filtered in
 * slices, so that keys are answered in between; until that is finished, the previous order is shown.
 */

import { compileQuery, type Query } from '../../query/compile.ts'
import { completions } from '../../query/completions.ts'
import type { QueryField } from '../../query/language/field.ts'
import type { Rows } from '../../rows/row-list.ts'
import type { Move } from '../input/keys.ts'
import { type LineInput, replaced } from '../input/line-input.ts'
import type { Line } from '../text/line.ts'
import { type Column, layoutColumns } from './columns.ts'
import { orderSteps, type RowOrder } from './row-order.ts'
import { tableLines } from './table-lines.ts'
import { fitted, followed, moved, START, type Viewport } from './viewport.ts'

/** By the key of a column; null stands for the order in which the rows come. */
export interface Sort {
  column: string | null
  descending: boolean
}

export interface TableDefinition<Row> {
  readonly columns: readonly Column<Row>[]
  readonly fields: readonly QueryField<Row>[]
  /** Identifies a row: the same thing has the same key in every snapshot. */
  keyOf(row: Row): string
  readonly sort: Sort
}

/** How long ordering may block everything else. */
const SLICE_MS = 10
/** While rows keep arriving, ordering takes at most this part of the time. */
const REORDER_SHARE = 0.2
/** Rows whose values are suggested as completions. */
const SAMPLE_ROWS = 2000

export class TableState<Row> {
  readonly columns: readonly Column<Row>[]
  readonly fields: readonly QueryField<Row>[]
  order: Uint32Array = new Uint32Array(0)
  sortKey: string | null
  descending: boolean
  filter = ''
  query: Query<Row>
  viewport: Viewport = START
  height = 20
  selectedKey: string | null = null
  private rows: Rows<Row> = []
  private readonly definition: TableDefinition<Row>
  private readonly onChange: () => void
  private work: Generator<number, Uint32Array> | null = null
  private timer: NodeJS.Immediate | null = null
  private workMs = 0
  private lastOrdered = Number.NEGATIVE_INFINITY
  private lastCost = 0
  private deferred: NodeJS.Timeout | null = null
  /** The last filter that was confirmed: `n` searches for it once it has been removed. */
  private lastConfirmed: Query<Row> | null = null
  /** The completions that Tab cycles through, until something else is typed. */
  private cycle: { line: LineInput; start: number; texts: string[]; at: number } | null = null

  constructor(definition: TableDefinition<Row>, onChange: () => void) {
    this.definition = definition
    this.onChange = onChange
    this.columns = definition.columns
    this.fields = definition.fields
    this.sortKey = definition.sort.column
    this.descending = definition.sort.descending
    this.query = compileQuery('', definition.fields)
  }

  private get extent() {
    return { length: this.order.length, height: this.height }
  }

  get total(): number {
    return this.rows.length
  }

  get busy(): boolean {
    return this.work !== null
  }

  at(position: number): Row | undefined {
    const index = this.order[position]
    return index === undefined ? undefined : this.rows.at(index)
  }

  get selectedIndex(): number | null {
    return this.order[this.viewport.cursor] ?? null
  }

  get selected(): Row | undefined {
    return this.at(this.viewport.cursor)
  }

  *matching(): Generator<Row> {
    for (const index of this.order) {
      const row = this.rows.at(index)
      if (row !== undefined) yield row
    }
  }

  update(rows: Rows<Row>): void {
    this.rows = rows
    // The previous rows may still be in the process of being sorted. Their indexes stay valid, since rows are only added while captures are read.
    const wait = this.lastOrdered + this.lastCost / REORDER_SHARE - performance.now()
    if (wait <= 0) this.reorder()
    else this.deferred ??= setTimeout(() => this.reorder(), wait).unref()
  }

  setFilter(text: string): void {
    if (text === this.filter) return
    this.filter = text
    this.query = compileQuery(text, this.fields)
    this.reorder()
  }

  /** Enter was pressed: `n` will search for this filter. */
  confirmFilter(): void {
    if (!this.query.isEmpty) this.lastConfirmed = this.query
  }

  sortBy(step: number): void {
    const keys = this.columns.map(({ key }) => key)
    const at = this.sortKey === null ? -1 : keys.indexOf(this.sortKey)
    this.sortKey = keys[stepped(at, step, keys.length)] ?? null
    this.descending = false
    this.reorder()
  }

  reverse(): void {
    this.descending = !this.descending
    this.reorder()
  }

  /** @param height lines for the header and the rows */
  resize(height: number): void {
    if (height - 1 === this.height) return
    this.height = height - 1
    this.viewport = fitted(this.viewport, this.extent)
  }

  move(move: Move): void {
    this.viewport = moved(this.viewport, move, this.extent)
    this.noteSelection()
  }

  /** Moves to the next row that the last confirmed filter matches; while a filter is in force, all rows match. */
  nextMatch(by: number): void {
    const query = this.filter === '' ? this.lastConfirmed : null
    const count = this.order.length
    for (let i = 1; i <= count; i++) {
      const position = (this.viewport.cursor + by * i + count) % count
      const row = this.at(position)
      if (row === undefined || (query !== null && !query.matches(row))) continue
      this.viewport = fitted({ ...this.viewport, cursor: position }, this.extent)
      this.noteSelection()
      return
    }
  }

  /** The line in which the next completion replaces the word under the cursor. */
  completed(line: LineInput, step: number): LineInput | undefined {
    if (this.cycle?.line !== line) {
      const { from, to, candidates } = completions(line.text, line.cursor, this.fields, this.sample())
      if (candidates.length === 0) return undefined
      this.cycle = {
        line: { text: line.text, cursor: to },
        start: from,
        texts: candidates.map(({ text }) => text),
        at: -1,
      }
    }
    const { cycle } = this
    cycle.at = stepped(cycle.at, step, cycle.texts.length)
    cycle.line = replaced(cycle.line, cycle.start, cycle.line.cursor, cycle.texts[cycle.at] ?? '')
    return cycle.line
  }

  lines(width: number): Line[] {
    return tableLines({
      rows: this.rows,
      order: this.order,
      columns: layoutColumns(this.columns, width),
      sorted: this.sortKey === null ? null : { key: this.sortKey, descending: this.descending },
      top: this.viewport.top,
      cursor: this.viewport.cursor,
      height: this.height,
      width,
    })
  }

  private *sample(): Generator<Row> {
    const step = Math.max(1, Math.floor(this.rows.length / SAMPLE_ROWS))
    for (let i = 0; i < this.rows.length; i += step) {
      const row = this.rows.at(i)
      if (row !== undefined) yield row
    }
  }

  private reorder(): void {
    if (this.deferred !== null) clearTimeout(this.deferred)
    this.deferred = null
    const { rows, query } = this
    const column = this.columns.find(({ key }) => key === this.sortKey) ?? null
    const ordering: RowOrder<Row> = { column, descending: this.descending }
    if (!query.isEmpty) ordering.matches = query.matches
    this.work = orderSteps(rows, ordering)
    this.workMs = 0
    this.slice()
  }

  private slice(): void {
    if (this.timer !== null) clearImmediate(this.timer)
    this.timer = null
    const { work } = this
    if (work === null) return
    const started = performance.now()
    let step = work.next()
    while (!step.done && performance.now() - started < SLICE_MS) step = work.next()
    this.workMs += performance.now() - started
    if (step.done) {
      this.work = null
      this.lastOrdered = performance.now()
      this.lastCost = this.workMs
      this.apply(step.value)
    } else this.timer = setImmediate(() => this.slice())
  }

  /** The selected row stays selected, and on its line of the screen. */
  private apply(order: Uint32Array): void {
    const { cursor } = this.viewport
    this.order = order
    // A cursor at the very top was not moved there on purpose: the first row stays visible.
    const position = this.selectedKey === null || cursor === 0 ? null : this.find(this.selectedKey, cursor)
    this.viewport = followed(this.viewport, position, this.extent)
    this.noteSelection()
    this.onChange()
  }

  private find(key: string, near: number): number {
    const { order, definition } = this
    for (let i = 0; i < order.length; i++) {
      const position = (near + i) % order.length
      const row = this.at(position)
      if (row !== undefined && definition.keyOf(row) === key) return position
    }
    return -1
  }

  private noteSelection(): void {
    const row = this.selected
    this.selectedKey = row === undefined ? null : this.definition.keyOf(row)
  }
}

/** The next index, cyclic; -1 stands for none, and is followed by the first or the last. */
function stepped(at: number, step: number, count: number): number {
  return at < 0 && step < 0 ? count - 1 : (at + step + count) % count
}
