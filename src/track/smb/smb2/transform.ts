/** Messages inside a transform, [MS-SMB2] 2.2.41 and 2.2.42: what can be known of one that is encrypted, or compressed. */
import { u16le, u32le } from '../../../../dissectors/bytes.ts'
import { STATUS_SUCCESS } from '../../../../dissectors/ntstatus.ts'
import { CLEAR_START, clearLength, uncompressedLength } from '../../../../dissectors/smb2/compression-transform.ts'
import { PROTOCOL_ID_SMB2, SMB2_HEADER_LENGTH, SMB2_OFFSET } from '../../../../dissectors/smb2/header.ts'
import { TRANSFORM_HEADER_LENGTH, TRANSFORM_SESSION_ID } from '../../../../dissectors/smb2/transform.ts'
import type { Connection } from '../smb-flow.ts'
import { emitMessage } from '../state/emit-message.ts'
import { countEncrypted, countUnread, here, touch } from '../state/live-session.ts'
import { confirmed, sessionOf } from '../state/session-lookup.ts'
import { smb2Message } from './messages.ts'

/** How much of a compressed message that spans segments is worth gathering: both headers, and the first fields of the body. */
export const COMPRESSED_WANTED = CLEAR_START + SMB2_HEADER_LENGTH + 48

/** An encryption transform: the session it belongs to is readable, nothing else is. */
export function transformMessage(
  c: Connection,
  fromA: boolean,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
): void {
  const { context } = c
  c.settle()
  const response = !c.isClient(fromA)
  if (c.rows !== null) emitMessage(c, c.rows, 'transform', b, o, captured, length, response)
  c.facts.firstTransform ??= here(context)
  if (captured < TRANSFORM_HEADER_LENGTH) return
  const session = sessionOf(c, u32le(b, o + TRANSFORM_SESSION_ID), u32le(b, o + TRANSFORM_SESSION_ID + 4))
  if (session === null) return
  // The server has a key for it.
  if (response) confirmed(c, session, STATUS_SUCCESS)
  touch(session, c)
  countEncrypted(session, context, response)
}

/**
 * A compressed message, which is not encrypted: one that is goes as a transform with this inside. Where the SMB2 header goes as it is, the message is
 * read as far as that; where it does not, nobody can say whether it is signed.
 */
export function compressedMessage(
  c: Connection,
  fromA: boolean,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
): void {
  const { rows } = c
  if (rows !== null) emitMessage(c, rows, 'compressed', b, o, captured, length, null)
  if (captured < CLEAR_START) return
  const clear = clearLength(b, o, length)
  if (clear < SMB2_HEADER_LENGTH) {
    unread(c, fromA)
    return
  }
  // It is one row, however many it turns out to hold.
  c.rows = null
  const start = o + CLEAR_START
  clearElements(c, fromA, b, start, Math.min(clear, captured - CLEAR_START), clear, uncompressedLength(b, o))
  c.rows = rows
}

/** The messages of a compound as far as they go uncompressed: `captured` of `clear` bytes, of `total`. */
function clearElements(
  c: Connection,
  fromA: boolean,
  b: Uint8Array,
  start: number,
  captured: number,
  clear: number,
  total: number,
): void {
  for (let at = 0; at + SMB2_HEADER_LENGTH <= captured; ) {
    const o = start + at
    if (!isHeader(b, o)) {
      unread(c, fromA)
      return
    }
    const next = u32le(b, o + SMB2_OFFSET.nextCommand)
    const length = next < SMB2_HEADER_LENGTH ? Math.max(total - at, SMB2_HEADER_LENGTH) : next
    smb2Message(c, fromA, b, o, Math.min(captured - at, length), length)
    if (next < SMB2_HEADER_LENGTH) return
    at += next
    if (at + SMB2_HEADER_LENGTH > clear) {
      unread(c, fromA)
      return
    }
  }
}

function isHeader(b: Uint8Array, o: number): boolean {
  return u32le(b, o) === PROTOCOL_ID_SMB2 && u16le(b, o + SMB2_OFFSET.structureSize) === SMB2_HEADER_LENGTH
}

/** Counts a message that hides its header: of the one session that there is, else of the connection. */
function unread(c: Connection, fromA: boolean): void {
  const [session] = c.sessions
  c.settle()
  const only = c.sessions.size === 1 && session !== undefined && !session.closed ? session : null
  if (only === null || (only.facts.status !== 'established' && only.facts.status !== 'unknown')) {
    c.facts.unread++
    return
  }
  touch(only, c)
  countUnread(only, c.context, !c.isClient(fromA))
}
