/**
 * SMB_COM_LOGOFF_ANDX, [MS-CIFS] 2.2.4.54: ends the session of the header's UID. Both ways two words and no bytes; an
 * error answer has no words either.
 *
 *   0 AndX (4)
 */
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { readBytes, skipAndx } from './block.ts'

export type LogoffAndx = Record<never, never>

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseLogoffAndxRequest(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<LogoffAndx> {
  return parse<LogoffAndx>(new Cursor(message, wireLength, offset), (c, out) => {
    if (c.u8('WordCount') !== 2) c.unsupported('WordCount', offset)
    skipAndx(c)
    readBytes(c, () => {})
    return out
  })
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseLogoffAndxResponse(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<LogoffAndx> {
  return parse<LogoffAndx>(new Cursor(message, wireLength, offset), (c, out) => {
    const wordCount = c.u8('WordCount')
    if (wordCount !== 0 && wordCount !== 2) c.unsupported('WordCount', offset)
    if (wordCount === 2) skipAndx(c)
    readBytes(c, () => {})
    return out
  })
}
