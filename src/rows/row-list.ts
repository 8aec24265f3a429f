/** Lists of rows that need not be arrays: they make each row when it is asked for. */

/** Rows by number. */
export interface Rows<Row> {
  readonly length: number
  at(index: number): Row | undefined
}

/** Rows that can be gone through as well. */
export interface AllRows<Row> extends Rows<Row>, Iterable<Row> {}

export function findRow<Row>(rows: AllRows<Row>, matches: (row: Row) => boolean): Row | undefined {
  for (const row of rows) if (matches(row)) return row
  return undefined
}

export function filterRows<Row>(rows: AllRows<Row>, matches: (row: Row) => boolean): Row[] {
  const found: Row[] = []
  for (const row of rows) if (matches(row)) found.push(row)
  return found
}

/** The place of the row with this id; past the end where there is none. */
export function placeOf(rows: AllRows<{ id: string }>, id: string): number {
  let place = 0
  for (const row of rows) {
    if (row.id === id) break
    place++
  }
  return place
}
