/** SMB2 LOGOFF, [MS-SMB2] 2.2.7 and 2.2.8: ends the session of its header. The body is empty in both directions (empty.ts). */
import type { Parsed } from '../cursor.ts'
import { type EmptyRequest, type EmptyResponse, parseEmptyRequest, parseEmptyResponse } from './empty.ts'

/** `message` starts at the SMB2 header. */
export function parseLogoffRequest(message: Uint8Array, wireLength: number = message.length): Parsed<EmptyRequest> {
  return parseEmptyRequest(message, wireLength)
}

/** `message` starts at the SMB2 header. */
export function parseLogoffResponse(message: Uint8Array, wireLength: number = message.length): Parsed<EmptyResponse> {
  return parseEmptyResponse(message, wireLength)
}
