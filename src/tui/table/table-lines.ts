/** A table as lines: the header and the rows that are on the screen. No other row is looked at. */
import { displayWidth, escapeText, pad, truncate } from '../../base/safe-text.ts'
import type { Rows } from '../../rows/row-list.ts'
import type { Line, Segment, Tone } from '../text/line.ts'
import { GAP, GUTTER, type PlacedColumn } from './columns.ts'

export interface TableView<Row> {
  rows: Rows<Row>
  /** Numbers of rows in the order that is shown (order.ts); null: all of them as they come. */
  order: Uint32Array | null
  /** As layoutColumns placed them for the same width. */
  columns: readonly PlacedColumn<Row>[]
  /** The column that `order` was made by. */
  sorted: { key: string; descending: boolean } | null
  /** Place in `order` of the first row on the screen. */
  top: number
  /** Place in `order` of the cursor. */
  cursor: number
  /** Lines for rows, without the header. */
  height: number
  /** Cells of every line. */
  width: number
}

/** The header, then one line a row: fewer than `height` where the rows end. */
export function tableLines<Row>(view: TableView<Row>): Line[] {
  const lines: Line[] = [headerLine(view)]
  const end = Math.min(view.top + view.height, view.order?.length ?? view.rows.length)
  for (let place = Math.max(0, view.top); place < end; place++) {
    const row = view.rows.at(view.order === null ? place : (view.order[place] ?? 0))
    lines.push(row === undefined ? filled([], view.width) : rowLine(view, row, place === view.cursor))
  }
  return lines
}

function headerLine<Row>({ columns, sorted, width }: TableView<Row>): Line {
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

function rowLine<Row>({ columns, width }: TableView<Row>, row: Row, isCursor: boolean): Line {
  const segments: Segment[] = []
  add(segments, pad(isCursor ? '>' : '', GUTTER), isCursor ? 'selected' : 'plain')
  columns.forEach(({ column, width: cells }, i) => {
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

/** Neighbours of one tone are one segment: the fewer there are, the faster a screen is drawn. */
function add(segments: Segment[], text: string, tone: Tone): void {
  const last = segments.at(-1)
  if (last?.tone === tone) last.text += text
  else if (text !== '') segments.push({ text, tone })
}

/** In exactly `width` cells: a screen may be narrower than the gutter. */
function filled(segments: Segment[], width: number, tone: Tone = 'plain'): Line {
  const used = segments.reduce((sum, segment) => sum + displayWidth(segment.text), 0)
  if (used <= width) {
    add(segments, ' '.repeat(width - used), tone)
    return segments
  }
  const text = segments.map((segment) => segment.text).join('')
  return [{ text: pad(text, width), tone: segments[0]?.tone ?? tone }]
}
