/** What its pairs add up to, for each host and control: the worst state, and what was counted in it. Columns of numbers: there may be many hosts. */
import { growColumn } from '../../base/grow-column.ts'
import { type ScopeNumber, STATES, type StateNumber, type StoredRow } from './row-table.ts'

/** No pair of the host has a row for the control. */
const EMPTY = STATES.length

export class HostCells {
  private readonly scope: ScopeNumber
  private readonly controls: number
  private hosts = 0
  private states = new Uint8Array(0)
  private cells = new Uint8Array(0)
  private units = new Uint32Array(0)
  private nths = new Uint16Array(0)
  private counts = new Uint32Array(0)
  private totals = new Uint32Array(0)
  private firstTimes = new Float64Array(0)
  private lastTimes = new Float64Array(0)

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
    const i = host * this.controls + control
    const isFirst = this.states[i] === EMPTY
    this.totals[i] = row.total + (isFirst ? 0 : this.totals[i]!)
    if (row.state > this.states[i]!) return
    if (row.state < this.states[i]!) {
      this.states[i] = row.state
      this.cells[i] = row.cell
      this.units[i] = row.unit
      this.nths[i] = row.nth
      this.counts[i] = row.count
      this.firstTimes[i] = row.firstTime
      this.lastTimes[i] = row.lastTime
      return
    }
    this.counts[i] = this.counts[i]! + row.count
    this.firstTimes[i] = Math.min(this.firstTimes[i]!, row.firstTime)
    this.lastTimes[i] = Math.max(this.lastTimes[i]!, row.lastTime)
  }

  /** Null where no pair of it has a row. */
  row(host: number, control: number): StoredRow | null {
    const i = host * this.controls + control
    if (this.states[i] === EMPTY) return null
    return {
      scope: this.scope,
      cell: this.cells[i]!,
      state: this.states[i] as StateNumber,
      unit: this.units[i]!,
      nth: this.nths[i]!,
      count: this.counts[i]!,
      total: this.totals[i]!,
      firstTime: this.firstTimes[i]!,
      lastTime: this.lastTimes[i]!,
    }
  }

  private grow(length: number): void {
    this.states = growColumn(this.states, new Uint8Array(length))
    this.cells = growColumn(this.cells, new Uint8Array(length))
    this.units = growColumn(this.units, new Uint32Array(length))
    this.nths = growColumn(this.nths, new Uint16Array(length))
    this.counts = growColumn(this.counts, new Uint32Array(length))
    this.totals = growColumn(this.totals, new Uint32Array(length))
    this.firstTimes = growColumn(this.firstTimes, new Float64Array(length))
    this.lastTimes = growColumn(this.lastTimes, new Float64Array(length))
  }
}
