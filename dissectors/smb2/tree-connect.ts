/**
 * SMB2 TREE_CONNECT, [MS-SMB2] 2.2.9 and 2.2.10. The body is 64 bytes into the message.
 *
 * Request:
 *   0 StructureSize = 9  2 Flags (2; reserved before 3.1.1)  4 PathOffset (2)  6 PathLength (2)  8 Buffer: the path;
 *   or, with EXTENSION_PRESENT,  8 TreeConnectContextOffset (4)  12 TreeConnectContextCount (2)  14 Reserved (10)
 *  24 the path, tree connect contexts
 *
 * Response:
 *   0 StructureSize = 16  2 ShareType (1)  3 Reserved  4 ShareFlags (4)  8 Capabilities (4)  12 MaximalAccess (4)
 *
 * PathOffset counts from the start of the SMB2 header, with an extension too.
 */
import { type Parsed, parse } from '../cursor.ts'
import { utf16le } from '../text.ts'
import { bodyOf, bufferAt, expectStructureSize } from './body.ts'
import { type ErrorResponse, readErrorInsteadOf } from './error.ts'
import { SMB2_HEADER_LENGTH } from './header.ts'

/** Flags of the request, dialect 3.1.1. */
export const SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT = 0x0004

export const SMB2_SHARE_TYPE = { DISK: 0x01, PIPE: 0x02, PRINT: 0x03 } as const

/** ShareFlags: the server requires encryption on this tree. */
export const SMB2_SHAREFLAG_ENCRYPT_DATA = 0x00008000

const REQUEST_FIXED_END = SMB2_HEADER_LENGTH + 8
/** TREE_CONNECT Request Extension, 2.2.9.1, up to its path. */
const EXTENSION_LENGTH = 16

export interface TreeConnectRequest {
  flags: number
  /** "\\server\share", as sent. */
  path: string
  /** How many tree connect contexts follow; null without EXTENSION_PRESENT. */
  treeConnectContextCount: number | null
  /**
   * "buffer-overlaps-fields"; "no-room-for-extension": EXTENSION_PRESENT, and the path where the extension would be.
   */
  anomalies: string[]
}

/** Only `error` is not null where it is an ERROR response. */
export interface TreeConnectResponse {
  /** SMB2_SHARE_TYPE. */
  shareType: number | null
  shareFlags: number | null
  /** SMB2_SHAREFLAG_ENCRYPT_DATA is set. */
  encryptData: boolean | null
  /** SMB2_SHARE_CAP bits. */
  capabilities: number | null
  /** Access mask of [MS-SMB2] 2.2.13.1. */
  maximalAccess: number | null
  error: ErrorResponse | null
}

/** `message` starts at the SMB2 header. */
export function parseTreeConnectRequest(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<TreeConnectRequest> {
  return parse<TreeConnectRequest>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    expectStructureSize(c, 9)
    out.flags = c.u16('Flags')
    const pathOffset = c.u16('PathOffset')
    const pathLength = c.u16('PathLength')
    out.path = utf16le(bufferAt(c, pathOffset, pathLength, REQUEST_FIXED_END, 'PathName', out.anomalies))
    out.treeConnectContextCount = null
    if ((out.flags & SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT) !== 0) {
      // Before 3.1.1 the flags are reserved and may hold anything: without room for it there is no extension.
      if (pathOffset < REQUEST_FIXED_END + EXTENSION_LENGTH) out.anomalies.push('no-room-for-extension')
      else {
        c.skip(4, 'TreeConnectContextOffset')
        out.treeConnectContextCount = c.u16('TreeConnectContextCount')
      }
    }
    return out as TreeConnectRequest
  })
}

/** `message` starts at the SMB2 header. */
export function parseTreeConnectResponse(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<TreeConnectResponse> {
  return parse<TreeConnectResponse>(bodyOf(message, wireLength), (c, out) => {
    const error = readErrorInsteadOf(c, 16)
    if (error !== null) {
      return { shareType: null, shareFlags: null, encryptData: null, capabilities: null, maximalAccess: null, error }
    }
    out.error = null
    out.shareType = c.u8('ShareType')
    c.skip(1, 'Reserved')
    out.shareFlags = c.u32('ShareFlags')
    out.encryptData = (out.shareFlags & SMB2_SHAREFLAG_ENCRYPT_DATA) !== 0
    out.capabilities = c.u32('Capabilities')
    out.maximalAccess = c.u32('MaximalAccess')
    return out as TreeConnectResponse
  })
}
