/**
 * The ledger: what was seen in the traffic, as plain data (JSON all the way down). The tracker writes it, rules and reports read it, and two
 * ledgers combine into one in any order (merge.ts). It makes no judgement: `null` means "not seen", and is never read as "no".
 *
 * Captures that keep only the beginning of each packet (their snap length) give every fact whose bytes are there. A list that was cut holds what
 * came, and has a mark beside it: `...Cut`.
 */
import type { CaptureFacts } from './capture-facts.ts'
import type { Facts, FactsView } from './facts-list.ts'
import { emptyFactLists, type FactLists, forEachTable, type TableName, type Tables } from './tables.ts'

/** Tables may be packed (facts-list.ts): each reading then makes new objects. `plainLedger` makes arrays of them. */
export type Ledger = { captures: CaptureFacts[] } & { [N in TableName]: Facts<Tables[N]> }

/** The tables as views, packed or not. */
export type FactViews = { [N in TableName]: FactsView<Tables[N]> }

export type PlainLedger = { captures: CaptureFacts[] } & FactLists

export function emptyLedger(): PlainLedger {
  return { captures: [], ...emptyFactLists() }
}

/** All of it as arrays, which take much more memory. */
export function plainLedger(ledger: Ledger): PlainLedger {
  const tables: { [N in TableName]: Facts<Tables[N]> } = ledger
  return {
    captures: ledger.captures,
    ...forEachTable<FactLists>(<N extends TableName>(name: N) => [...tables[name]] as FactLists[N]),
  }
}
