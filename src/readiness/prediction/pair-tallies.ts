/** The rows of one pair of hosts while its units are read: those of one user at a time. */

import type { Control } from '../judging/judged-control.ts'
import type { Observation } from '../judging/observation.ts'
import type { Unit } from '../judging/unit.ts'
import { cellCount, controlOfCell } from './cells.ts'
import type { StoredRow } from './row-table.ts'
import { RowTally } from './row-tally.ts'

/** Shares of one user that have rows of their own; the others have one together, worded after the first of them. */
const MAX_SHARES = 64
/** Rows that say nothing at all, of one pair, which wait for its end. */
const MAX_WEAK = 512

export type PairRow = Omit<StoredRow, 'scope'>

interface PairTalliesOptions {
  controls: readonly Control[]
  /** Called with each row when it is complete. */
  onRow(row: PairRow, share: string | null): void
  /** Called with the number of rows that say nothing at all and were not kept. */
  onLeftOut(rows: number): void
}

export class PairTallies {
  private readonly options: PairTalliesOptions
  private user = NONE
  private tallies: (RowTally | undefined)[] = []
  private shares = new Map<string, RowTally>()
  /** By cell: 1 where a row of this pair says something. */
  private readonly known: Uint8Array
  /** Rows that say nothing at all: they count only in cells where no other row of the pair says something. */
  private weak: PairRow[] = []
  private readonly weakLeftOut: Uint32Array

  constructor(options: PairTalliesOptions) {
    this.options = options
    this.known = new Uint8Array(cellCount(options.controls.length))
    this.weakLeftOut = new Uint32Array(this.known.length)
  }

  /** To be called before each unit. @param user as in Units */
  begin(user: number): void {
    if (user === this.user) return
    this.endUser()
    this.user = user
  }

  add(cell: number, observation: Observation, unit: Unit, number: number, nth: number): void {
    this.tallyFor(cell, observation.share).add(observation, unit, number, nth)
  }

  private tallyFor(cell: number, share: string | null): RowTally {
    if (share === null) {
      this.tallies[cell] ??= new RowTally(cell, null)
      return this.tallies[cell]
    }
    const key = `${cell} ${share.toLowerCase()}`
    const known = this.shares.get(key)
    if (known !== undefined) return known
    if (this.shares.size === MAX_SHARES) return this.tallyFor(cell, null)
    const tally = new RowTally(cell, share)
    this.shares.set(key, tally)
    return tally
  }

  /** All units of the pair were added. */
  end(): void {
    this.endUser()
    this.user = NONE
    for (const row of this.weak) if (this.known[row.cell] === 0) this.options.onRow(row, null)
    for (const [cell, count] of this.weakLeftOut.entries()) {
      if (count > 0 && this.known[cell] === 0) this.options.onLeftOut(count)
    }
    this.weak = []
    this.known.fill(0)
    this.weakLeftOut.fill(0)
  }

  private endUser(): void {
    for (const tally of this.tallies) if (tally !== undefined) this.endTally(tally)
    for (const tally of this.shares.values()) this.endTally(tally)
    this.tallies = []
    if (this.shares.size > 0) this.shares = new Map()
  }

  private endTally(tally: RowTally): void {
    const { cell, share, isWeak } = tally
    const row = { cell, ...tally.row(this.options.controls[controlOfCell(cell)]!.combines) }
    if (!isWeak) {
      this.known[cell] = 1
      this.options.onRow(row, share)
    } else if (this.weak.length < MAX_WEAK) this.weak.push(row)
    else this.weakLeftOut[cell]!++
  }
}

const NONE = -1
