/**
 * SMB_COM_TREE_CONNECT_ANDX, [MS-CIFS] 2.2.4.55 and [MS-SMB] 2.2.4.7.
 *
 * Request, 4 words:
 *   0 AndX (4)  4 Flags (2)  6 PasswordLength (2)
 *     Bytes: Password, Path, Service (always OEM)
 *
 * Response: 2 words before NT LM 0.12, 3 with it, 7 where the request asked for the extended response:
 *   0 AndX (4)  4 OptionalSupport (2)  6 MaximalShareAccessRights (4)  10 GuestMaximalShareAccessRights (4)
 *     Bytes: Service (always OEM), NativeFileSystem
 */
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { isUnicode, readBytes, readString, skipAndx } from './block.ts'

export interface TreeConnectAndxRequest {
  /** 0x1 disconnect the header's TID first, 0x4 extended signatures, 0x8 extended response. */
  flags: number
  passwordLength: number
  /** The share's password, where the server has share-level security; otherwise a NUL or nothing. A view, and secret. */
  password: Uint8Array
  /** "\\server\share", as sent; null where it is missing. */
  path: string | null
  /** "A:" disk, "LPT1:" printer, "IPC" named pipe, "COMM", "?????" any. */
  service: string | null
}

/** Fields that a form of the response does not have are null; all of them in an error response, which has no words. */
export interface TreeConnectAndxResponse {
  /** 0x1 search bits, 0x2 in DFS, 0xC client-side caching. */
  optionalSupport: number | null
  maximalShareAccessRights: number | null
  guestMaximalShareAccessRights: number | null
  /** As in the request, but here what the share really is. */
  service: string | null
  nativeFileSystem: string | null
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseTreeConnectAndxRequest(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<TreeConnectAndxRequest> {
  return parse<TreeConnectAndxRequest>(new Cursor(message, wireLength, offset), (c, out) => {
    if (c.u8('WordCount') !== 4) c.unsupported('WordCount', offset)
    skipAndx(c)
    out.flags = c.u16('Flags')
    const passwordLength = c.u16('PasswordLength')
    out.passwordLength = passwordLength
    readBytes(c, (bytes) => {
      out.password = bytes.view(passwordLength, 'Password')
      out.path = readString(bytes, isUnicode(message), 'Path')
      out.service = readString(bytes, false, 'Service')
    })
    return out as TreeConnectAndxRequest
  })
}

/** `message` starts at the SMB header, the WordCount of the command is at `offset`. */
export function parseTreeConnectAndxResponse(
  message: Uint8Array,
  offset: number,
  wireLength: number = message.length,
): Parsed<TreeConnectAndxResponse> {
  return parse<TreeConnectAndxResponse>(new Cursor(message, wireLength, offset), (c, out) => {
    const wordCount = c.u8('WordCount')
    if (wordCount !== 0 && wordCount !== 2 && wordCount !== 3 && wordCount !== 7) c.unsupported('WordCount', offset)
    if (wordCount >= 2) skipAndx(c)
    out.optionalSupport = wordCount >= 3 ? c.u16('OptionalSupport') : null
    out.maximalShareAccessRights = wordCount === 7 ? c.u32('MaximalShareAccessRights') : null
    out.guestMaximalShareAccessRights = wordCount === 7 ? c.u32('GuestMaximalShareAccessRights') : null
    readBytes(c, (bytes) => {
      out.service = readString(bytes, false, 'Service')
      out.nativeFileSystem = readString(bytes, isUnicode(message), 'NativeFileSystem')
    })
    return out as TreeConnectAndxResponse
  })
}
