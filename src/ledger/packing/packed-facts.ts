/**
 * Facts that are settled, with the few columns that order and retention go by. Rows are only appended. The newest stay plain objects. The others are
 * bytes in chunks outside the heap. A capture of the usual size packs nothing.
 */
import { growColumn } from '../../base/grow-column.ts'
import type { Packer, Plain } from './packer.ts'

const CHUNK = 1 << 18
/** Few: a folder may hold thousands of captures with one connection each, and the facts of all stay in memory. */
const FIRST_ROWS = 8
/** The bytes of removed rows are freed when there are more such rows than half of the others plus this number. */
const SPARE_ROWS = 1024

/** How many rows stay plain, and by which share more there may be before the oldest are packed. */
const PLAIN_ROWS = 2048
const PLAIN_SHARE = 1 / 8
/** Characters of the plain rows' texts, as `textSize` counts them: if they hold more, fewer rows stay plain. */
const PLAIN_TEXT = 1 << 20

interface Row {
  id: string
  firstFrame: number
  captureId: string
}

/** The tag of a removed row. The owner chooses all others. */
const GONE = 0

export class PackedFacts<T extends Row> {
  private readonly packer: Packer
  /** See Table. */
  private readonly textSize: (facts: T) => number
  /** The newest rows, from `firstPlain` on, removed ones included. */
  private plain: T[] = []
  private firstPlain = 0
  /** Characters of their texts. */
  plainText = 0
  /** Smaller in tests that need packed rows. */
  plainRows = PLAIN_ROWS
  private chunks: Uint8Array[] = []
  /** Bytes used of the last chunk. */
  private taken = CHUNK
  private nextSerial = 0
  /** The captureId of every row, if it becomes known only after they were appended; null if each row has its own. */
  captureId: string | null = null
  /** By row, how many rows before it have the same id; null if ids are unique. */
  private repeats: Uint32Array | null = null
  /** Rows that were ever appended, and how many of these were removed. */
  private count = 0
  private gone = 0
  /** Bytes of packed rows that were not removed. */
  bytes = 0
  /** By row: serial number; chunk and offset; bytes, or characters while it is plain; first frame; number; tag. */
  private serials = new Float64Array(FIRST_ROWS)
  private places = new Float64Array(FIRST_ROWS)
  private lengths = new Uint32Array(FIRST_ROWS)
  private frames = new Float64Array(FIRST_ROWS)
  private numbers = new Float64Array(FIRST_ROWS)
  private tags = new Uint8Array(FIRST_ROWS)
  /** Increases when rows move, and when `forget` is called. */
  generation = 0

  constructor(packer: Packer, textSize: (facts: T) => number) {
    this.packer = packer
    this.textSize = textSize
  }

  /** The index after the last row; removed rows count. */
  get end(): number {
    return this.count
  }

  /** Rows that were not removed. */
  get size(): number {
    return this.count - this.gone
  }

  /** Appends a row and returns its index. `number` is the owner's; `tag` is above 0. */
  append(facts: T, number: number, tag: number): number {
    if (this.count === this.tags.length) this.grow()
    const row = this.count++
    const text = this.textSize(facts)
    this.plain.push(facts)
    this.plainText += text
    this.lengths[row] = text
    this.serials[row] = this.nextSerial++
    this.frames[row] = facts.firstFrame
    this.numbers[row] = number
    this.tags[row] = tag
    if (this.plain.length > this.plainRows * (1 + PLAIN_SHARE) || this.plainText > PLAIN_TEXT) this.packOldest()
    return row
  }

  has(row: number): boolean {
    return row < this.count && this.tags[row] !== GONE
  }

  /** Does `get` return the row itself, so that changes to it stay? */
  isPlain(row: number): boolean {
    return row >= this.firstPlain
  }

  /** The facts: a new copy if they are packed. */
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

  /** Marks the id of a row that `before` other rows have too. Called once for such a row, after all rows were appended. */
  markRepeated(row: number, before: number): void {
    if (row >= this.firstPlain) {
      const facts = this.plain[row - this.firstPlain]!
      facts.id = repeatedId(facts.id, before)
      return
    }
    this.repeats ??= new Uint32Array(this.firstPlain)
    this.repeats[row] = before
  }

  /** Identifies the row for `find`, even after rows have moved. */
  serial(row: number): number {
    return this.serials[row]!
  }

  number(row: number): number {
    return this.numbers[row]!
  }

  firstFrame(row: number): number {
    return this.frames[row]!
  }

  tag(row: number): number {
    return this.tags[row]!
  }

  setTag(row: number, tag: number): void {
    this.tags[row] = tag
  }

  /** The row with this serial number; -1 if it was removed. */
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
    this.tags[row] = GONE
    this.gone++
    if (row < this.firstPlain) this.bytes -= this.lengths[row]!
  }

  /** Removes a row that readers may have seen: partial ledgers start again. */
  forget(row: number): void {
    this.remove(row)
    this.generation++
  }

  /** Frees the bytes of removed rows if there are many. The other rows move then. */
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
      if (this.tags[row] === GONE) continue
      const to = this.count++
      if (row < firstPlain) {
        const place = places[row]!
        const chunk = Math.floor(place / CHUNK)
        // Rows are in the order of their bytes, so earlier chunks are no longer needed.
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
      this.tags[to] = this.tags[row]!
    }
    if (firstPlain === count) this.firstPlain = this.count
  }

  /** The rows that were not removed, from an index on, in the order in which they were appended. */
  rows(from = 0): Uint32Array {
    const rows = new Uint32Array(Math.min(this.size, this.count - from))
    let i = 0
    for (let row = from; row < this.count; row++) if (this.tags[row] !== GONE) rows[i++] = row
    return rows.subarray(0, i)
  }

  /** The same, ordered by first frame, then by number. */
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
      this.lengths[row] = this.tags[row] === GONE ? 0 : this.pack(row, plain[packed]!)
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
    const length = this.tags.length * 2
    this.serials = growColumn(this.serials, new Float64Array(length))
    this.places = growColumn(this.places, new Float64Array(length))
    this.lengths = growColumn(this.lengths, new Uint32Array(length))
    this.frames = growColumn(this.frames, new Float64Array(length))
    this.numbers = growColumn(this.numbers, new Float64Array(length))
    this.tags = growColumn(this.tags, new Uint8Array(length))
  }
}

const NONE = new Uint8Array(0)

/** Up to this many repeats are marked by a character each. More are counted: otherwise the ids would grow with their number. */
const PLAIN_MARKS = 16

function repeatedId(id: string, before: number): string {
  return before <= PLAIN_MARKS ? id + '~'.repeat(before) : `${id}~${before}`
}
