/** Rows that are no array, looked through. */
import type { AllRows } from '../view/store.ts'

export function findRow<Row>(rows: AllRows<Row>, matches: (row: Row) => boolean): Row | undefined {
  for (const row of rows) if (matches(row)) return row
  return undefined
}

export function filterRows<Row>(rows: AllRows<Row>, matches: (row: Row) => boolean): Row[] {
  const found: Row[] = []
  for (const row of rows) if (matches(row)) found.push(row)
  return found
}
