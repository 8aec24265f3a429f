/** Finds entries by id, for hundreds of thousands of them: eight bytes each, and it stores no strings. */

import { hashText } from '../base/seeded-hash.ts'
import { runToEnd } from '../base/steps.ts'
import { type Facts, type Named, peek } from './facts-list.ts'

export class IdIndex<T extends Named> {
  private readonly facts: Facts<T>
  private readonly mask: number
  /** By slot: the hash, and the entry's index + 1. */
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

  /** The index of the entry with this id, in this capture unless that is null; -1 if there is none. */
  find(id: string, captureId: string | null): number {
    return this.entries[this.place(id, captureId, hashText(id))]! - 1
  }

  /** False if an entry with this id and capture is in it already. No index may be added twice. */
  add(index: number): boolean {
    const id = peek(this.facts, index, 'id')
    const hash = hashText(id)
    const place = this.place(id, peek(this.facts, index, 'captureId'), hash)
    if (this.entries[place] !== 0) return false
    this.hashes[place] = hash
    this.entries[place] = index + 1
    return true
  }

  private place(id: string, captureId: string | null, hash: number): number {
    let i = hash & this.mask
    while (this.entries[i] !== 0) {
      if (this.hashes[i] === hash && this.isEntry(this.entries[i]! - 1, id, captureId)) return i
      i = (i + 1) & this.mask
    }
    return i
  }

  private isEntry(index: number, id: string, captureId: string | null): boolean {
    const { facts } = this
    if (peek(facts, index, 'id') !== id) return false
    return captureId === null || peek(facts, index, 'captureId') === captureId
  }
}

/** Entries processed between two rests. */
const PIECE = 128

/** Every entry of `facts` by its id; of two with the same id, the first. */
export function idIndex<T extends Named>(facts: Facts<T>): IdIndex<T> {
  return runToEnd(idIndexSteps(facts))
}

/** The same in pieces, with a rest after each. */
export function* idIndexSteps<T extends Named>(facts: Facts<T>): Generator<null, IdIndex<T>> {
  const index = new IdIndex(facts)
  for (let i = 0; i < facts.length; i++) {
    index.add(i)
    if (i % PIECE === 0) yield null
  }
  return index
}
