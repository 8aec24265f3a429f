/** Lists of facts, as a ledger has them. Packed facts become new objects at each reading. */
import type { PackedFacts } from './packing/packed-facts.ts'

/** A read-only list. Arrays are one form of it. */
export interface Facts<T> extends Iterable<T> {
  readonly length: number
  at(index: number): T | undefined
}

/** What every entry has. Ids are unique within a capture. */
export interface Named {
  id: string
  firstFrame: number
  captureId: string
}

/** Where a view's rows are stored. */
export type FactRows<T> = PackedFacts<T & Named> | readonly T[]

/** Rows of one or several lists, in its own order. It copies no rows, and keeps none that it has read. */
export class FactsView<T extends Named> implements Facts<T> {
  /** In which of `lists` each row is; null if there is only one. */
  readonly listOf: Uint32Array | null
  readonly lists: readonly FactRows<T>[]
  readonly rows: Uint32Array

  constructor(lists: readonly FactRows<T>[], rows: Uint32Array, listOf: Uint32Array | null = null) {
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

  /** One field, without reading the rest. */
  peek<K extends keyof T & string>(index: number, key: K): T[K] {
    const list = this.list(index)
    const row = this.rows[index]!
    return isArray(list) ? list[row]![key] : list.peek(row, key)
  }

  /** The entries at these indexes, in this order. */
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

  private list(index: number): FactRows<T> {
    return this.lists[this.listOf === null ? 0 : this.listOf[index]!]!
  }
}

function isArray<T>(list: FactRows<T>): list is readonly T[] {
  return Array.isArray(list)
}

/** One field of an entry, without unpacking the rest. */
export function peek<T extends Named, K extends keyof T & string>(facts: Facts<T>, index: number, key: K): T[K] {
  return facts instanceof FactsView ? (facts as FactsView<T>).peek(index, key) : facts.at(index)![key]
}
