/** What a column of a table is, and which columns fit on a screen. */
import type { Line, Tone } from '../text/line.ts'

interface ColumnLook<Row> {
  /** Unique in its table. */
  key: string
  title: string
  /** In cells. A column with less than `min` is not worth showing; one with more than `ideal` shows no more, unless it grows. */
  min: number
  ideal: number
  /** Its weight when spare cells are distributed; none for 0 or undefined. */
  grow?: number
  /** 1 is kept longest on a narrow screen. */
  priority: number
  align?: 'left' | 'right'
  /** As on the wire, not escaped; "-" if there is no value. */
  text(row: Row): string
  /** 'plain' if this is absent. */
  tone?(row: Row): Tone
  /** What is shown instead of the text where the cell has tones of its own: exactly `cells` wide. The text remains what is sorted and searched. */
  drawn?(row: Row, cells: number): Line
  /** The rows come in the order of this column, so that sorting by it reads no row. */
  natural?: boolean
}

/** Null is sorted last, in both directions. Without `sortValue`, the text that is shown is sorted. */
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

/** Cells before the first column, for the mark of the cursor. */
export const GUTTER = 2
/** Between two columns. */
export const GAP = 1

/**
 * The columns that fit in `width` cells, in their own order; the gutter and the gaps are part of the width. A wider screen shows the same columns and
 * possibly more. Spare cells go to the ideal widths, most important column first, and then to the columns that grow. If even the most important
 * column has no room for its `min`, it gets all cells there are.
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

/** Each share is rounded down and taken from what is left, so that the last column gets the rest and no cell is lost. */
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
