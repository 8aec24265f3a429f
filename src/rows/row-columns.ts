/**
 * Rows in columns, since there may be hundreds of thousands: numbers as they are, text that repeats (addresses, users, names of all kinds) once.
 * A row is a look at the columns, made when it is asked for.
 */
import { growColumn } from '../base/grow-column.ts'
import type { AllRows } from './row-list.ts'

/** number: a double. repeated: any value, each kept once; lists by their contents. own: any value, as it is. */
export type Kinds<Row> = { readonly [Key in keyof Row]: 'number' | 'repeated' | 'own' }

const FIRST_ROOM = 256

export class RowStore<Row extends object> implements AllRows<Row> {
  length = 0
  private readonly columns: [keyof Row, Column][]
  private readonly rowAt: (index: number) => Row

  constructor(kinds: Kinds<Row>) {
    this.columns = (Object.keys(kinds) as (keyof Row)[]).map((key) => [key, columnOf(kinds[key])])
    this.rowAt = rowMaker<Row>(this.columns)
  }

  push(row: Row): void {
    for (const [key, column] of this.columns) column.set(this.length, row[key])
    this.length++
  }

  at(index: number): Row | undefined {
    const place = index < 0 ? index + this.length : index
    return place >= 0 && place < this.length ? this.rowAt(place) : undefined
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

/** Objects of one class, with a getter for each column on its prototype: making one costs two fields, whatever a row has. */
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
  private places = new Uint32Array(FIRST_ROOM)
  private readonly values: unknown[] = []
  private readonly placeOf = new Map<unknown, number>()

  set(index: number, value: unknown): void {
    if (index === this.places.length) this.places = growColumn(this.places, new Uint32Array(index * 2))
    const key = Array.isArray(value) ? JSON.stringify(value) : value
    let place = this.placeOf.get(key)
    if (place === undefined) {
      place = this.values.push(value) - 1
      this.placeOf.set(key, place)
    }
    this.places[index] = place
  }

  get(index: number): unknown {
    return this.values[this.places[index] ?? 0]
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
