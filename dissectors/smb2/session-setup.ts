/**
 * SMB2 SESSION_SETUP, [MS-SMB2] 2.2.5 and 2.2.6. The body is 64 bytes into the message.
 *
 * Request:
 *   0 StructureSize = 25  2 Flags (1)  3 SecurityMode (1)  4 Capabilities (4)  8 Channel (4)
 *  12 SecurityBufferOffset (2)  14 SecurityBufferLength (2)  16 PreviousSessionId (8)  24 Buffer
 *
 * Response:
 *   0 StructureSize = 9  2 SessionFlags (2)  4 SecurityBufferOffset (2)  6 SecurityBufferLength (2)  8 Buffer
 *
 * Offsets count from the start of the SMB2 header.
 */

import { Cursor, type Parsed, parse } from '../cursor.ts'
import { STATUS_MORE_PROCESSING_REQUIRED, STATUS_SUCCESS } from '../ntstatus.ts'
import { bodyOf, capturedBuffer, expectStructureSize } from './body.ts'
import { type ErrorResponse, readErrorResponse } from './error.ts'
import { SMB2_HEADER_LENGTH, SMB2_OFFSET } from './header.ts'

/** Flags of the request: it joins this connection to an existing session. */
export const SMB2_SESSION_FLAG_BINDING = 0x01

/** SessionFlags of the response. */
export const SMB2_SESSION_FLAG_IS_GUEST = 0x0001
export const SMB2_SESSION_FLAG_IS_NULL = 0x0002
export const SMB2_SESSION_FLAG_ENCRYPT_DATA = 0x0004

const REQUEST_FIXED_END = SMB2_HEADER_LENGTH + 24
const RESPONSE_FIXED_END = SMB2_HEADER_LENGTH + 8

export interface SessionSetupRequest {
  flags: number
  /** SMB2_SESSION_FLAG_BINDING is set: another channel of the session that the header names. */
  binding: boolean
  /** SMB2_NEGOTIATE_SIGNING_ENABLED 0x01, SMB2_NEGOTIATE_SIGNING_REQUIRED 0x02: for this session only. */
  securityMode: number
  /** SMB2_GLOBAL_CAP bits; only DFS has a meaning here. */
  capabilities: number
  /** The session that a reconnecting client had before, 0 where there was none. */
  previousSessionId: bigint
  /** SPNEGO, or bare NTLMSSP or Kerberos. A view; in a partial record, of its captured part. */
  securityBuffer: Uint8Array
  /** Its declared length, for the parser of the buffer. */
  securityBufferLength: number
  /** "buffer-overlaps-fields". */
  anomalies: string[]
}

export interface SessionSetupResponse {
  /** NTSTATUS of the header. */
  status: number
  /**
   * SMB2_SESSION_FLAG_ bits; null where Status is neither STATUS_SUCCESS nor STATUS_MORE_PROCESSING_REQUIRED. That is
   * an ERROR response, which has ErrorContextCount in this place. Only STATUS_SUCCESS makes the flags final.
   */
  sessionFlags: number | null
  /** Empty in an ERROR response. A view; in a partial record, of its captured part. */
  securityBuffer: Uint8Array
  /** As declared. */
  securityBufferLength: number
  error: ErrorResponse | null
  /** "buffer-overlaps-fields". */
  anomalies: string[]
}

/** `message` starts at the SMB2 header. */
export function parseSessionSetupRequest(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<SessionSetupRequest> {
  return parse<SessionSetupRequest>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    expectStructureSize(c, 25)
    out.flags = c.u8('Flags')
    out.binding = (out.flags & SMB2_SESSION_FLAG_BINDING) !== 0
    out.securityMode = c.u8('SecurityMode')
    out.capabilities = c.u32('Capabilities')
    c.skip(4, 'Channel')
    const bufferOffset = c.u16('SecurityBufferOffset')
    const length = c.u16('SecurityBufferLength')
    out.securityBufferLength = length
    out.previousSessionId = c.u64('PreviousSessionId')
    const buffer = capturedBuffer(c, bufferOffset, length, REQUEST_FIXED_END, 'SecurityBuffer', out.anomalies)
    out.securityBuffer = buffer
    c.raiseIfShort(buffer, bufferOffset, length, 'SecurityBuffer')
    return out as SessionSetupRequest
  })
}

/** `message` starts at the SMB2 header. */
export function parseSessionSetupResponse(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<SessionSetupResponse> {
  return parse<SessionSetupResponse>(new Cursor(message, wireLength, SMB2_OFFSET.status), (c, out) => {
    out.anomalies = []
    const status = c.u32('Status')
    out.status = status
    c.offset = SMB2_HEADER_LENGTH
    if (status !== STATUS_SUCCESS && status !== STATUS_MORE_PROCESSING_REQUIRED) {
      out.sessionFlags = null
      out.securityBuffer = c.bytes.subarray(0, 0)
      out.securityBufferLength = 0
      out.error = readErrorResponse(c)
      return out as SessionSetupResponse
    }
    out.error = null
    expectStructureSize(c, 9)
    out.sessionFlags = c.u16('SessionFlags')
    const bufferOffset = c.u16('SecurityBufferOffset')
    const length = c.u16('SecurityBufferLength')
    out.securityBufferLength = length
    const buffer = capturedBuffer(c, bufferOffset, length, RESPONSE_FIXED_END, 'SecurityBuffer', out.anomalies)
    out.securityBuffer = buffer
    c.raiseIfShort(buffer, bufferOffset, length, 'SecurityBuffer')
    return out as SessionSetupResponse
  })
}
