/**
 * SMB2 ERROR response, [MS-SMB2] 2.2.2: the body of a response whose Status is a failure, or STATUS_PENDING. 64 bytes
 * into the message:
 *
 *   0 StructureSize = 9  2 ErrorContextCount (1)  3 Reserved  4 ByteCount (4)  8 ErrorData
 *
 * SESSION_SETUP and the TREE_CONNECT request have StructureSize 9 as well: there Status decides, not the size.
 */
import { type Cursor, type Parsed, parse } from '../cursor.ts'
import { bodyOf, expectStructureSize } from './body.ts'

const STRUCTURE_SIZE = 9

export interface ErrorResponse {
  /** How many error contexts (2.2.2.1) ErrorData holds, in dialect 3.1.1; reserved before. */
  errorContextCount: number
  /** A view. The byte that must follow where ByteCount is 0 is not part of it: some servers omit it. */
  errorData: Uint8Array
}

/** `message` starts at the SMB2 header, whose Status says that this is an ERROR response. */
export function parseErrorResponse(message: Uint8Array, wireLength: number = message.length): Parsed<ErrorResponse> {
  return parse<ErrorResponse>(bodyOf(message, wireLength), readErrorResponse)
}

/** The same, from the position of a cursor. */
export function readErrorResponse(c: Cursor): ErrorResponse {
  expectStructureSize(c, STRUCTURE_SIZE)
  const errorContextCount = c.u8('ErrorContextCount')
  c.skip(1, 'Reserved')
  const byteCount = c.u32('ByteCount')
  return { errorContextCount, errorData: c.view(byteCount, 'ErrorData') }
}

/**
 * Reads the ERROR response in place of an expected body of `structureSize`. Null, with the cursor behind StructureSize,
 * where it is that body. The size decides, because Status cannot: IOCTL responds to some errors with its own body, and
 * STATUS_PENDING, a success, comes without it.
 */
export function readErrorInsteadOf(c: Cursor, structureSize: number): ErrorResponse | null {
  const at = c.offset
  const size = c.u16('StructureSize')
  if (size === structureSize) return null
  c.offset = at
  return readErrorResponse(c)
}
