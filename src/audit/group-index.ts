/** Finds groups by their names: open addressing, where the hash of a name is the number of its row. */
import { hashText } from '../base/seeded-hash.ts'
import type { PackedFacts } from '../ledger/packing/packed-facts.ts'
import type { FindingGroup } from './finding-group.ts'

const FIRST_SLOTS = 1024

export class GroupIndex {
  private readonly rows: PackedFacts<FindingGroup>
  /** The row + 1; 0 if a slot is free. */
  private slots = new Int32Array(FIRST_SLOTS)
  /** That of the rows when the slots were filled. */
  private generation = 0

  constructor(rows: PackedFacts<FindingGroup>) {
    this.rows = rows
  }

  /** The slot of the group of this name; a free one if there is no such group. */
  slotOf(name: string, hash: number = hashText(name)): number {
    const { slots, rows } = this
    let i = hash & (slots.length - 1)
    for (let row = slots[i]! - 1; row >= 0; row = slots[i]! - 1) {
      if (rows.number(row) === hash && rows.peek(row, 'id') === name) break
      i = (i + 1) & (slots.length - 1)
    }
    return i
  }

  /** -1 if the slot is free. */
  rowAt(slot: number): number {
    return this.slots[slot]! - 1
  }

  put(slot: number, row: number): void {
    this.slots[slot] = row + 1
  }

  /** Call this after a row was added: at most half of the slots are taken. */
  grow(): void {
    if (this.rows.size * 2 > this.slots.length) this.fill(this.slots.length * 2)
  }

  /** Call this after rows were compacted: they may have moved. */
  refresh(): void {
    if (this.generation !== this.rows.generation) this.fill(this.slots.length)
  }

  private fill(capacity: number): void {
    this.generation = this.rows.generation
    this.slots = new Int32Array(capacity)
    for (const row of this.rows.rows()) {
      let i = this.rows.number(row) & (capacity - 1)
      while (this.slots[i] !== 0) i = (i + 1) & (capacity - 1)
      this.slots[i] = row + 1
    }
  }
}
