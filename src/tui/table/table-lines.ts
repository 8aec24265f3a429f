/** A table as lines: the header, and the rows that are on the screen. No other row is read. */
import { displayWidth, escapeText, pad, truncate } from '../../base/safe-text.ts'
import type { Rows } from '../../rows/row-list.ts'
import type { Line, Segment, Tone } from '../text/line.ts'
import { GAP, GUTTER, type PlacedColumn } from './columns.ts'

export interface TablePicture<Row> {
  rows: Rows<Row>
  /** Indexes of rows in the order that is shown (row-order.ts); null: all rows in the order in which they come. */
  order: Uint32Array | null
  /** As layoutColumns laid them out for the same width. */
  columns: readonly PlacedColumn<Row>[]
  /** The column that `order` is sorted by. */
  sorted: { key: string; descending: boolean } | null
  /** The position in `order` of the first row on the screen. */
  top: number
  /** The position in `order` of the cursor. */
  cursor: number
  /** Lines for rows, without the header. */
  height: number
  /** Cells of every line. */
  width: number
}

/** The header, then one line for each row; fewer than `height` if there are no more rows. */
export function tableLines<Row>(view: TablePicture<Row>): Line[] {
  const lines: Line[] = [headerLine(view)]
  const end = Math.min(view.top + view.height, view.order?.length ?? view.rows.length)
  for (let position = Math.max(0, view.top); position < end; position++) {
    const row = view.rows.at(view.order === null ? position : (view.order[position] ?? 0))
    lines.push(row === undefined ? filled([], view.width) : rowLine(view, row, position === view.cursor))
  }
  return lines
}

function headerLine<Row>({ columns, sorted, width }: TablePicture<Row>): Line {
  const segments: Segment[] = []
  add(segments, ' '.repeat(GUTTER), 'quiet')
  columns.forEach(({ column, width: cells }, i) => {
    if (i > 0) add(segments, ' '.repeat(GAP), 'quiet')
    const isSorted = sorted?.key === column.key
    const title = isSorted ? truncate(column.title, cells - 1) + (sorted.descending ? '▼' : '▲') : column.title
    add(segments, cell(title, cells, column.align), isSorted ? 'accent' : 'quiet')
  })
  return filled(segments, width)
}

function rowLine<Row>({ columns, width }: TablePicture<Row>, row: Row, isCursor: boolean): Line {
  const segments: Segment[] = []
  add(segments, pad(isCursor ? '>' : '', GUTTER), isCursor ? 'selected' : 'plain')
  columns.forEach(({ column, width: cells }, i) => {
    if (column.drawn !== undefined) {
      if (i > 0) add(segments, ' '.repeat(GAP), isCursor ? 'selected' : 'plain')
      for (const { text, tone } of column.drawn(row, cells)) add(segments, text, isCursor ? 'selected' : tone)
      return
    }
    const text = cell(escapeText(column.text(row)), cells, column.align)
    const tone = isCursor ? 'selected' : (column.tone?.(row) ?? 'plain')
    add(segments, i > 0 ? ' '.repeat(GAP) + text : text, tone)
  })
  return filled(segments, width, isCursor ? 'selected' : 'plain')
}

function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (align === 'left') return pad(text, width)
  const fitted = truncate(text, width)
  return ' '.repeat(Math.max(0, width - displayWidth(fitted))) + fitted
}

/** Merges neighbours of the same tone: the fewer segments, the faster a screen is drawn. */
function add(segments: Segment[], text: string, tone: Tone): void {
  const last = segments.at(-1)
  if (last?.tone === tone) last.text += text
  else if (text !== '') segments.push({ text, tone })
}

/** Exactly `width` cells: a screen may be narrower than the gutter. */
function filled(segments: Segment[], width: number, tone: Tone = 'plain'): Line {
  const used = segments.reduce((sum, segment) => sum + displayWidth(segment.text), 0)
  if (used <= width) {
    add(segments, ' '.repeat(width - used), tone)
    return segments
  }
  const text = segments.map((segment) => segment.text).join('')
  return [{ text: pad(text, width), tone: segments[0]?.tone ?? tone }]
}
