/** A message field by field: the names of the specifications, values as text, and the bytes of each field. */
import { hex } from '../../../dissectors/bytes.ts'
import { Cursor, type Fault, parse } from '../../../dissectors/cursor.ts'

/** Byte range: `start` is its first byte, `end` is past its last. */
export interface ByteRange {
  start: number
  end: number
}

export interface Field extends ByteRange {
  /** As the specification spells it. */
  name: string
  /** As text. Text from the wire is unchanged: escape it where it is shown (src/base/safe-text.ts). */
  value: string
  /** Each lies within its parent. */
  children: Field[]
  /** What is wrong with it: cut, beyond its message, unknown. */
  note?: string
}

/** Fields of one description. What Windows sends has some two hundred. */
const MAX_FIELDS = 2048
/** Characters of a value. The bytes are all in the hex view. */
const MAX_TEXT = 256
const MAX_BYTES = 32

export interface Budget {
  left: number
}

/** Reads forward over bytes and keeps a field of each thing that it reads. Faults are raised as by Cursor, and end the group that they are met in. */
export class FieldReader {
  readonly cursor: Cursor
  readonly bytes: Uint8Array
  /** The fields that are read are added here. */
  fields: Field[] = []
  private readonly base: number
  private readonly budget: Budget

  /**
   * @param wireLength how long the structure says it is: `bytes` may be fewer
   * @param base where `bytes` begin in what the ranges of the fields count in
   */
  constructor(bytes: Uint8Array, wireLength = bytes.length, base = 0, budget: Budget = { left: MAX_FIELDS }) {
    this.cursor = new Cursor(bytes, wireLength)
    this.bytes = bytes
    this.base = base
    this.budget = budget
  }

  get offset(): number {
    return this.cursor.offset
  }

  set offset(offset: number) {
    this.cursor.offset = offset
  }

  /** A field of the bytes [start, end), of which some may not be there. */
  add(name: string, value: string, start: number, end: number): Field {
    if (this.budget.left <= 0) this.cursor.unsupported('fields')
    this.budget.left--
    const last = this.bytes.length
    const field = {
      name,
      value: value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value,
      start: this.base + Math.min(start, last),
      end: this.base + Math.min(Math.max(start, end), last),
      children: [],
    }
    this.fields.push(field)
    return field
  }

  u8(name: string, show: (value: number) => string = String): number {
    const start = this.offset
    const value = this.cursor.u8(name)
    this.add(name, show(value), start, start + 1)
    return value
  }

  u16(name: string, show: (value: number) => string = String): number {
    const start = this.offset
    const value = this.cursor.u16(name)
    this.add(name, show(value), start, start + 2)
    return value
  }

  u32(name: string, show: (value: number) => string = String): number {
    const start = this.offset
    const value = this.cursor.u32(name)
    this.add(name, show(value), start, start + 4)
    return value
  }

  u16be(name: string, show: (value: number) => string = String): number {
    const start = this.offset
    const value = this.cursor.u16be(name)
    this.add(name, show(value), start, start + 2)
    return value
  }

  u32be(name: string, show: (value: number) => string = String): number {
    const start = this.offset
    const value = this.cursor.u32be(name)
    this.add(name, show(value), start, start + 4)
    return value
  }

  u64(name: string, show: (value: bigint) => string = hexId): bigint {
    const start = this.offset
    const value = this.cursor.u64(name)
    this.add(name, show(value), start, start + 8)
    return value
  }

  /** The next `length` bytes, and a field even if only a part of them is there. */
  raw(name: string, length: number, show: (bytes: Uint8Array) => string = hexBytes): Field {
    const field = this.rawAt(name, this.offset, length, show)
    this.cursor.skip(length, name)
    return field
  }

  /** The same of `length` bytes at `start`, wherever the reader stands. Raises no fault of bytes that are not there: that is in a note. */
  rawAt(name: string, start: number, length: number, show: (bytes: Uint8Array) => string = hexBytes): Field {
    const captured = this.cursor.capturedAt(start, length, name)
    const field = this.add(name, show(captured), start, start + length)
    if (captured.length < length) note(field, `${captured.length} of ${length} bytes were read`)
    return field
  }

  /** Fields of one kind under a heading, from where the reader stands to where `read` leaves it. A fault is the heading's note. */
  group(name: string, value: string, read: (group: Field) => void): Field {
    const field = this.add(name, value, this.offset, this.offset)
    const outer = this.fields
    this.fields = field.children
    const parsed = parse<object>(this.cursor, () => {
      read(field)
      return {}
    })
    this.fields = outer
    field.end = Math.max(field.end, this.base + Math.min(this.offset, this.bytes.length))
    if (!parsed.ok) note(field, faultText(parsed.fault))
    widen(field)
    return field
  }

  /** Reads the bytes of `field`, `length` of them on the wire from `start`, as a structure that counts from its own first byte. */
  within(field: Field, start: number, length: number, read: (inner: FieldReader) => void): void {
    const bytes = this.bytes.subarray(start, start + length)
    const inner = new FieldReader(bytes, length, this.base + Math.min(start, this.bytes.length), this.budget)
    inner.fields = field.children
    const parsed = parse<object>(inner.cursor, () => {
      read(inner)
      return {}
    })
    if (!parsed.ok) note(field, faultText(parsed.fault))
    widen(field)
  }

  /**
   * A buffer at an offset that the message gives. An empty buffer has no field. A buffer that leaves the message becomes a note in `group`, and the
   * fields after it can still be read.
   */
  buffer(group: Field, name: string, start: number, length: number, read: BufferReader | null = null): void {
    if (length === 0) return
    if (start + length > this.cursor.wireLength) {
      note(group, `${name} (${length} bytes at ${start}) goes beyond the message`)
      return
    }
    const field = this.rawAt(name, start, length, read?.show ?? hexBytes)
    const inside = read?.inside
    if (inside !== undefined) this.within(field, start, length, inside)
  }
}

export interface BufferReader {
  show?: (bytes: Uint8Array) => string
  inside?: (inner: FieldReader) => void
}

/** Adds a note to a field. */
export function note(field: Field, text: string): void {
  field.note = field.note === undefined ? text : `${field.note}; ${text}`
}

/** A heading covers everything under it: buffers may stand before the fields that name them. */
function widen(field: Field): void {
  for (const { start, end } of field.children) {
    if (start < field.start) field.start = start
    if (end > field.end) field.end = end
  }
}

function faultText({ kind, field }: Fault): string {
  if (field === 'fields') return 'there are more fields than are shown'
  switch (kind) {
    case 'truncated':
      return `what was read ends in ${field}`
    case 'malformed':
      return `${field} does not fit: the rest is not decoded`
    case 'unsupported':
      return `${field} is of no known kind: the rest is not decoded`
  }
}

function hexId(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`
}

/** The first bytes in hexadecimal, and how many there are. */
export function hexBytes(bytes: Uint8Array): string {
  if (bytes.length <= MAX_BYTES) return hex(bytes)
  return `${hex(bytes, 0, MAX_BYTES)}… (${bytes.length} bytes)`
}

/** All fields below and among `fields`, parents first. */
export function* allFields(fields: readonly Field[]): Generator<Field, void> {
  for (const field of fields) {
    yield field
    yield* allFields(field.children)
  }
}
