/** Where the entry of an id is, for a hundred thousand of them: eight bytes each, and no string is kept. */
import { type Facts, peek } from './facts.ts'
import { hashText } from './hash.ts'
import { runToEnd } from './steps.ts'

interface Named {
  id: string
  firstFrame: number
}

export class IdIndex<T extends Named> {
  private readonly facts: Facts<T>
  private readonly mask: number
  /** By place in the table: the hash, and the entry's index + 1. */
  private readonly hashes: Int32Array
  private readonly entries: Int32Array

  /** Empty, with room for every entry of `facts`. */
  constructor(facts: Facts<T>) {
    this.facts = facts
    let capacity = 16
    while (capacity < facts.length * 2) capacity *= 2
    this.mask = capacity - 1
    this.hashes = new Int32Array(capacity)
    this.entries = new Int32Array(capacity)
  }

  /** The index of the entry with this id; -1 where there is none. */
  find(id: string): number {
    return this.entries[this.place(id, hashText(id))]! - 1
  }

  /** False where the id is there already. `index` is an entry of the facts with this id; at most one of each index may be added. */
  add(id: string, index: number): boolean {
    const hash = hashText(id)
    const place = this.place(id, hash)
    if (this.entries[place] !== 0) return false
    this.hashes[place] = hash
    this.entries[place] = index + 1
    return true
  }

  private place(id: string, hash: number): number {
    let i = hash & this.mask
    while (this.entries[i] !== 0) {
      if (this.hashes[i] === hash && peek(this.facts, this.entries[i]! - 1, 'id') === id) return i
      i = (i + 1) & this.mask
    }
    return i
  }
}

/** Entries looked at between two rests. */
const PIECE = 128

/** Every entry of `facts` by its id; of two with one id the first. */
export function idIndex<T extends Named>(facts: Facts<T>): IdIndex<T> {
  return runToEnd(idIndexSteps(facts))
}

/** The same in small pieces, with a rest after each. */
export function* idIndexSteps<T extends Named>(facts: Facts<T>): Generator<null, IdIndex<T>> {
  const index = new IdIndex(facts)
  for (let i = 0; i < facts.length; i++) {
    index.add(peek(facts, i, 'id'), i)
    if (i % PIECE === 0) yield null
  }
  return index
}
