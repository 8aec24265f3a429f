/** All that a screen is drawn from. Only update/ changes it. */
import type { EvidenceView } from '../../view/evidence-view.ts'
import type { Details, Reading, Snapshot } from '../../view/store.ts'
import type { Binding } from '../input/keys.ts'
import type { TableState } from '../table/table-state.ts'
import type { ViewTables } from '../views/tables.ts'
import { hasTable, type TableView, type View } from '../views/view.ts'
import type { Page, UiState } from './ui-state.ts'

export interface Size {
  width: number
  height: number
}

export interface Screen {
  /** In the order of their tabs. */
  readonly views: readonly View[]
  readonly bindings: readonly Binding[]
  readonly tables: ViewTables
  ui: UiState
  /** The newest snapshot, or the one that was shown when the display was frozen. */
  shown: Snapshot
  /** Always the newest: a frozen display must not hide that packets are being lost. */
  reading: Reading
  details: Details
  /** The frame that the open page cites. */
  evidence: EvidenceView | null
  size: Size
  isFrozen: boolean
}

/** Lines of the screen around the body: the tabs and the progress above it, the prompt or the hints below. */
export const LINES_AROUND = 3

export function bodyHeight({ size }: Screen): number {
  return Math.max(1, size.height - LINES_AROUND)
}

export function openPage({ ui }: Screen): Page | undefined {
  return ui.pages.at(-1)
}

/** The view with this name. */
export function viewNamed({ views }: Screen, name: string): View {
  const view = views.find((each) => each.name === name)
  if (view === undefined) throw new Error(`there is no view "${name}"`)
  return view
}

export function openView(screen: Screen): View {
  return viewNamed(screen, screen.ui.view)
}

/** The view whose table is on the screen, and the table: undefined if a page covers it, or the view has none. */
export function openTable(screen: Screen): { view: TableView<unknown>; table: TableState<unknown> } | undefined {
  const view = openView(screen)
  const table = screen.tables.get(view.name)
  return openPage(screen) === undefined && hasTable(view) && table !== undefined ? { view, table } : undefined
}

/** The view whose rows are exported: the open one, or the one that it leads to. */
export function exportedView(screen: Screen): TableView<unknown> {
  let view: View = openView(screen)
  while (!hasTable(view)) view = viewNamed(screen, view.leadsTo)
  return view
}
