/** The state of the tables, one for each view that has one. */
import type { Snapshot } from '../../view/store.ts'
import { TableState } from '../table/table-state.ts'
import { hasTable, type TableView, type View } from './view.ts'

/** By the names of their views. */
export type ViewTables = ReadonlyMap<string, TableState<unknown>>

export function createTables(views: readonly View[], onChange: () => void): ViewTables {
  return new Map(views.filter(hasTable).map((view) => [view.name, new TableState(view, onChange)]))
}

export function tableOf<Row>(tables: ViewTables, view: TableView<Row>): TableState<Row> {
  return tables.get(view.name) as TableState<Row>
}

export function updateTables(tables: ViewTables, views: readonly View[], shown: Snapshot): void {
  for (const view of views) if (hasTable(view)) tables.get(view.name)?.update(view.rowsOf(shown))
}
