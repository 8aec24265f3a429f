/**
 * Facts that are settled, with the few columns that order and retention go by. Rows are only appended. The last of them stay as they are, and the
 * others are bytes in chunks outside of the heap: a capture of the usual size packs nothing.
 */
import { growColumn } from '../../base/grow-column.ts'
import type { Packer, Plain } from './packer.ts'

const CHUNK = 1 << 18
/** A folder has thousands of captures with a connection each, and the facts of all are kept. */
const FIRST_ROWS = 8
/** Rows that were removed and whose bytes are still there: as many as half of the others, and these. */
const SPARE_ROWS = 1024

/** Rows that stay plain, and by how much more they may be before the oldest are packed. */
const PLAIN_ROWS = 2048
const PLAIN_SHARE = 1 / 8
/** Characters of their texts, by what `weigh` says: where they hold more, fewer rows stay plain. */
const PLAIN_TEXT = 1 << 20

interface Row {
  id: string
  firstFrame: number
  captureId: string
}

/** The mark of a row that was removed. Others are the owner's to choose. */
const GONE = 0

export class PackedFacts<T extends Row> {
  private readonly packer: Packer
  /** About how many characters of text the facts hold, without the few that all of them have. */
  private readonly weigh: (facts: T) => number
  /** The last rows, from `firstPlain` on. The removed are among them. */
  private plain: T[] = []
  private firstPlain = 0
  /** Characters of those. */
  plainText = 0
  /** For tests, which want all of it packed. */
  plainRows = PLAIN_ROWS
  private chunks: Uint8Array[] = []
  /** Bytes taken of the last chunk. */
  private taken = CHUNK
  private nextSerial = 0
  /** Of every row, where it is known only after they were appended; null: each has its own. */
  captureId: string | null = null
  /** By row, how many before it have its id; null where none has. */
  private repeats: Uint32Array | null = null
  /** Rows that were ever appended, and of these the removed. */
  private count = 0
  private gone = 0
  /** Bytes of the rows that are packed and were not removed. */
  bytes = 0
  /** By row: its serial number, chunk and offset, bytes or while it is plain its text, first frame, number, mark. */
  private serials = new Float64Array(FIRST_ROWS)
  private places = new Float64Array(FIRST_ROWS)
  private lengths = new Uint32Array(FIRST_ROWS)
  private frames = new Float64Array(FIRST_ROWS)
  private numbers = new Float64Array(FIRST_ROWS)
  private marks = new Uint8Array(FIRST_ROWS)
  /** Goes up when rows get other places, and when `forget` is called. */
  generation = 0

  constructor(packer: Packer, weigh: (facts: T) => number) {
    this.packer = packer
    this.weigh = weigh
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
    if (this.count === this.marks.length) this.grow()
    const row = this.count++
    const text = this.weigh(facts)
    this.plain.push(facts)
    this.plainText += text
    this.lengths[row] = text
    this.serials[row] = this.nextSerial++
    this.frames[row] = facts.firstFrame
    this.numbers[row] = number
    this.marks[row] = mark
    if (this.plain.length > this.plainRows * (1 + PLAIN_SHARE) || this.plainText > PLAIN_TEXT) this.packOldest()
    return row
  }

  has(row: number): boolean {
    return row < this.count && this.marks[row] !== GONE
  }

  /** Is what `get` gives the row itself, so that changes stay? */
  isPlain(row: number): boolean {
    return row >= this.firstPlain
  }

  /** The facts: where they are packed a copy, made anew. */
  get(row: number): T {
    const facts = row >= this.firstPlain ? this.plain[row - this.firstPlain]! : this.unpacked(row)
    if (this.captureId !== null) facts.captureId = this.captureId
    return facts
  }

  private unpacked(row: number): T {
    const place = this.places[row]!
    const facts = this.packer.unpack(this.chunks[Math.floor(place / CHUNK)]!, place % CHUNK) as unknown as T
    if (this.repeats !== null) facts.id = repeatedId(facts.id, this.repeats[row] ?? 0)
    return facts
  }

  peek<K extends keyof T & string>(row: number, key: K): T[K] {
    if (key === 'captureId' && this.captureId !== null) return this.captureId as T[K]
    if (row >= this.firstPlain) return this.plain[row - this.firstPlain]![key]
    const place = this.places[row]!
    const value = this.packer.field(this.chunks[Math.floor(place / CHUNK)]!, place % CHUNK, key) as unknown as T[K]
    if (this.repeats !== null && key === 'id') return repeatedId(value as string, this.repeats[row] ?? 0) as T[K]
    return value
  }

  /** Its id is that of `before` other rows too: it gets a mark behind it. Once for each row, when nothing is appended any more. */
  markRepeated(row: number, before: number): void {
    if (row >= this.firstPlain) {
      const facts = this.plain[row - this.firstPlain]!
      facts.id = repeatedId(facts.id, before)
      return
    }
    this.repeats ??= new Uint32Array(this.firstPlain)
    this.repeats[row] = before
  }

  /** Names the row whatever other places rows get, for `find`. */
  serial(row: number): number {
    return this.serials[row]!
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

  /** The row with this serial number; -1 where it was removed. */
  find(serial: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.serials[middle]! < serial) low = middle + 1
      else high = middle
    }
    return this.serials[low] === serial && this.has(low) ? low : -1
  }

  remove(row: number): void {
    if (!this.has(row)) return
    this.marks[row] = GONE
    this.gone++
    if (row < this.firstPlain) this.bytes -= this.lengths[row]!
  }

  /** Removes a row for good: whoever has seen it must learn of it. */
  forget(row: number): void {
    this.remove(row)
    this.generation++
  }

  /** Gives back the bytes of removed rows where they are many. The other rows get other places then. */
  compact(): void {
    if (this.gone <= SPARE_ROWS + this.size / 2) return
    const { chunks, places, lengths, count, plain, firstPlain } = this
    this.chunks = []
    this.plain = []
    this.plainText = 0
    this.taken = CHUNK
    this.count = 0
    this.gone = 0
    this.generation++
    let copied = 0
    for (let row = 0; row < count; row++) {
      if (row === firstPlain) this.firstPlain = this.count
      if (this.marks[row] === GONE) continue
      const to = this.count++
      if (row < firstPlain) {
        const place = places[row]!
        const chunk = Math.floor(place / CHUNK)
        // Rows are in the order of their bytes, so a chunk that was passed is not needed any more.
        while (copied < chunk) chunks[copied++] = NONE
        places[to] = this.store(chunks[chunk]!.subarray(place % CHUNK, (place % CHUNK) + lengths[row]!))
      } else {
        this.plain.push(plain[row - firstPlain]!)
        this.plainText += lengths[row]!
      }
      this.lengths[to] = lengths[row]!
      this.serials[to] = this.serials[row]!
      this.frames[to] = this.frames[row]!
      this.numbers[to] = this.numbers[row]!
      this.marks[to] = this.marks[row]!
    }
    if (firstPlain === count) this.firstPlain = this.count
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

  private packOldest(): void {
    const { plain, firstPlain } = this
    let packed = 0
    while (packed < plain.length && (plain.length - packed > this.plainRows || this.plainText > PLAIN_TEXT / 2)) {
      const row = firstPlain + packed
      this.plainText -= this.lengths[row]!
      this.lengths[row] = this.marks[row] === GONE ? 0 : this.pack(row, plain[packed]!)
      packed++
    }
    this.firstPlain += packed
    plain.splice(0, packed)
  }

  private pack(row: number, facts: T): number {
    const packed = this.packer.pack(facts as unknown as Plain)
    this.places[row] = this.store(packed)
    this.bytes += packed.length
    return packed.length
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
    this.serials = growColumn(this.serials, new Float64Array(length))
    this.places = growColumn(this.places, new Float64Array(length))
    this.lengths = growColumn(this.lengths, new Uint32Array(length))
    this.frames = growColumn(this.frames, new Float64Array(length))
    this.numbers = growColumn(this.numbers, new Float64Array(length))
    this.marks = growColumn(this.marks, new Uint8Array(length))
  }
}

const NONE = new Uint8Array(0)

/** Repeats that are marked by a character each, as all of them once were; more are counted: a mark for each would make the ids as long as they are many. */
const PLAIN_MARKS = 16

function repeatedId(id: string, before: number): string {
  return before <= PLAIN_MARKS ? id + '~'.repeat(before) : `${id}~${before}`
}
