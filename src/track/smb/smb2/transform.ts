/** Messages inside a transform, [MS-SMB2] 2.2.41 and 2.2.42: what can be known of one that is encrypted, or compressed. */
import { u16le, u32le } from '../../../../dissectors/bytes.ts'
import { STATUS_SUCCESS } from '../../../../dissectors/ntstatus.ts'
import { CLEAR_START, clearLength, uncompressedLength } from '../../../../dissectors/smb2/compression-transform.ts'
import { PROTOCOL_ID_SMB2, SMB2_HEADER_LENGTH, SMB2_OFFSET } from '../../../../dissectors/smb2/header.ts'
import { TRANSFORM_HEADER_LENGTH, TRANSFORM_SESSION_ID } from '../../../../dissectors/smb2/transform.ts'
import { emitMessage } from '../state/emit-message.ts'
import { countEncrypted, countUnread, frameRef, noteActivity } from '../state/live-session.ts'
import type { MessageView } from '../state/message-view.ts'
import { confirmed, sessionOf } from '../state/session-lookup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import { smb2Message } from './messages.ts'

/** How many bytes of a compressed message that spans segments are worth gathering: both headers, and the first fields of the body. */
export const COMPRESSED_BYTES_NEEDED = CLEAR_START + SMB2_HEADER_LENGTH + 48

/** An encryption transform: the session it belongs to is readable, nothing else is. */
export function transformMessage(c: SmbConnection, m: MessageView): void {
  const { b, o } = m
  c.flow.settle()
  m.response = !c.flow.isClient(m.fromA)
  emitMessage(c, 'transform', m, m.response)
  c.facts.firstTransform ??= frameRef(c.context)
  if (m.captured < TRANSFORM_HEADER_LENGTH) return
  const session = sessionOf(c, u32le(b, o + TRANSFORM_SESSION_ID), u32le(b, o + TRANSFORM_SESSION_ID + 4))
  if (session === null) return
  // The server has a key for it.
  if (m.response) confirmed(c, session, STATUS_SUCCESS)
  noteActivity(session, c)
  countEncrypted(session, c.context, m.response)
}

/**
 * A compressed message, which is not encrypted: an encrypted one comes as a transform with this inside. Where the SMB2 header is sent as it is, the
 * message is read as far as that; where it is not, it is unknown whether the message is signed.
 */
export function compressedMessage(c: SmbConnection, m: MessageView): void {
  emitMessage(c, 'compressed', m, null)
  if (m.captured < CLEAR_START) return
  const clear = clearLength(m.b, m.o, m.length)
  if (clear < SMB2_HEADER_LENGTH) {
    noteUnread(c, m.fromA)
    return
  }
  // It is one row, even if it contains several messages.
  const { rows } = c
  c.rows = null
  readClear(c, m, clear)
  c.rows = rows
}

/** Reads the messages of a compound as far as they are uncompressed: its first `clear` bytes. */
function readClear(c: SmbConnection, m: MessageView, clear: number): void {
  const { b, fromA } = m
  const start = m.o + CLEAR_START
  const captured = Math.min(clear, m.captured - CLEAR_START)
  const total = uncompressedLength(b, m.o)
  for (let at = 0; at + SMB2_HEADER_LENGTH <= captured; ) {
    const o = start + at
    if (!isHeader(b, o)) {
      noteUnread(c, fromA)
      return
    }
    const next = u32le(b, o + SMB2_OFFSET.nextCommand)
    m.o = o
    m.length = next < SMB2_HEADER_LENGTH ? Math.max(total - at, SMB2_HEADER_LENGTH) : next
    m.captured = Math.min(captured - at, m.length)
    smb2Message(c, m)
    if (next < SMB2_HEADER_LENGTH) return
    at += next
    if (at + SMB2_HEADER_LENGTH > clear) {
      noteUnread(c, fromA)
      return
    }
  }
}

function isHeader(b: Uint8Array, o: number): boolean {
  return u32le(b, o) === PROTOCOL_ID_SMB2 && u16le(b, o + SMB2_OFFSET.structureSize) === SMB2_HEADER_LENGTH
}

/** Counts a message that hides its header: with the session if there is only one, else with the connection. */
function noteUnread(c: SmbConnection, fromA: boolean): void {
  const [session] = c.sessions
  c.flow.settle()
  const only = c.sessions.size === 1 && session !== undefined && !session.closed ? session : null
  if (only === null || (only.facts.status !== 'established' && only.facts.status !== 'unknown')) {
    c.facts.unread++
    return
  }
  noteActivity(only, c)
  countUnread(only, c.context, !c.flow.isClient(fromA))
}
