/** Lists of rows that need not be arrays: they make each row when it is asked for. */

/** Rows by index. */
export interface Rows<Row> {
  readonly length: number
  at(index: number): Row | undefined
}

/** Rows that can be iterated as well. */
export interface AllRows<Row> extends Rows<Row>, Iterable<Row> {}

export function filterRows<Row>(rows: AllRows<Row>, matches: (row: Row) => boolean): Row[] {
  const found: Row[] = []
  for (const row of rows) if (matches(row)) found.push(row)
  return found
}

/** The index of the row with this id, or -1. */
export function indexOfId(rows: AllRows<{ id: string }>, id: string): number {
  let index = 0
  for (const row of rows) {
    if (row.id === id) return index
    index++
  }
  return -1
}
