/** Makes the row of `smblens messages` from a message's own header. */
import { u16le, u32le } from '../../../../dissectors/bytes.ts'
import {
  SMB_FLAGS_REPLY,
  SMB_FLAGS2_NT_STATUS,
  SMB_FLAGS2_SMB_SECURITY_SIGNATURE,
  SMB1_HEADER_LENGTH,
  SMB1_OFFSET,
} from '../../../../dissectors/smb1/header.ts'
import {
  SMB2_FLAGS_ASYNC_COMMAND,
  SMB2_FLAGS_SERVER_TO_REDIR,
  SMB2_FLAGS_SIGNED,
  SMB2_OFFSET,
} from '../../../../dissectors/smb2/header.ts'
import { TRANSFORM_HEADER_LENGTH, TRANSFORM_SESSION_ID } from '../../../../dissectors/smb2/transform.ts'
import type { SmbMessage } from '../../../ledger/smb-message.ts'
import type { MessageView } from './message-view.ts'
import type { SmbConnection } from './smb-connection.ts'

/** Up to here SMB2's header must be there for the length of one element of a compound to be known. */
const NEXT_COMMAND_END = SMB2_OFFSET.nextCommand + 4

/**
 * Reports the message to the connection's rows, if there are any. `response` is what the tracker takes it for, which may be another than its flag says;
 * null where that is not known.
 */
export function emitMessage(
  c: SmbConnection,
  family: SmbMessage['family'],
  { b, o, captured, length }: MessageView,
  response: boolean | null,
): void {
  const { rows, flow } = c
  if (rows === null) return
  const clientIsA = flow.isClient(true)
  const row: SmbMessage = {
    frame: c.context.frame,
    time: c.context.time,
    client: clientIsA ? flow.endpointA : flow.endpointB,
    server: clientIsA ? flow.endpointB : flow.endpointA,
    family,
    command: null,
    response: null,
    signed: null,
    status: null,
    sessionIdLow: null,
    sessionIdHigh: null,
    treeId: null,
    length,
  }
  if (family === 'smb2') smb2Row(row, b, o, captured)
  else if (family === 'smb1') smb1Row(row, b, o, captured)
  else if (family === 'transform' && captured >= TRANSFORM_HEADER_LENGTH) sessionId(row, b, o + TRANSFORM_SESSION_ID)
  rows.message(row)
  rows.content?.(row, b, o, captured, length, response)
}

function smb2Row(row: SmbMessage, b: Uint8Array, o: number, captured: number): void {
  if (captured < NEXT_COMMAND_END) row.length = null
  if (captured >= SMB2_OFFSET.command + 2) row.command = u16le(b, o + SMB2_OFFSET.command)
  if (captured < SMB2_OFFSET.flags + 4) return
  const flags = u32le(b, o + SMB2_OFFSET.flags)
  row.response = (flags & SMB2_FLAGS_SERVER_TO_REDIR) !== 0
  row.signed = (flags & SMB2_FLAGS_SIGNED) !== 0
  if (row.response) row.status = u32le(b, o + SMB2_OFFSET.status)
  if (captured >= SMB2_OFFSET.sessionId && (flags & SMB2_FLAGS_ASYNC_COMMAND) === 0) {
    row.treeId = u32le(b, o + SMB2_OFFSET.treeId)
  }
  if (captured >= SMB2_OFFSET.signature) sessionId(row, b, o + SMB2_OFFSET.sessionId)
}

function smb1Row(row: SmbMessage, b: Uint8Array, o: number, captured: number): void {
  if (captured > SMB1_OFFSET.command) row.command = b[o + SMB1_OFFSET.command]
  if (captured > SMB1_OFFSET.flags) row.response = (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  if (captured < SMB1_OFFSET.flags2 + 2) return
  const flags2 = u16le(b, o + SMB1_OFFSET.flags2)
  row.signed = (flags2 & SMB_FLAGS2_SMB_SECURITY_SIGNATURE) !== 0
  // Without the flag the field holds a DOS error class and code, which is no NTSTATUS.
  if (row.response && (flags2 & SMB_FLAGS2_NT_STATUS) !== 0) row.status = u32le(b, o + SMB1_OFFSET.status)
  if (captured < SMB1_HEADER_LENGTH) return
  row.sessionIdLow = u16le(b, o + SMB1_OFFSET.uid)
  row.sessionIdHigh = 0
  row.treeId = u16le(b, o + SMB1_OFFSET.tid)
}

function sessionId(row: SmbMessage, b: Uint8Array, o: number): void {
  row.sessionIdLow = u32le(b, o)
  row.sessionIdHigh = u32le(b, o + 4)
}
