/** What its pairs add up to, for each host and control: the worst state, and what was counted in it. Columns of numbers: there may be many hosts. */
import { growColumn } from '../../base/grow-column.ts'
import { RowColumns } from './row-columns.ts'
import { type ScopeNumber, STATES, type StateNumber, type StoredRow } from './row-table.ts'

/** No pair of the host has a row for the control. */
const EMPTY = STATES.length

export class HostCells {
  private readonly scope: ScopeNumber
  private readonly controls: number
  private hosts = 0
  private states = new Uint8Array(0)
  private readonly figures = new RowColumns(0)

  /** @param controls how many there are */
  constructor(scope: ScopeNumber, controls: number) {
    this.scope = scope
    this.controls = controls
  }

  /** Another host without any rows; returns its number. */
  addHost(): number {
    const end = (this.hosts + 1) * this.controls
    if (end > this.states.length) this.grow(Math.max(end, this.states.length * 2))
    this.states.fill(EMPTY, end - this.controls, end)
    return this.hosts++
  }

  /** Empties a host, for the next one. */
  clear(host: number): void {
    this.states.fill(EMPTY, host * this.controls, (host + 1) * this.controls)
  }

  /** Counts a row of one of its pairs. */
  add(host: number, control: number, row: Omit<StoredRow, 'scope'>): void {
    const { figures } = this
    const i = host * this.controls + control
    const total = row.total + (this.states[i] === EMPTY ? 0 : figures.totals[i]!)
    if (row.state < this.states[i]!) {
      this.states[i] = row.state
      figures.put(i, row)
    } else if (row.state === this.states[i]) {
      figures.counts[i]! += row.count
      figures.firstTimes[i] = Math.min(figures.firstTimes[i]!, row.firstTime)
      figures.lastTimes[i] = Math.max(figures.lastTimes[i]!, row.lastTime)
    }
    figures.totals[i] = total
  }

  /** Null where no pair of it has a row. */
  row(host: number, control: number): StoredRow | null {
    const i = host * this.controls + control
    if (this.states[i] === EMPTY) return null
    return { scope: this.scope, state: this.states[i] as StateNumber, ...this.figures.get(i) }
  }

  private grow(length: number): void {
    this.states = growColumn(this.states, new Uint8Array(length))
    this.figures.grow(length)
  }
}
