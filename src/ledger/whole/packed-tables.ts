/** The tables of one ledger, packed as they grow. */
import { FactsView } from '../facts-list.ts'
import { IdIndex } from '../id-index.ts'
import type { FactViews } from '../ledger.ts'
import { PackedFacts } from '../packing/packed-facts.ts'
import { Packer } from '../packing/packer.ts'
import { forEachTable, TABLE_NAMES, TABLES, type TableEntry, type TableName, type Tables } from '../tables.ts'

export type PackedTables = { readonly [N in TableName]: PackedFacts<Tables[N]> }

/** Entries worked on between two rests. */
const PIECE = 64

export function createPackedTables(): PackedTables {
  // One for all of them: they have names in common.
  const packer = new Packer()
  return forEachTable<PackedTables>(
    <N extends TableName>(name: N) => new PackedFacts<Tables[N]>(packer, TABLES[name].textSize) as PackedTables[N],
  )
}

/** What all tables have in common. */
export function packedEntries(tables: PackedTables, name: TableName): PackedFacts<TableEntry> {
  return tables[name] as unknown as PackedFacts<TableEntry>
}

/** All rows, in the order in which they were appended. */
export function allRows(tables: PackedTables): FactViews {
  return forEachTable<FactViews>(<N extends TableName>(name: N) => {
    const table = tables[name] as PackedFacts<Tables[N]>
    return new FactsView<Tables[N]>([table], table.rows()) as FactViews[N]
  })
}

/** The tables in their final form: ordered by frame, with unique ids and the id of their capture. In pieces, with a rest after each. */
export function* finishTables(tables: PackedTables, captureId: string): Generator<null, FactViews> {
  const views: Partial<FactViews> = {}
  for (const name of TABLE_NAMES) yield* finishTable(name, tables, captureId, views)
  return views as FactViews
}

function* finishTable<N extends TableName>(
  name: N,
  tables: PackedTables,
  captureId: string,
  views: Partial<FactViews>,
): Generator<null, void> {
  const table = tables[name] as PackedFacts<Tables[N]>
  table.captureId = captureId
  const rows = table.rowsByFrame()
  if (TABLES[name].idsRepeat) yield* markRepeatedIds(table, rows)
  views[name] = new FactsView<Tables[N]>([table], rows) as FactViews[N]
  yield null
}

/** A server that gives one id twice in one frame, or a stream in disorder, makes two entries with one id: the later one gets a mark. */
function* markRepeatedIds<N extends TableName>(
  table: PackedFacts<Tables[N]>,
  rows: Uint32Array,
): Generator<null, void> {
  const view = new FactsView([table], rows)
  const ids = new IdIndex(view)
  /** By index: how many after it have its id. */
  let repeats: Uint32Array | null = null
  for (let i = 0; i < rows.length; i++) {
    if (i % PIECE === 0) yield null
    if (ids.add(i)) continue
    repeats ??= new Uint32Array(rows.length)
    table.markRepeated(rows[i]!, ++repeats[ids.find(view.peek(i, 'id'), null)]!)
  }
}
