/** How much a ledger contains: the number of entries of each table, and the sums of the fields that add up. */
import { type Facts, peek } from '../facts-list.ts'
import type { Ledger } from '../ledger.ts'
import { type SumName, TABLE_NAMES, TABLES, type TableEntry, type TableName } from '../tables.ts'

export type Totals = Record<TableName | SumName, number>

export function emptyTotals(): Totals {
  const totals: Partial<Totals> = {}
  for (const name of TABLE_NAMES) totals[name] = 0
  for (const name of TABLE_NAMES) for (const field of TABLES[name].sums) totals[field] = 0
  return totals as Totals
}

/** Adds what is in `ledger`, of whose entries none may have been added before. */
export function addTotals(totals: Totals, ledger: Ledger): void {
  for (const name of TABLE_NAMES) addTable(totals, ledger, name)
}

function addTable(totals: Totals, ledger: Ledger, name: TableName): void {
  const facts: Facts<TableEntry & { [field in SumName]?: number }> = ledger[name]
  totals[name] += facts.length
  for (const field of TABLES[name].sums) {
    for (let i = 0; i < facts.length; i++) totals[field] += peek(facts, i, field) ?? 0
  }
}
