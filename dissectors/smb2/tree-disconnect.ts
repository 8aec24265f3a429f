/**
 * SMB2 TREE_DISCONNECT, [MS-SMB2] 2.2.11 and 2.2.12: ends the tree connect of its header. The body is empty in both
 * directions (empty.ts).
 */
import type { Parsed } from '../cursor.ts'
import { type EmptyRequest, type EmptyResponse, parseEmptyRequest, parseEmptyResponse } from './empty.ts'

/** `message` starts at the SMB2 header. */
export function parseTreeDisconnectRequest(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<EmptyRequest> {
  return parseEmptyRequest(message, wireLength)
}

/** `message` starts at the SMB2 header. */
export function parseTreeDisconnectResponse(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<EmptyResponse> {
  return parseEmptyResponse(message, wireLength)
}
