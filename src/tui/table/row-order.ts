/**
 * The order in which a table shows its rows: their indexes, filtered and sorted. Values are ranked by the sorted list of distinct values. A rank and
 * a position make one float, and floats are sorted natively, without a callback, so that a hundred thousand rows take a frame or two.
 */
import { runToEnd } from '../../base/steps.ts'
import type { Rows } from '../../rows/row-list.ts'
import { NO_RANK, type Ranks, rankingOf } from './column-ranks.ts'
import type { Column } from './columns.ts'

export interface RowOrder<Row> {
  /** Null: the order in which the rows come. */
  column: Column<Row> | null
  descending: boolean
  /** Absent: all of them. */
  matches?(row: Row): boolean
}

/** Rows that one step reads. */
const STEP = 2000

/**
 * Indexes of the rows that match, sorted. Rows with equal values stay in the order in which they come, and rows without a value are last, in both
 * directions. For a column in whose order the rows come (`natural`), descending is the exact reverse, and rows are only read to filter them.
 */
export function orderRows<Row>(rows: Rows<Row>, order: RowOrder<Row>): Uint32Array {
  return runToEnd(orderSteps(rows, order))
}

/** The same in steps, each of which yields how many rows have been read. Rows that are added in between are ignored. */
export function* orderSteps<Row>(rows: Rows<Row>, order: RowOrder<Row>): Generator<number, Uint32Array> {
  const { column, descending } = order
  if (column === null || column.natural === true) {
    const numbers = yield* matching(rows, order)
    return column !== null && descending ? numbers.reverse() : numbers
  }
  const ranking = rankingOf(column, rows.length)
  const numbers = new Uint32Array(rows.length)
  yield* visit(rows, order, (row, number, position) => {
    numbers[position] = number
    ranking.add(row)
  })
  const ranks = ranking.ranks()
  yield rows.length
  return sortedByRank(numbers, ranks, descending)
}

function* matching<Row>(rows: Rows<Row>, order: RowOrder<Row>): Generator<number, Uint32Array> {
  const numbers = new Uint32Array(rows.length)
  if (order.matches === undefined) return numbers.map((_, i) => i)
  const count = yield* visit(rows, order, (_, number, position) => {
    numbers[position] = number
  })
  return numbers.slice(0, count)
}

/** Calls `take` for each row that matches, with its index and its position among those, and returns how many there are. */
function* visit<Row>(
  rows: Rows<Row>,
  { matches }: RowOrder<Row>,
  take: (row: Row, number: number, position: number) => void,
): Generator<number, number> {
  const { length } = rows
  let count = 0
  for (let i = 0; i < length; i++) {
    if (i % STEP === 0 && i > 0) yield i
    const row = rows.at(i)
    if (row === undefined || matches?.(row) === false) continue
    take(row, i, count++)
  }
  return count
}

/** The sort is stable, because a key ends with the position of the row. */
function sortedByRank(numbers: Uint32Array, ranks: Ranks, descending: boolean): Uint32Array {
  const { of, distinct } = ranks
  const keys = new Float64Array(of.length)
  let room = 1
  while (room < of.length) room *= 2
  for (let position = 0; position < of.length; position++) {
    const rank = of[position] ?? NO_RANK
    keys[position] = (rank === NO_RANK ? distinct : descending ? distinct - 1 - rank : rank) * room + position
  }
  keys.sort()
  const sorted = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    sorted[i] = numbers[key - Math.floor(key / room) * room] ?? 0
  }
  return sorted
}
