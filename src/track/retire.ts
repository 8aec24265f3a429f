/** For traffic that continues for days: facts that can no longer change leave the tracker, as a separate ledger. */
import type { Ledger } from '../ledger/ledger.ts'
import { TABLE_NAMES, TABLES } from '../ledger/tables.ts'
import { retireFrom } from '../ledger/whole/retirement.ts'
import type { Context } from './core/context.ts'
import type { ProtocolTracker } from './core/protocol.ts'

/** Does a table hold more facts than may stay? */
export function hasMoreThan({ tables }: Context, keep: number): boolean {
  return TABLE_NAMES.some((name) => TABLES[name].carriers === null && tables[name].size > keep)
}

/**
 * Takes out the facts that ended first, until `keep` of each table are left, and what they alone carried. What may still change stays, with everything
 * that carries it. Null where there is nothing to take.
 * @param open ids of connections that have not ended
 */
export function retire(
  { tables }: Context,
  owners: readonly ProtocolTracker[],
  open: ReadonlySet<string>,
  keep: number,
): Ledger | null {
  const staying = new Set(open)
  for (const owner of owners) owner.addCarriers(staying)
  const facts = retireFrom(tables, {
    keep,
    staying,
    forget(name, row) {
      for (const owner of owners) if (owner.tables.includes(name)) owner.forget(name, row)
    },
  })
  if (facts === null) return null
  for (const owner of owners) owner.endRetirement()
  return { captures: [], ...facts }
}
