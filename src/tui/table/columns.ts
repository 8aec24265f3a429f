/** What a column of a table is, and which columns fit on a screen. */
import type { Tone } from '../text/line.ts'

interface ColumnLook<Row> {
  /** Unique in its table. */
  key: string
  title: string
  /** Cells: with less than `min` a column says too little to be shown, with more than `ideal` it says no more, unless it grows. */
  min: number
  ideal: number
  /** Its share of the cells that are left over; none for 0 or undefined. */
  grow?: number
  /** 1 is kept longest where the screen is narrow. */
  priority: number
  align?: 'left' | 'right'
  /** As on the wire, not escaped; "-" where there is nothing to tell. */
  text(row: Row): string
  /** 'plain' where there is none. */
  tone?(row: Row): Tone
  /** The rows come in the order of this column: to sort by it, none of them is looked at. */
  natural?: boolean
}

/** Null is sorted last, whatever the direction. Text that tells no value of its own is sorted by what is shown. */
interface SortedAsText<Row> {
  sort: 'text'
  sortValue?(row: Row): string | null
}

/** IP addresses: by their numbers, IPv4 first. */
interface SortedAsAddress<Row> {
  sort: 'address'
  sortValue(row: Row): string | null
}

interface SortedAsNumber<Row> {
  sort: 'number'
  sortValue(row: Row): number | null
}

export type Column<Row> = ColumnLook<Row> & (SortedAsText<Row> | SortedAsAddress<Row> | SortedAsNumber<Row>)

export interface PlacedColumn<Row> {
  column: Column<Row>
  /** Cells, at least 1. */
  width: number
}

/** Before the first column: where the cursor's row has its mark. */
export const GUTTER = 2
/** Between two columns. */
export const GAP = 1

/**
 * The columns that fit in `width` cells, in their own order, with the gutter and the gaps counted in. A wider screen shows the same columns and
 * perhaps more. What the screen has left goes to each column's ideal width, the most important first, and then to those that grow. Where not even
 * the most important has room for its `min`, it has what there is.
 */
export function layoutColumns<Row>(columns: readonly Column<Row>[], width: number): PlacedColumn<Row>[] {
  const byPriority = columns.map((column) => ({ column, width: column.min }))
  byPriority.sort((a, b) => a.column.priority - b.column.priority)
  let left = width - GUTTER + GAP
  let count = 0
  for (const { column } of byPriority) {
    if (column.min + GAP > left) break
    left -= column.min + GAP
    count++
  }
  const first = byPriority[0]
  if (first === undefined) return []
  if (count === 0) return width > GUTTER ? [{ column: first.column, width: width - GUTTER }] : []

  const shown = byPriority.slice(0, count)
  for (const placed of shown) {
    const more = Math.min(left, Math.max(0, placed.column.ideal - placed.width))
    placed.width += more
    left -= more
  }
  grow(shown, left)
  return shown.sort((a, b) => columns.indexOf(a.column) - columns.indexOf(b.column))
}

/** Shares are rounded down one after the other, each of what is then left: the last grower has the rest, to the cell. */
function grow<Row>(shown: PlacedColumn<Row>[], spare: number): void {
  let left = spare
  let shares = shown.reduce((sum, { column }) => sum + (column.grow ?? 0), 0)
  for (const placed of shown) {
    const share = placed.column.grow ?? 0
    if (share === 0) continue
    const more = Math.floor((left * share) / shares)
    placed.width += more
    left -= more
    shares -= share
  }
}
