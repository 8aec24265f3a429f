/** Facts that are settled, as bytes in chunks outside of the heap, with the few columns that order and retention go by. Rows are only appended. */
import type { Packer, Plain } from './packed.ts'

const CHUNK = 1 << 18
const FIRST_ROWS = 1024
/** Rows that were removed and whose bytes are still there: as many as half of the others, and these. */
const SPARE_ROWS = 1024

/** The mark of a row that was removed. Others are the owner's to choose. */
const GONE = 0

export class PackedFacts<T extends { id: string; firstFrame: number }> {
  private readonly packer: Packer
  private chunks: Uint8Array[] = []
  /** Bytes taken of the last chunk. */
  private taken = CHUNK
  /** Rows that were ever appended, and of these the removed. */
  private count = 0
  private gone = 0
  /** By row: chunk and offset, bytes, first frame, number, mark. */
  private places = new Float64Array(FIRST_ROWS)
  private lengths = new Uint32Array(FIRST_ROWS)
  private frames = new Float64Array(FIRST_ROWS)
  private numbers = new Float64Array(FIRST_ROWS)
  private marks = new Uint8Array(FIRST_ROWS)
  /** Goes up when rows get other places, and when `forget` is called. */
  generation = 0

  constructor(packer: Packer) {
    this.packer = packer
  }

  /** Places for rows: those that were removed are among them. */
  get end(): number {
    return this.count
  }

  /** Rows that are there. */
  get size(): number {
    return this.count - this.gone
  }

  /** Takes a row in and returns its place. `number` is the owner's, `mark` is above 0. */
  append(facts: T, number: number, mark: number): number {
    const packed = this.packer.pack(facts as unknown as Plain)
    if (this.count === this.marks.length) this.grow()
    const row = this.count++
    this.places[row] = this.store(packed)
    this.lengths[row] = packed.length
    this.frames[row] = facts.firstFrame
    this.numbers[row] = number
    this.marks[row] = mark
    return row
  }

  has(row: number): boolean {
    return row < this.count && this.marks[row] !== GONE
  }

  /** A copy of the facts, made anew. */
  get(row: number): T {
    const place = this.places[row]!
    return this.packer.unpack(this.chunks[Math.floor(place / CHUNK)]!, place % CHUNK) as unknown as T
  }

  peek<K extends keyof T & string>(row: number, key: K): T[K] {
    const place = this.places[row]!
    return this.packer.field(this.chunks[Math.floor(place / CHUNK)]!, place % CHUNK, key) as unknown as T[K]
  }

  number(row: number): number {
    return this.numbers[row]!
  }

  firstFrame(row: number): number {
    return this.frames[row]!
  }

  mark(row: number): number {
    return this.marks[row]!
  }

  setMark(row: number, mark: number): void {
    this.marks[row] = mark
  }

  /** The row with this number, looked for at `guess` first; -1 where there is none. */
  find(number: number, guess: number): number {
    if (this.has(guess) && this.numbers[guess] === number) return guess
    for (let row = 0; row < this.count; row++) if (this.numbers[row] === number && this.has(row)) return row
    return -1
  }

  remove(row: number): void {
    if (!this.has(row)) return
    this.marks[row] = GONE
    this.gone++
  }

  /** Removes a row for good: whoever has seen it must learn of it. */
  forget(row: number): void {
    this.remove(row)
    this.generation++
  }

  /** Gives back the bytes of removed rows where they are many. The other rows get other places then. */
  compact(): void {
    if (this.gone <= SPARE_ROWS + this.size / 2) return
    const { chunks, places, lengths, count } = this
    this.chunks = []
    this.taken = CHUNK
    this.count = 0
    this.gone = 0
    this.generation++
    let copied = 0
    for (let row = 0; row < count; row++) {
      const place = places[row]!
      const chunk = Math.floor(place / CHUNK)
      // Rows are in the order of their bytes, so a chunk that was passed is not needed any more.
      while (copied < chunk) chunks[copied++] = NONE
      if (this.marks[row] === GONE) continue
      const to = this.count++
      places[to] = this.store(chunks[chunk]!.subarray(place % CHUNK, (place % CHUNK) + lengths[row]!))
      this.lengths[to] = lengths[row]!
      this.frames[to] = this.frames[row]!
      this.numbers[to] = this.numbers[row]!
      this.marks[to] = this.marks[row]!
    }
  }

  /** The rows that are there, from a place on, as they were appended. */
  rows(from = 0): Uint32Array {
    const rows = new Uint32Array(Math.min(this.size, this.count - from))
    let i = 0
    for (let row = from; row < this.count; row++) if (this.marks[row] !== GONE) rows[i++] = row
    return rows.subarray(0, i)
  }

  /** The same by first frame, then by number. */
  rowsByFrame(): Uint32Array {
    const { frames, numbers } = this
    return this.rows().sort((a, b) => frames[a]! - frames[b]! || numbers[a]! - numbers[b]!)
  }

  private store(packed: Uint8Array): number {
    const { length } = packed
    if (this.taken + length > CHUNK) {
      this.chunks.push(new Uint8Array(Math.max(CHUNK, length)))
      this.taken = 0
    }
    const chunk = this.chunks.length - 1
    const offset = this.taken
    this.chunks[chunk]!.set(packed, offset)
    this.taken = offset + length
    return chunk * CHUNK + offset
  }

  private grow(): void {
    const length = this.marks.length * 2
    this.places = larger(this.places, new Float64Array(length))
    this.lengths = larger(this.lengths, new Uint32Array(length))
    this.frames = larger(this.frames, new Float64Array(length))
    this.numbers = larger(this.numbers, new Float64Array(length))
    this.marks = larger(this.marks, new Uint8Array(length))
  }
}

const NONE = new Uint8Array(0)

function larger<A extends Float64Array | Uint32Array | Uint8Array>(from: A, to: A): A {
  to.set(from)
  return to
}
