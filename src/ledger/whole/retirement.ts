/** For traffic that continues for days: entries that can no longer change leave their tables, the oldest first. */

import type { PackedFacts } from '../packing/packed-facts.ts'
import {
  emptyFactLists,
  type FactLists,
  TABLE_NAMES,
  TABLES,
  type TableEntry,
  type TableName,
  type Tables,
} from '../tables.ts'
import { type PackedTables, packedEntries } from './packed-tables.ts'

export interface Retirement {
  /** Entries that stay in each table whose entries retire by age. */
  keep: number
  /** Ids of connections that stay with everything they carried: open ones, and those that carry facts which may still change. */
  staying: ReadonlySet<string>
  /** Removes a row from its table, with everything that its owner stores about it. */
  forget(name: TableName, row: number): void
}

interface Aged {
  name: TableName
  row: number
  id: string
}

interface Carried {
  name: TableName
  row: number
  carriers: readonly string[]
}

/**
 * Takes out the connections that ended first, until `keep` are left, and the entries that they alone carried. An entry that stays keeps every
 * connection that carried it, and those may keep other entries.
 *
 * @returns null if nothing leaves
 */
export function retireFrom(tables: PackedTables, { keep, staying, forget }: Retirement): FactLists | null {
  const stay = new Set(staying)
  const aged = TABLE_NAMES.flatMap((name) => (TABLES[name].carriers === null ? oldest(tables, name, keep, stay) : []))
  if (aged.length === 0) return null
  const carried = withoutStaying(carriedEntries(tables), stay)
  const leaving = aged.filter(({ name, id }) => name !== 'connections' || !stay.has(id))
  if (leaving.length === 0) return null
  const facts = emptyFactLists()
  for (const { name, row } of [...carried, ...leaving]) {
    take(tables, name, row, facts)
    forget(name, row)
  }
  for (const name of TABLE_NAMES) tables[name].compact()
  return facts
}

/** All but the newest `keep` entries of a table. Connections that are not among them go into `stay`. */
function oldest(tables: PackedTables, name: TableName, keep: number, stay: Set<string>): Aged[] {
  const table = packedEntries(tables, name)
  const rows = table.rows()
  const end = Math.max(0, rows.length - keep)
  if (name === 'connections') for (const row of rows.subarray(end)) stay.add(table.peek(row, 'id'))
  return Array.from(rows.subarray(0, end), (row) => ({ name, row, id: table.peek(row, 'id') }))
}

function carriedEntries(tables: PackedTables): Carried[] {
  const entries: Carried[] = []
  for (const name of TABLE_NAMES) {
    const { carriers } = TABLES[name]
    if (carriers === null) continue
    const table = tables[name] as unknown as PackedFacts<TableEntry & Record<typeof carriers, string[]>>
    for (const row of table.rows()) entries.push({ name, row, carriers: table.peek(row, carriers) })
  }
  return entries
}

/** The entries that leave: none of their connections stays. The connections of all others go into `stay`. */
function withoutStaying(entries: Carried[], stay: Set<string>): Carried[] {
  let leaving = entries
  for (let before = -1; before !== leaving.length; ) {
    before = leaving.length
    leaving = leaving.filter(({ carriers }) => {
      if (!carriers.some((id) => stay.has(id))) return true
      for (const id of carriers) stay.add(id)
      return false
    })
  }
  return leaving
}

function take<N extends TableName>(tables: PackedTables, name: N, row: number, to: FactLists): void {
  const list = to[name] as Tables[N][]
  list.push((tables[name] as PackedFacts<Tables[N]>).get(row))
}
