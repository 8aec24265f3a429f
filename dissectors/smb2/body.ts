/** What the bodies of SMB2 messages have in common, [MS-SMB2] 2.2. */
import { Cursor } from '../cursor.ts'
import { SMB2_HEADER_LENGTH } from './header.ts'

/** A cursor on the body of a message that starts at its SMB2 header. */
export function bodyOf(message: Uint8Array, wireLength: number): Cursor {
  return new Cursor(message, wireLength, SMB2_HEADER_LENGTH)
}

/** StructureSize, the first two bytes of every body: anything but `size` is another structure. */
export function expectStructureSize(c: Cursor, size: number): void {
  const at = c.offset
  if (c.u16('StructureSize') !== size) c.malformed('StructureSize', at)
}

/**
 * A buffer at an offset from the start of the SMB2 header. The offset of an empty one is ignored. One that begins inside
 * the fixed fields, which end at `fixedEnd`, is read from there and named in `anomalies`.
 */
export function bufferAt(
  c: Cursor,
  offset: number,
  length: number,
  fixedEnd: number,
  field: string,
  anomalies: string[],
): Uint8Array {
  const view = capturedBuffer(c, offset, length, fixedEnd, field, anomalies)
  c.raiseIfShort(view, offset, length, field)
  return view
}

/** The same, but shorter where the capture was cut inside it: for buffers of which a part is useful. */
export function capturedBuffer(
  c: Cursor,
  offset: number,
  length: number,
  fixedEnd: number,
  field: string,
  anomalies: string[],
): Uint8Array {
  if (length === 0) return c.bytes.subarray(0, 0)
  const view = c.capturedAt(offset, length, field)
  if (offset < fixedEnd) anomalies.push('buffer-overlaps-fields')
  return view
}
