/** What rows count, and which unit shows it, as columns of numbers. Whose rows they are, and their states, are columns of their owners. */
import { growColumn } from '../../base/grow-column.ts'

export interface RowFigures {
  /** Control and side: cells.ts. */
  cell: number
  /** The unit that the row is worded after, and which of that unit's observations for the cell. */
  unit: number
  nth: number
  count: number
  total: number
  firstTime: number
  lastTime: number
}

/** Bytes of a row in these columns. */
export const FIGURE_BYTES = 1 + 4 + 2 + 4 + 4 + 8 + 8

export class RowColumns {
  cells: Uint8Array
  units: Uint32Array
  nths: Uint16Array
  counts: Uint32Array
  totals: Uint32Array
  firstTimes: Float64Array
  lastTimes: Float64Array

  /** @param length rows that there is room for */
  constructor(length: number) {
    this.cells = new Uint8Array(length)
    this.units = new Uint32Array(length)
    this.nths = new Uint16Array(length)
    this.counts = new Uint32Array(length)
    this.totals = new Uint32Array(length)
    this.firstTimes = new Float64Array(length)
    this.lastTimes = new Float64Array(length)
  }

  put(i: number, { cell, unit, nth, count, total, firstTime, lastTime }: RowFigures): void {
    this.cells[i] = cell
    this.units[i] = unit
    this.nths[i] = nth
    this.counts[i] = count
    this.totals[i] = total
    this.firstTimes[i] = firstTime
    this.lastTimes[i] = lastTime
  }

  get(i: number): RowFigures {
    return {
      cell: this.cells[i]!,
      unit: this.units[i]!,
      nth: this.nths[i]!,
      count: this.counts[i]!,
      total: this.totals[i]!,
      firstTime: this.firstTimes[i]!,
      lastTime: this.lastTimes[i]!,
    }
  }

  /** @param length the new one, longer than before */
  grow(length: number): void {
    this.cells = growColumn(this.cells, new Uint8Array(length))
    this.units = growColumn(this.units, new Uint32Array(length))
    this.nths = growColumn(this.nths, new Uint16Array(length))
    this.counts = growColumn(this.counts, new Uint32Array(length))
    this.totals = growColumn(this.totals, new Uint32Array(length))
    this.firstTimes = growColumn(this.firstTimes, new Float64Array(length))
    this.lastTimes = growColumn(this.lastTimes, new Float64Array(length))
  }
}
