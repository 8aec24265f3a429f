/** What a view is. A new view is a file in this folder and a line in views.ts: keys, help, tabs, selection, export and documentation follow from it. */
import type { QueryField } from '../../query/language/field.ts'
import type { RowKind } from '../../rows/row-kind.ts'
import type { Rows } from '../../rows/row-list.ts'
import type { Citation, PacketSelection } from '../../view/action-types.ts'
import type { EvidenceView } from '../../view/evidence-view.ts'
import type { Details, Snapshot } from '../../view/store.ts'
import type { Column } from '../table/columns.ts'
import type { Sort } from '../table/table-state.ts'
import type { Line } from '../text/line.ts'

/** A key, and what it does, for the line at the bottom. */
export type Hint = readonly [key: string, what: string]

interface ViewBase {
  /** Unique; exported files are named after it. */
  readonly name: string
  /** The key that opens it, as keyName returns it. */
  readonly key: string
  /** On its tab. */
  readonly title: string
  /** In the help, beside the key. */
  readonly help: string
}

/** A view without a table. */
export interface PanelView extends ViewBase {
  readonly hints: readonly Hint[]
  /** The view that opening, filtering and exporting go to from here. */
  readonly leadsTo: string
  lines(shown: Snapshot, width: number, height: number): Line[]
}

/** What is known of the captures; part of the state of the screen. */
export interface Known {
  readonly shown: Snapshot
  readonly details: Details
}

/** One row of a view: the one under the cursor, or the one whose page is open. */
export interface SelectedThing {
  /** As `keyOf` gives it. */
  readonly id: string
  /** The index of the row when it was selected: rows may have moved since. */
  readonly index: number
  /** The piece of its evidence that is shown, from 0. */
  readonly evidence: number
}

export interface PageParts {
  known: Known
  /** The frame that the page cites; null if it cites none. */
  evidence: EvidenceView | null
  width: number
}

/** A view with a table. Functions return null for a subject that is no longer known. */
export interface TableView<Row> extends ViewBase {
  readonly kind: RowKind<Row>
  readonly columns: readonly Column<Row>[]
  readonly fields: readonly QueryField<Row>[]
  readonly sort: Sort
  rowsOf(shown: Snapshot): Rows<Row>
  /** Identifies a row: the same thing has the same key in every snapshot. */
  keyOf(row: Row): string
  /** The page that Enter opens. */
  pageLines(subject: SelectedThing, parts: PageParts): readonly Line[] | null
  /** The keys of its page, beside those of every page. */
  readonly pageHints: readonly Hint[]
  /** The frame that its page shows; absent if the page shows none. */
  citation?(subject: SelectedThing, known: Known): Citation | null
  /** How many pieces of evidence there are to go through; absent if there is one at most. */
  evidenceCount?(subject: SelectedThing, known: Known): number
  /** The id of the session that it belongs to; absent if it belongs to none. */
  sessionOf?(subject: SelectedThing, known: Known): string | null
  /** The rows of another view that it sums up: Enter on its page lists them. Absent if it sums up none. */
  rowsBehind?(subject: SelectedThing, known: Known): { view: string; filter: string }
  /** A filter for the sessions that it is about. */
  relatedFilter(subject: SelectedThing, known: Known): string | null
  /** A Wireshark display filter. */
  displayFilter(subject: SelectedThing, known: Known): string | null
  addPackets(selection: PacketSelection, subject: SelectedThing, known: Known): void
  /** The same for each row that a filter leaves; absent if only single rows can be written. */
  addPacketsOfRow?(selection: PacketSelection, row: Row, known: Known): void
}

export type View = PanelView | TableView<unknown>

export function hasTable(view: View): view is TableView<unknown> {
  return 'columns' in view
}

/** Looks at the old index first. */
export function rowOf<Row>(view: Pick<TableView<Row>, 'rowsOf' | 'keyOf'>, subject: SelectedThing, known: Known) {
  const rows = view.rowsOf(known.shown)
  const isSubject = (row: Row | undefined) => row !== undefined && view.keyOf(row) === subject.id
  const there = rows.at(subject.index)
  if (isSubject(there)) return there
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at(i)
    if (isSubject(row)) return row
  }
  return undefined
}
