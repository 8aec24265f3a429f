/** Lists of facts as the ledger gives them: they may be packed, and are then made anew each time they are asked for. */
import type { PackedFacts } from './packing/packed-facts.ts'

/** For reading. Arrays are one form of it. */
export interface Facts<T> extends Iterable<T> {
  readonly length: number
  at(index: number): T | undefined
}

/** What every entry has. An id is one of its capture's alone. */
export interface Named {
  id: string
  firstFrame: number
  captureId: string
}

/** Where the rows of a view are. */
export type Rows<T> = PackedFacts<T & Named> | readonly T[]

/** Rows of one or several lists, in an order of their own. Nothing is copied, and nothing that was read is kept. */
export class FactsView<T extends Named> implements Facts<T> {
  /** In which of `lists` each row is; null where there is but one. */
  readonly listOf: Uint32Array | null
  readonly lists: readonly Rows<T>[]
  readonly rows: Uint32Array

  constructor(lists: readonly Rows<T>[], rows: Uint32Array, listOf: Uint32Array | null = null) {
    this.lists = lists
    this.rows = rows
    this.listOf = listOf
  }

  get length(): number {
    return this.rows.length
  }

  at(index: number): T | undefined {
    const i = index < 0 ? index + this.rows.length : index
    return i >= 0 && i < this.rows.length ? this.read(i) : undefined
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.rows.length; i++) yield this.read(i)
  }

  /** One field, without the rest. */
  peek<K extends keyof T & string>(index: number, key: K): T[K] {
    const list = this.list(index)
    const row = this.rows[index]!
    return isArray(list) ? list[row]![key] : list.peek(row, key)
  }

  /** Some of its places, in this order. */
  select(places: Uint32Array): FactsView<T> {
    const { listOf, rows } = this
    return new FactsView(
      this.lists,
      places.map((place) => rows[place]!),
      listOf && places.map((place) => listOf[place]!),
    )
  }

  toJSON(): T[] {
    return [...this]
  }

  private read(index: number): T {
    const list = this.list(index)
    const row = this.rows[index]!
    return isArray(list) ? list[row]! : list.get(row)
  }

  private list(index: number): Rows<T> {
    return this.lists[this.listOf === null ? 0 : this.listOf[index]!]!
  }
}

function isArray<T>(list: Rows<T>): list is readonly T[] {
  return Array.isArray(list)
}

/** One field of an entry, which is read as a whole only where it is not packed. */
export function peek<T extends Named, K extends keyof T & string>(facts: Facts<T>, index: number, key: K): T[K] {
  return facts instanceof FactsView ? (facts as FactsView<T>).peek(index, key) : facts.at(index)![key]
}
