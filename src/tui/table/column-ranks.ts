/** The values of a column as ranks: numbers in the order of the values, which are fast to sort by. */

import { NOTHING } from './cells.ts'
import type { Column } from './columns.ts'

export const NO_RANK = -1

export interface Ranks {
  /** One for each row, in the order in which rows were added. Equal values have equal ranks; a row without a value has NO_RANK. */
  of: Int32Array
  /** How many different ranks there are. */
  distinct: number
}

export interface Ranking<Row> {
  add(row: Row): void
  ranks(): Ranks
}

/** For at most `room` rows. */
export function rankingOf<Row>(column: Column<Row>, room: number): Ranking<Row> {
  if (column.sort === 'number') return numberRanking((row) => column.sortValue(row), room)
  if (column.sort === 'address') return textRanking((row) => column.sortValue(row), addressKey, room)
  return textRanking((row) => (column.sortValue ? column.sortValue(row) : shownText(column, row)), fold, room)
}

function shownText<Row>(column: Column<Row>, row: Row): string | null {
  const text = column.text(row)
  return text === NOTHING ? null : text
}

function numberRanking<Row>(read: (row: Row) => number | null, room: number): Ranking<Row> {
  const values = new Float64Array(room)
  let count = 0
  return {
    add(row) {
      values[count++] = read(row) ?? Number.NaN
    },
    ranks() {
      // NaN is sorted last. -0 becomes 0, which it would be sorted before.
      const sorted = values.slice(0, count).map((value) => value + 0)
      sorted.sort()
      let distinct = 0
      for (let i = 0; i < count; i++) {
        const value = sorted[i] ?? Number.NaN
        if (Number.isNaN(value)) break
        if (distinct === 0 || value !== sorted[distinct - 1]) sorted[distinct++] = value
      }
      const of = new Int32Array(count)
      for (let i = 0; i < count; i++) of[i] = indexIn(sorted, distinct, values[i] ?? Number.NaN)
      return { of, distinct }
    },
  }
}

/** The index of `value` among the first `count` of `sorted`; NO_RANK for NaN. Any other value is among them. */
function indexIn(sorted: Float64Array, count: number, value: number): number {
  if (Number.isNaN(value)) return NO_RANK
  let low = 0
  let high = count - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Sorted by the keys of the values, in the order of UTF-16 code units. The key of each distinct value is made once. */
function textRanking<Row>(
  read: (row: Row) => string | null,
  keyOf: (value: string) => string,
  room: number,
): Ranking<Row> {
  const ids = new Map<string, number>()
  const of = new Int32Array(room)
  let count = 0
  return {
    add(row) {
      const value = read(row)
      if (value === null) {
        of[count++] = NO_RANK
        return
      }
      let id = ids.get(value)
      if (id === undefined) {
        id = ids.size
        ids.set(value, id)
      }
      of[count++] = id
    },
    ranks() {
      const keys = Array.from(ids.keys(), keyOf)
      const sorted = [...new Set(keys)].sort()
      const rankOf = new Map(sorted.map((key, rank) => [key, rank]))
      const ranks = Int32Array.from(keys, (key) => rankOf.get(key) ?? NO_RANK)
      for (let i = 0; i < count; i++) {
        const id = of[i] ?? NO_RANK
        of[i] = id === NO_RANK ? NO_RANK : (ranks[id] ?? NO_RANK)
      }
      return { of: of.subarray(0, count), distinct: sorted.length }
    },
  }
}

/** Windows ignores the case of names. */
function fold(text: string): string {
  return text.toLowerCase()
}

/** A key that sorts addresses by their numbers, IPv4 before IPv6, and other text after both. */
export function addressKey(ip: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return `4${octets(ip)}`
  if (!ip.includes(':')) return `9${ip}`
  const [head = '', tail] = ip.split('::', 2)
  const front = groups(head)
  const back = groups(tail ?? '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  return `6${[...front, ...Array<string>(zeros).fill('0000'), ...back].join('')}`
}

function octets(ip: string): string {
  let address = 0
  for (const octet of ip.split('.')) address = address * 256 + Number(octet)
  return address.toString(16).padStart(8, '0')
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0'))
}
