/**
 * Every PDU is read with a cursor, which knows two lengths, and three kinds of fault.
 *
 * - `wireLength` is the length that the framing declares, `bytes.length` how much of it was captured.
 * - Past the wire length a read is `malformed`; inside it but past the captured bytes it is `truncated` (the capture's snap length, or a gap:
 *   no fault of the sender); an unknown version, type or dialect is `unsupported`.
 *
 * Nothing throws out of `parse`. What was read before the fault stays in `partial`; a field that was not read is absent, never zero.
 */
import { u16be, u16le, u32be, u32le } from './bytes.ts'

export type FaultKind = 'truncated' | 'malformed' | 'unsupported'

export interface Fault {
  kind: FaultKind
  /** The field as the specification spells it. */
  field: string
  /** Bytes from the start of the message. */
  offset: number
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; fault: Fault; partial: Partial<T> }

/** Thrown and caught only in this file. Not an Error: its stack trace would cost more than the parse. */
class FaultSignal {
  readonly fault: Fault
  constructor(fault: Fault) {
    this.fault = fault
  }
}

/** Reads forward over one message. All offsets are counted from the start of `bytes`. */
export class Cursor {
  readonly bytes: Uint8Array
  readonly wireLength: number
  offset: number

  constructor(bytes: Uint8Array, wireLength: number = bytes.length, offset = 0) {
    this.bytes = bytes
    this.wireLength = wireLength
    this.offset = offset
  }

  u8(field: string): number {
    const o = this.take(1, field)
    return this.bytes[o]
  }

  u16(field: string): number {
    return u16le(this.bytes, this.take(2, field))
  }

  u32(field: string): number {
    return u32le(this.bytes, this.take(4, field))
  }

  u16be(field: string): number {
    return u16be(this.bytes, this.take(2, field))
  }

  u32be(field: string): number {
    return u32be(this.bytes, this.take(4, field))
  }

  /** A 64-bit value, for identifiers and FILETIME only. */
  u64(field: string): bigint {
    const o = this.take(8, field)
    return (BigInt(u32le(this.bytes, o + 4)) << 32n) | BigInt(u32le(this.bytes, o))
  }

  /** A view of the next `length` bytes: valid as long as the message is; to keep it, copy it. */
  view(length: number, field: string): Uint8Array {
    const o = this.take(length, field)
    return this.bytes.subarray(o, o + length)
  }

  /** A view of `length` bytes at `offset`, wherever the cursor stands: for fields that are given by an offset. */
  viewAt(offset: number, length: number, field: string): Uint8Array {
    this.check(offset, length, field)
    return this.bytes.subarray(offset, offset + length)
  }

  /** The same, but shorter where only the beginning was captured. See `raiseIfShort`. */
  capturedAt(offset: number, length: number, field: string): Uint8Array {
    this.checkWire(offset, length, field)
    return this.bytes.subarray(offset, offset + length)
  }

  /** Raises the fault of `length` bytes at `offset` of which only `captured` are there, once what was read of them is in the record. */
  raiseIfShort(captured: Uint8Array, offset: number, length: number, field: string): void {
    if (captured.length < length) this.check(offset, length, field)
  }

  skip(length: number, field: string): void {
    this.take(length, field)
  }

  /** How much is left of the framed message, captured or not. */
  remaining(): number {
    return this.wireLength - this.offset
  }

  malformed(field: string, offset: number = this.offset): never {
    throw new FaultSignal({ kind: 'malformed', field, offset })
  }

  unsupported(field: string, offset: number = this.offset): never {
    throw new FaultSignal({ kind: 'unsupported', field, offset })
  }

  private take(length: number, field: string): number {
    const o = this.offset
    this.check(o, length, field)
    this.offset = o + length
    return o
  }

  private checkWire(offset: number, length: number, field: string): void {
    if (offset < 0 || length < 0 || offset + length > this.wireLength) this.malformed(field, offset)
  }

  private check(offset: number, length: number, field: string): void {
    this.checkWire(offset, length, field)
    if (offset + length > this.bytes.length) throw new FaultSignal({ kind: 'truncated', field, offset })
  }
}

/**
 * Runs `read` over `cursor`. `read` fills `out` in wire order and returns it as the complete record; at a fault, the caller gets
 * the fault and what `out` held by then.
 */
export function parse<T>(cursor: Cursor, read: (c: Cursor, out: Partial<T>) => T): Parsed<T> {
  const out: Partial<T> = {}
  try {
    return { ok: true, value: read(cursor, out) }
  } catch (e) {
    if (e instanceof FaultSignal) return { ok: false, fault: e.fault, partial: out }
    throw e
  }
}

/** What could be read, complete or not: for callers to whom the fault was already reported. */
export function readable<T>(parsed: Parsed<T>): Partial<T> {
  return parsed.ok ? parsed.value : parsed.partial
}
