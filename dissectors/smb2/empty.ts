/**
 * Empty bodies, those of LOGOFF, TREE_DISCONNECT and ECHO, [MS-SMB2] 2.2.7. 64 bytes into the message:
 *
 *   0 StructureSize = 4  2 Reserved
 */
import { type Parsed, parse } from '../cursor.ts'
import { bodyOf, expectStructureSize } from './body.ts'
import { type ErrorResponse, readErrorInsteadOf } from './error.ts'

const STRUCTURE_SIZE = 4

export type EmptyRequest = Record<never, never>

export interface EmptyResponse {
  error: ErrorResponse | null
}

/** `message` starts at the SMB2 header. */
export function parseEmptyRequest(message: Uint8Array, wireLength: number): Parsed<EmptyRequest> {
  return parse<EmptyRequest>(bodyOf(message, wireLength), (c, out) => {
    expectStructureSize(c, STRUCTURE_SIZE)
    c.skip(2, 'Reserved')
    return out
  })
}

/** `message` starts at the SMB2 header. */
export function parseEmptyResponse(message: Uint8Array, wireLength: number): Parsed<EmptyResponse> {
  return parse<EmptyResponse>(bodyOf(message, wireLength), (c) => {
    const error = readErrorInsteadOf(c, STRUCTURE_SIZE)
    if (error === null) c.skip(2, 'Reserved')
    return { error }
  })
}
