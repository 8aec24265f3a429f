/**
 * SMB_COM_TREE_CONNECT of the core protocol, [MS-CIFS] 2.2.4.50. Everything is OEM text, each behind its BufferFormat.
 *
 * Request, no words:
 *     Bytes: 04 Path NUL, 04 Password NUL, 04 Service NUL
 *
 * Response, 2 words:
 *   0 MaxBufferSize (2)  2 TID (2)
 */
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { readBytes, readString } from './block.ts'

const BUFFER_FORMAT_ASCII = 0x04
/** A server that asks for encrypted passwords gets a response instead: any bytes, including NUL. */
const RESPONSE_LENGTH = 24

export interface TreeConnectRequest {
  /** "\\\\server\\share", as sent. */
  path: string
  passwordLength: number
  /** The share's password, without its NUL; empty where there is none. A view, and secret. */
  password: Uint8Array
  /** "A:" disk, "LPT1:" printer, "IPC" named pipe, "COMM", "?????" any. */
  service: string
}

/** Null in an error response, which has no words. */
export interface TreeConnectResponse {
  maxBufferSize: number | null
  tid: number | null
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseTreeConnectRequest(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<TreeConnectRequest> {
  return parse<TreeConnectRequest>(new Cursor(message, wireLength, offset), (c, out) => {
    if (c.u8('WordCount') !== 0) c.unsupported('WordCount', offset)
    readBytes(c, (bytes) => {
      out.path = text(bytes, 'Path')
      format(bytes)
      const password = readPassword(bytes)
      out.passwordLength = password.length
      out.password = password
      out.service = text(bytes, 'Service')
    })
    return out as TreeConnectRequest
  })
}

function text(bytes: Cursor, field: string): string {
  format(bytes)
  return readString(bytes, false, field) ?? bytes.malformed(field)
}

function format(bytes: Cursor): void {
  const at = bytes.offset
  if (bytes.u8('BufferFormat') !== BUFFER_FORMAT_ASCII) bytes.malformed('BufferFormat', at)
}

/** Up to the NUL that the next BufferFormat follows; a response of 24 bytes may contain other NULs, and may lack the final one. */
function readPassword(c: Cursor): Uint8Array {
  const { bytes, offset, wireLength } = c
  const end = Math.min(bytes.length, wireLength)
  let nul = offset
  while (nul < end && bytes[nul] !== 0) nul++
  // The byte behind the NUL decides, so it must have been captured.
  if (nul + 1 >= end) c.viewAt(offset, nul + 2 - offset, 'Password')
  if (bytes[nul + 1] === BUFFER_FORMAT_ASCII) {
    c.offset = nul + 1
    return bytes.subarray(offset, nul)
  }
  c.viewAt(offset, RESPONSE_LENGTH + 2, 'Password')
  c.skip(RESPONSE_LENGTH, 'Password')
  if (bytes[c.offset] === 0) c.skip(1, 'Password')
  if (bytes[c.offset] !== BUFFER_FORMAT_ASCII) c.malformed('Password', offset)
  return bytes.subarray(offset, offset + RESPONSE_LENGTH)
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseTreeConnectResponse(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<TreeConnectResponse> {
  return parse<TreeConnectResponse>(new Cursor(message, wireLength, offset), (c, out) => {
    const wordCount = c.u8('WordCount')
    if (wordCount !== 0 && wordCount !== 2) c.unsupported('WordCount', offset)
    out.maxBufferSize = wordCount === 0 ? null : c.u16('MaxBufferSize')
    out.tid = wordCount === 0 ? null : c.u16('TID')
    readBytes(c, () => {})
    return out as TreeConnectResponse
  })
}
