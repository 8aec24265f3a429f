/**
 * The rows as columns of numbers, some thirty bytes each: a large capture has a dozen for each pair of hosts. A row names the first unit that shows its
 * state, and is put into words from it when it is read. Where there is no more room, pair rows are left out and counted: ready ones first, then those
 * that were not observed. Totals and host rows are made before that, of all.
 */
import { growColumn } from '../../base/grow-column.ts'
import type { ReadinessState } from '../control.ts'
import { FIGURE_BYTES, RowColumns, type RowFigures } from './row-columns.ts'

/** In the order in which they win in a host row. */
export const STATES = ['breaks', 'not-observed', 'exempt', 'ready'] as const satisfies readonly ReadinessState[]
export type StateNumber = 0 | 1 | 2 | 3
export const BREAKS = 0
export const NOT_OBSERVED = 1
export const EXEMPT = 2
export const READY = 3

export const PAIR = 0
export const CLIENT = 1
export const SERVER = 2
export type ScopeNumber = typeof PAIR | typeof CLIENT | typeof SERVER

export interface StoredRow extends RowFigures {
  scope: ScopeNumber
  state: StateNumber
}

/** Bytes of a row in all columns. */
export const ROW_BYTES = 1 + FIGURE_BYTES
const FIRST_ROWS = 256
/** States whose pair rows are left out where there is no more room, in this order. */
const LEAST_FIRST: readonly StateNumber[] = [READY, NOT_OBSERVED, EXEMPT, BREAKS]

export class RowTable {
  private readonly limit: number
  length = 0
  /** Rows that were left out. */
  leftOut = 0
  /** How many of LEAST_FIRST are left out. */
  private closed = 0
  private kinds = new Uint8Array(FIRST_ROWS)
  private readonly figures = new RowColumns(FIRST_ROWS)

  /** @param bytes that rows may take */
  constructor(bytes: number) {
    this.limit = Math.max(1, Math.floor(bytes / ROW_BYTES))
  }

  add(row: StoredRow): void {
    if (row.scope === PAIR && this.isClosed(row.state)) {
      this.leftOut++
      return
    }
    while (this.length >= this.limit && this.closed < LEAST_FIRST.length) this.makeRoom()
    if (this.length >= this.limit || (row.scope === PAIR && this.isClosed(row.state))) {
      this.leftOut++
      return
    }
    if (this.length === this.kinds.length) this.grow()
    this.put(this.length++, row)
  }

  private isClosed(state: StateNumber): boolean {
    return LEAST_FIRST.indexOf(state) < this.closed
  }

  /** Leaves out all pair rows of one more state. */
  private makeRoom(): void {
    const state = LEAST_FIRST[this.closed++]!
    let kept = 0
    for (let i = 0; i < this.length; i++) {
      if (this.scope(i) === PAIR && this.state(i) === state) continue
      if (kept !== i) this.put(kept, this.get(i))
      kept++
    }
    this.leftOut += this.length - kept
    this.length = kept
  }

  private put(i: number, row: StoredRow): void {
    this.kinds[i] = row.scope * STATES.length + row.state
    this.figures.put(i, row)
  }

  get(i: number): StoredRow {
    return { scope: this.scope(i), state: this.state(i), ...this.figures.get(i) }
  }

  scope(i: number): ScopeNumber {
    return Math.floor(this.kinds[i]! / STATES.length) as ScopeNumber
  }

  state(i: number): StateNumber {
    return (this.kinds[i]! % STATES.length) as StateNumber
  }

  count(i: number): number {
    return this.figures.counts[i]!
  }

  cell(i: number): number {
    return this.figures.cells[i]!
  }

  private grow(): void {
    const length = Math.min(this.limit, this.kinds.length * 2)
    this.kinds = growColumn(this.kinds, new Uint8Array(length))
    this.figures.grow(length)
  }
}
