/** What is known while a capture is still being read: settled facts are neither copied nor read, so it may be requested often. */

import { FactsView, type Named } from '../ledger/facts-list.ts'
import type { FactViews, Ledger } from '../ledger/ledger.ts'
import type { PackedFacts } from '../ledger/packing/packed-facts.ts'
import { type FactLists, forEachTable, type TableName, type Tables } from '../ledger/tables.ts'
import { type Context, limitsReached } from './core/context.ts'

/**
 * All of it is for use before the next frame: then open facts change, and packed ones may move. Facts are known by their id; what was settled and
 * changes nevertheless, as a session that is used after a long rest, is among the open ones and later among the settled once more.
 */
export interface PartialLedger {
  /** Settled and open, in no particular order, without captures: what their reader knows of them is not known here. */
  ledger: Ledger
  smbMessages: number
  /** What limits on memory cost by now, as CaptureFacts has it. */
  limits: Record<string, number>
  /** By table, since the last call. */
  changes: { [N in TableName]: Changes<Tables[N]> }
  /** For the next call. */
  position: ReadPosition
}

export interface Changes<T extends Named> {
  /** Settled since the last call. */
  settled: FactsView<T>
  /** May change with the next frame. */
  open: T[]
  /** Some settled facts had to be dropped. `settled` holds all that is left, so forget the earlier ones. */
  restarted: boolean
}

/** How much of the settled facts a reader has seen, by table. */
export type ReadPosition = { readonly [N in TableName]: TablePosition }

interface TablePosition {
  readonly generation: number
  readonly end: number
}

/** `open` are facts that are not in the tables yet, and `position` is that of the call before, null for the first. */
export function partialLedgerOf(context: Context, open: FactLists, position: ReadPosition | null): PartialLedger {
  const { tables } = context
  const views = forEachTable<FactViews>(
    <N extends TableName>(name: N) => withOpen(tables[name] as PackedFacts<Tables[N]>, open[name]) as FactViews[N],
  )
  return {
    ledger: { captures: [], ...views },
    smbMessages: context.smbMessages,
    limits: limitsReached(context),
    changes: forEachTable<PartialLedger['changes']>(
      <N extends TableName>(name: N) =>
        changes(tables[name] as PackedFacts<Tables[N]>, open[name], position?.[name]) as PartialLedger['changes'][N],
    ),
    position: forEachTable<ReadPosition>((name) => ({
      generation: tables[name].generation,
      end: tables[name].end,
    })),
  }
}

function withOpen<T extends Named>(packed: PackedFacts<T>, open: T[]): FactsView<T> {
  const settled = packed.rows()
  const { length } = settled
  const rows = new Uint32Array(length + open.length)
  const listOf = new Uint32Array(rows.length)
  rows.set(settled)
  for (let i = 0; i < open.length; i++) rows[length + i] = i
  listOf.fill(1, length)
  return new FactsView<T>([packed, open], rows, listOf)
}

function changes<T extends Named>(packed: PackedFacts<T>, open: T[], seen: TablePosition | undefined): Changes<T> {
  const restarted = seen !== undefined && seen.generation !== packed.generation
  const from = seen === undefined || restarted ? 0 : seen.end
  return { settled: new FactsView([packed], packed.rows(from)), open, restarted }
}
