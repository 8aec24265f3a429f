/**
 * The order in which a table shows its rows: their numbers, filtered and sorted. Values are ranked through the sorted list of the distinct ones;
 * a rank and a row number make one float, and floats are sorted natively, without a call back: a hundred thousand rows take a frame or two.
 */
import { runToEnd } from '../../base/steps.ts'
import type { Rows } from '../../rows/row-list.ts'
import { NO_RANK, type Ranks, rankingOf } from './column-ranks.ts'
import type { Column } from './columns.ts'

export interface Order<Row> {
  /** Null: as the rows come. */
  column: Column<Row> | null
  descending: boolean
  /** Absent: all of them. */
  matches?(row: Row): boolean
}

/** Rows that are looked at before a step ends. */
const STEP = 2000

/**
 * Numbers of the rows that match, sorted. Rows of equal value stay as they come, and those without a value are last, in both directions. Of a
 * column in whose order the rows come (`natural`), descending is exactly the other way round, and a row is looked at only to filter it.
 */
export function orderRows<Row>(rows: Rows<Row>, order: Order<Row>): Uint32Array {
  return runToEnd(orderSteps(rows, order))
}

/** The same in steps: what it yields is how many rows have been looked at. Rows that are added meanwhile are not seen. */
export function* orderSteps<Row>(rows: Rows<Row>, order: Order<Row>): Generator<number, Uint32Array> {
  const { column, descending } = order
  if (column === null || column.natural === true) {
    const numbers = yield* matching(rows, order)
    return column !== null && descending ? numbers.reverse() : numbers
  }
  const ranking = rankingOf(column, rows.length)
  const numbers = new Uint32Array(rows.length)
  yield* visit(rows, order, (row, number, place) => {
    numbers[place] = number
    ranking.add(row)
  })
  const ranks = ranking.ranks()
  yield rows.length
  return sortedByRank(numbers, ranks, descending)
}

function* matching<Row>(rows: Rows<Row>, order: Order<Row>): Generator<number, Uint32Array> {
  const numbers = new Uint32Array(rows.length)
  if (order.matches === undefined) return numbers.map((_, i) => i)
  const count = yield* visit(rows, order, (_, number, place) => {
    numbers[place] = number
  })
  return numbers.slice(0, count)
}

/** How many rows match; `take` is given each of them with its number and how many there were before it. */
function* visit<Row>(
  rows: Rows<Row>,
  { matches }: Order<Row>,
  take: (row: Row, number: number, place: number) => void,
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

/** The sort is stable because a key ends with the place, which is what the rows came by. */
function sortedByRank(numbers: Uint32Array, ranks: Ranks, descending: boolean): Uint32Array {
  const { of, distinct } = ranks
  const keys = new Float64Array(of.length)
  let room = 1
  while (room < of.length) room *= 2
  for (let place = 0; place < of.length; place++) {
    const rank = of[place] ?? NO_RANK
    keys[place] = (rank === NO_RANK ? distinct : descending ? distinct - 1 - rank : rank) * room + place
  }
  keys.sort()
  const sorted = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? 0
    sorted[i] = numbers[key - Math.floor(key / room) * room] ?? 0
  }
  return sorted
}
