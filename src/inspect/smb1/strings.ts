/** What the bodies of SMB1 commands have in common, [MS-CIFS] 2.2.3: AndX, and Bytes with strings that only a NUL ends. */

import { SMB1_COMMAND } from '../../../dissectors/smb1/header.ts'
import { oem, utf16le } from '../../../dissectors/text.ts'
import { type Field, type FieldReader, note } from '../field/field.ts'
import { smb1CommandName } from './header.ts'

/** Reads ByteCount and, under a separate heading, the Bytes; `end` is where they end. */
export function smb1Bytes(r: FieldReader, read: (end: number) => void): void {
  const count = r.u16('ByteCount')
  const { wireLength } = r.cursor
  const end = Math.min(r.offset + count, wireLength)
  r.group('Bytes', `${count} bytes`, (group) => {
    if (r.offset + count > wireLength) note(group, 'they go beyond the message')
    read(end)
    rest(r, end)
  })
}

function rest(r: FieldReader, end: number): void {
  if (r.offset < end && r.offset < r.bytes.length) r.raw('Rest', end - r.offset)
}

/**
 * The next string, up to its NUL or to `end`; trailing strings may be left out.
 * @param align UTF-16 begins at an even offset from the SMB header
 */
export function smb1String(r: FieldReader, name: string, unicode: boolean, end: number, align = true): Field | null {
  const size = unicode ? 2 : 1
  if (unicode && align && r.offset % 2 === 1 && r.offset < end) r.raw('Pad', 1)
  const start = r.offset
  if (end - start < size) return null
  const { bytes } = r
  const last = Math.min(bytes.length, end)
  let nul = start
  while (nul + size <= last && (bytes[nul] !== 0 || (unicode && bytes[nul + 1] !== 0))) nul += size
  const found = nul + size <= last
  const length = found ? nul - start : end - start
  const text = bytes.subarray(start, start + length)
  const field = r.add(name, unicode ? utf16le(text) : oem(text), start, found ? nul + size : end)
  if (!found) note(field, last < end ? 'what was read ends in it' : 'it has no NUL')
  r.offset = start
  r.cursor.skip(found ? length + size : length, name)
  return field
}

/** Words and Bytes of a form that is not taken apart; `words` of them are still to come. */
export function plain(r: FieldReader, words: number): void {
  if (words > 0) r.raw('Words', 2 * words)
  smb1Bytes(r, () => {})
}

/** The first words of AndX commands, [MS-CIFS] 2.2.3.4. */
export function andx(r: FieldReader): void {
  r.u8('AndXCommand', (value) => (value === SMB1_COMMAND.NO_ANDX_COMMAND ? 'none' : smb1CommandName(value)))
  r.u8('AndXReserved')
  r.u16('AndXOffset')
}
