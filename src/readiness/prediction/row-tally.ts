/** Counts what the units of one row show, and decides its state. */
import type { Control } from '../judging/judged-control.ts'
import type { Observation } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'
import { BREAKS, NOT_OBSERVED, READY, type StateNumber, type StoredRow } from './row-table.ts'

/** The units of one state. */
interface Shown {
  /** The first of them: its number, and which of its observations it is. */
  unit: number
  nth: number
  count: number
  firstTime: number
  lastTime: number
}

export class RowTally {
  readonly cell: number
  readonly share: string | null
  private breaks: Shown | null = null
  private ready: Shown | null = null
  private notObserved: Shown | null = null
  /** Units that say nothing at all. */
  private weak: Shown | null = null

  constructor(cell: number, share: string | null) {
    this.cell = cell
    this.share = share
  }

  /** Does nothing in it say more than that nothing was seen? */
  get isWeak(): boolean {
    return this.breaks === null && this.ready === null && this.notObserved === null
  }

  add({ state, weak }: Observation, unit: Unit, number: number, nth: number): void {
    if (weak) this.weak = counted(this.weak, unit, number, nth)
    else if (state === 'breaks') this.breaks = counted(this.breaks, unit, number, nth)
    else if (state === 'ready') this.ready = counted(this.ready, unit, number, nth)
    else this.notObserved = counted(this.notObserved, unit, number, nth)
  }

  /** Units that say nothing at all count only where there is nothing else. */
  row(combines: Control['combines']): Omit<StoredRow, 'scope' | 'cell'> {
    const { breaks, ready, notObserved, weak } = this
    const total = (breaks?.count ?? 0) + (ready?.count ?? 0) + (notObserved?.count ?? 0)
    if (breaks !== null) return row(BREAKS, breaks, total)
    if (combines === 'capability' && ready !== null) return row(READY, ready, total)
    if (notObserved !== null) return row(NOT_OBSERVED, notObserved, total)
    return ready === null ? row(NOT_OBSERVED, weak!, weak!.count) : row(READY, ready, total)
  }
}

function counted(shown: Shown | null, { connection, session }: Unit, number: number, nth: number): Shown {
  const { firstTime, lastTime } = session ?? connection
  if (shown === null) return { unit: number, nth, count: 1, firstTime, lastTime }
  shown.count++
  if (firstTime < shown.firstTime) shown.firstTime = firstTime
  if (lastTime > shown.lastTime) shown.lastTime = lastTime
  return shown
}

function row(state: StateNumber, shown: Shown, total: number): Omit<StoredRow, 'scope' | 'cell'> {
  return { state, total, ...shown }
}
