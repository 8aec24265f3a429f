/**
 * Rows stored in columns, since there may be hundreds of thousands of them. Text that repeats (addresses, users, names of all kinds) is stored
 * once. A row is a view of the columns, made when it is asked for.
 */
import { growColumn } from '../base/grow-column.ts'
import type { AllRows } from './row-list.ts'

/** How each field is stored. number: a double. repeated: any value, equal ones once (lists by their contents). own: any value, one for each row. */
export type StorageKinds<Row> = { readonly [Key in keyof Row]: 'number' | 'repeated' | 'own' }

const FIRST_ROOM = 256

export class RowStore<Row extends object> implements AllRows<Row> {
  length = 0
  private readonly columns: [keyof Row, Column][]
  private readonly rowAt: (index: number) => Row

  constructor(kinds: StorageKinds<Row>) {
    this.columns = (Object.keys(kinds) as (keyof Row)[]).map((key) => [key, columnOf(kinds[key])])
    this.rowAt = rowMaker<Row>(this.columns)
  }

  push(row: Row): void {
    for (const [key, column] of this.columns) column.set(this.length, row[key])
    this.length++
  }

  at(index: number): Row | undefined {
    const i = index < 0 ? index + this.length : index
    return i >= 0 && i < this.length ? this.rowAt(i) : undefined
  }

  *[Symbol.iterator](): Iterator<Row> {
    for (let i = 0; i < this.length; i++) yield this.rowAt(i)
  }
}

interface Column {
  set(index: number, value: unknown): void
  get(index: number): unknown
}

function columnOf(kind: 'number' | 'repeated' | 'own'): Column {
  return kind === 'number' ? new NumberColumn() : kind === 'repeated' ? new RepeatedColumn() : new OwnColumn()
}

/** Makes objects of one class whose prototype has a getter for each column: an object has one field, however many the row has. */
function rowMaker<Row>(columns: readonly [keyof Row, Column][]): (index: number) => Row {
  class RowView {
    readonly index: number

    constructor(index: number) {
      this.index = index
    }
  }
  for (const [key, column] of columns) {
    Object.defineProperty(RowView.prototype, key, {
      enumerable: true,
      get(this: RowView) {
        return column.get(this.index)
      },
    })
  }
  return (index) => new RowView(index) as Row
}

class NumberColumn implements Column {
  private values = new Float64Array(FIRST_ROOM)

  set(index: number, value: unknown): void {
    if (index === this.values.length) this.values = growColumn(this.values, new Float64Array(index * 2))
    this.values[index] = value as number
  }

  get(index: number): number {
    return this.values[index] ?? 0
  }
}

class RepeatedColumn implements Column {
  /** For each row, the index of its value. */
  private indexes = new Uint32Array(FIRST_ROOM)
  private readonly values: unknown[] = []
  private readonly indexOf = new Map<unknown, number>()

  set(index: number, value: unknown): void {
    if (index === this.indexes.length) this.indexes = growColumn(this.indexes, new Uint32Array(index * 2))
    const key = Array.isArray(value) ? JSON.stringify(value) : value
    let at = this.indexOf.get(key)
    if (at === undefined) {
      at = this.values.push(value) - 1
      this.indexOf.set(key, at)
    }
    this.indexes[index] = at
  }

  get(index: number): unknown {
    return this.values[this.indexes[index] ?? 0]
  }
}

class OwnColumn implements Column {
  private readonly values: unknown[] = []

  set(_: number, value: unknown): void {
    this.values.push(value)
  }

  get(index: number): unknown {
    return this.values[index]
  }
}
