/**
 * The body of an SMB1 command, [MS-CIFS] 2.2.3.2 and 2.2.3.3. Little-endian:
 *
 *   0 WordCount (1)  1 Words (2 each)  then ByteCount (2)  Bytes
 *
 * The forms of a command differ in their WordCount. Bytes contains its strings, whose length only their NUL shows.
 */
import { u16le } from '../bytes.ts'
import { Cursor } from '../cursor.ts'
import { oem, utf16le } from '../text.ts'
import { SMB_FLAGS2_UNICODE, SMB1_OFFSET } from './header.ts'

/** AndXCommand, AndXReserved, AndXOffset: read by andx.ts. */
export function skipAndx(c: Cursor): void {
  c.skip(4, 'AndX')
}

/** SMB_FLAGS2_UNICODE of the header: the strings are UTF-16LE. */
export function isUnicode(message: Uint8Array): boolean {
  return (u16le(message, SMB1_OFFSET.flags2) & SMB_FLAGS2_UNICODE) !== 0
}

/** Reads ByteCount and then, with `read`, the Bytes: through a cursor that ends where they do. */
export function readBytes(c: Cursor, read: (bytes: Cursor) => void): void {
  const at = c.offset
  const byteCount = c.u16('ByteCount')
  if (byteCount > c.remaining()) c.malformed('ByteCount', at)
  read(new Cursor(c.bytes, c.offset + byteCount, c.offset))
}

/**
 * The next string, up to its NUL or to the end of the Bytes, because some senders do not terminate the last one. Null at the
 * end of the Bytes: trailing strings may be missing.
 *
 * @param align UTF-16 begins at an even offset from the SMB header, behind a pad byte where necessary ([MS-CIFS]
 * 2.2.1.1.1)
 */
export function readString(c: Cursor, unicode: boolean, field: string, align = true): string | null {
  if (unicode && align && c.offset % 2 === 1 && c.remaining() > 0) c.skip(1, 'Pad')
  const size = unicode ? 2 : 1
  if (c.remaining() < size) return null
  const { bytes, offset } = c
  const end = Math.min(bytes.length, c.wireLength)
  let nul = offset
  while (nul + size <= end && (bytes[nul] !== 0 || (unicode && bytes[nul + 1] !== 0))) nul += size
  const found = nul + size <= end
  const text = c.view(found ? nul - offset : c.remaining(), field)
  if (found) c.skip(size, field)
  return unicode ? utf16le(text) : oem(text)
}
