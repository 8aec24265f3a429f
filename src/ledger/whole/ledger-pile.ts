/**
 * Ledgers of many captures, collected one by one. Captures of a few connections are packed together: separate tables would take each of them many
 * times the memory of what is in them.
 */

import { Interned } from '../../base/interned.ts'
import { runToEnd } from '../../base/steps.ts'
import { total } from '../../base/total.ts'
import type { CaptureFacts } from '../capture-facts.ts'
import type { Facts } from '../facts-list.ts'
import type { Ledger } from '../ledger.ts'
import type { PackedFacts } from '../packing/packed-facts.ts'
import { TABLE_NAMES, type TableName, type Tables } from '../tables.ts'
import { mergeSteps } from './merge.ts'
import { allRows, createPackedTables } from './packed-tables.ts'

/** A capture with more entries than this keeps its own tables: they take little compared with what is in them. */
const LARGE = 2048
const KEPT = 1

export class LedgerPile {
  private readonly captures: CaptureFacts[] = []
  private readonly tables = createPackedTables()
  private readonly large: Ledger[] = []
  private readonly linkTypes = new Interned()

  /** The number of captures in it. */
  get size(): number {
    return this.captures.length
  }

  /** What is read of `ledger` later may be packed by now. */
  add(ledger: Ledger): void {
    for (const capture of ledger.captures) this.captures.push(this.small(capture))
    const entries = total(TABLE_NAMES, (name) => ledger[name].length)
    if (entries > LARGE) this.large.push({ ...ledger, captures: [] })
    else for (const name of TABLE_NAMES) this.append(ledger, name)
  }

  private append<N extends TableName>(ledger: Ledger, name: N): void {
    const table = this.tables[name] as PackedFacts<Tables[N]>
    for (const facts of ledger[name] as Facts<Tables[N]>) table.append(facts, table.end, KEPT)
  }

  /** All of it. More may be added later, and is in the next one. */
  ledger(): Ledger {
    return runToEnd(this.steps())
  }

  /** The same in pieces, with a rest after each; `more` is included in this one. Nothing may be added until the end. */
  steps(...more: readonly Ledger[]): Generator<null, Ledger> {
    return mergeSteps([{ captures: this.captures, ...allRows(this.tables) }, ...this.large, ...more])
  }

  /** Most captures have the same link types, and neither limits nor warnings: these are stored once. */
  private small(capture: CaptureFacts): CaptureFacts {
    return {
      ...capture,
      linkTypes: this.linkTypes.texts(capture.linkTypes),
      limits: Object.keys(capture.limits).length === 0 ? NO_LIMITS : capture.limits,
      warnings: capture.warnings.length === 0 ? NO_WARNINGS : capture.warnings,
    }
  }
}

const NO_LIMITS: CaptureFacts['limits'] = Object.freeze({})
const NO_WARNINGS: CaptureFacts['warnings'] = []
