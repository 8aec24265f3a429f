/** SMB1 messages of a connection, [MS-CIFS] and [MS-SMB]: what each says about the connection, its sessions and their trees. */
import { u16le, u32le } from '../../../../dissectors/bytes.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import { dosToNtStatus, isSuccess } from '../../../../dissectors/ntstatus.ts'
import { andxChain } from '../../../../dissectors/smb1/andx.ts'
import {
  isAnswerForm,
  SMB_FLAGS_REPLY,
  SMB_FLAGS2_NT_STATUS,
  SMB1_COMMAND,
  SMB1_HEADER_LENGTH,
  SMB1_OFFSET,
} from '../../../../dissectors/smb1/header.ts'
import { parseNegotiateRequest, parseNegotiateResponse } from '../../../../dissectors/smb1/negotiate.ts'
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import type { Smb1Facts } from '../../../ledger/smb-facts.ts'
import { cappedText } from '../../core/capped-text.ts'
import { emitMessage } from '../state/emit-message.ts'
import { frameRef, type LiveSession, noteActivity } from '../state/live-session.ts'
import { capturedBytes, type MessageView } from '../state/message-view.ts'
import { confirmed, findSession, rejectsId, takeUp } from '../state/session-lookup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import type { AndxBlock } from './andx-block.ts'
import { smb1SetupRequest, smb1SetupResponse } from './session-setup.ts'
import { noteRequestSignature, noteResponseSignature, noteSignature } from './signing.ts'
import {
  treeConnectAndxRequest,
  treeConnectAndxResponse,
  treeConnectRequest,
  treeConnectResponse,
} from './tree-connect.ts'

/** WordCount and the longest parameter block whose fields are read in place. */
const READ_IN_PLACE = SMB1_HEADER_LENGTH + 32
/** READ_ANDX response: DataLength behind AndX block, Available, DataCompactionMode and a reserved word. */
const READ_DATA_LENGTH = SMB1_HEADER_LENGTH + 1 + 10
/** WRITE_ANDX request: DataLength behind AndX block, FID, Offset, Timeout, WriteMode, Remaining and DataLengthHigh. */
const WRITE_DATA_LENGTH = SMB1_HEADER_LENGTH + 1 + 20

/** Longer than any dialect's name. */
const DIALECT_LENGTH = 64

/** How many bytes of a message that spans segments are worth gathering. */
export function smb1BytesNeeded(b: Uint8Array, o: number, length: number): number {
  switch (b[o + SMB1_OFFSET.command]) {
    case SMB1_COMMAND.NEGOTIATE:
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
    case SMB1_COMMAND.TREE_CONNECT:
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
    case SMB1_COMMAND.LOGOFF_ANDX:
      return length
    default:
      return READ_IN_PLACE
  }
}

/** Reads one message, and counts its signature with its session. */
export function smb1Message(c: SmbConnection, m: MessageView): void {
  c.facts.smb1 ??= {
    negotiateRequest: null,
    negotiateResponse: null,
    clientSigning: null,
    firstAnswer: null,
    firstUse: null,
    firstCommand: null,
  }
  const smb1 = c.facts.smb1
  if (m.captured < SMB1_HEADER_LENGTH) {
    cutMessage(c, smb1, m)
    return
  }
  const { b, o, fromA } = m
  const command = b[o + SMB1_OFFSET.command]
  const flag = (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  m.response = isResponse(c, m, flag)
  emitMessage(c, 'smb1', m, m.response)
  // A host that only sends back what it got is no SMB1 server: an answer has the flag.
  const answer = m.response && flag && !c.flow.isClient(fromA)
  if (answer) smb1.firstAnswer ??= commandRef(c, command)
  if (command === SMB1_COMMAND.NEGOTIATE) {
    if (m.response) negotiateResponse(c, smb1, capturedBytes(m), m.length)
    else negotiateRequest(c, smb1, capturedBytes(m), m.length)
    return
  }
  m.status = m.response ? ntStatus(u32le(b, o + SMB1_OFFSET.status), u16le(b, o + SMB1_OFFSET.flags2)) : 0
  smb1.firstCommand ??= commandRef(c, command)
  if (answer && isSuccess(m.status)) smb1.firstUse ??= commandRef(c, command)
  switch (command) {
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
    case SMB1_COMMAND.LOGOFF_ANDX:
    case SMB1_COMMAND.TREE_CONNECT:
      noteSignature(c, m)
      chain(c, m)
      return
  }
  sessionMessage(c, m, command, flag)
}

/** A message that sets up nothing. */
function sessionMessage(c: SmbConnection, m: MessageView, command: number, flag: boolean): void {
  const { response, status } = m
  const uid = u16le(m.b, m.o + SMB1_OFFSET.uid)
  const session = response && rejectsId(status) ? findSession(c, uid, 0) : smb1Session(c, uid)
  if (session === null || (response && !confirmed(c, session, status))) return
  noteActivity(session, c)
  if (command === SMB1_COMMAND.READ_ANDX && response && isSuccess(status)) clearData(c, session, m, READ_DATA_LENGTH)
  else if (command === SMB1_COMMAND.WRITE_ANDX && !response) clearData(c, session, m, WRITE_DATA_LENGTH)
  // An oplock break that the server sends is a request of its own, with a signature that the client does not check ([MS-SMB] 3.2.5.1).
  if (command === SMB1_COMMAND.LOCKING_ANDX && !flag && !c.flow.isClient(m.fromA)) return
  if (response) noteResponseSignature(c, session, m)
  else noteRequestSignature(c, session, m)
}

/** Where the side that sent it and its flag disagree, the form of the body decides, if only one of the two has that form. */
function isResponse(c: SmbConnection, { b, o, captured, fromA }: MessageView, flag: boolean): boolean {
  const bySide = c.flow.isResponse(fromA, flag)
  if (bySide === flag || captured <= SMB1_OFFSET.wordCount) return bySide
  return isAnswerForm(b[o + SMB1_OFFSET.command], b[o + SMB1_OFFSET.wordCount]) ?? bySide
}

/** A message without the whole of its header: it could belong to any session, but it still shows SMB1 on this connection. */
function cutMessage(c: SmbConnection, smb1: Smb1Facts, m: MessageView): void {
  const { b, o, captured, fromA } = m
  const directed = captured > SMB1_OFFSET.flags
  const flag = directed && (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  const response = directed && c.flow.isResponse(fromA, flag)
  const answer = response && flag && !c.flow.isClient(fromA)
  emitMessage(c, 'smb1', m, directed ? response : null)
  if (captured <= SMB1_OFFSET.command) return
  const command = b[o + SMB1_OFFSET.command]
  if (answer) smb1.firstAnswer ??= commandRef(c, command)
  if (command === SMB1_COMMAND.NEGOTIATE) {
    if (response) negotiateResponse(c, smb1, capturedBytes(m), m.length)
    else if (directed) negotiateRequest(c, smb1, capturedBytes(m), m.length)
    return
  }
  smb1.firstCommand ??= commandRef(c, command)
  // Zero is success in either form of the status; the flag that says which form it is may be cut.
  if (answer && u32le(b, o + SMB1_OFFSET.status) === 0) smb1.firstUse ??= commandRef(c, command)
}

function commandRef({ context }: SmbConnection, command: number): FrameRef & { command: number } {
  return { frame: context.frame, time: context.time, command }
}

/** The commands of an AndX chain. */
function chain(c: SmbConnection, m: MessageView): void {
  const message = capturedBytes(m)
  const { response, length } = m
  const block: AndxBlock = {
    message,
    offset: 0,
    length,
    mid: u16le(message, SMB1_OFFSET.mid),
    uid: u16le(message, SMB1_OFFSET.uid),
    tid: u16le(message, SMB1_OFFSET.tid),
    status: m.status,
  }
  for (const { command, offset } of andxChain(message, length).steps) {
    block.offset = offset
    switch (command) {
      case SMB1_COMMAND.SESSION_SETUP_ANDX:
        if (response) smb1SetupResponse(c, block)
        else smb1SetupRequest(c, block)
        break
      case SMB1_COMMAND.TREE_CONNECT_ANDX:
        if (response) treeConnectAndxResponse(c, block)
        else treeConnectAndxRequest(c, block)
        break
      case SMB1_COMMAND.TREE_CONNECT:
        if (response) treeConnectResponse(c, block)
        else treeConnectRequest(c, block)
        break
      case SMB1_COMMAND.LOGOFF_ANDX:
        if (response && isSuccess(block.status)) noteLogoff(c, block.uid)
    }
  }
}

function noteLogoff(c: SmbConnection, uid: number): void {
  const session = findSession(c, uid, 0)
  if (session === null) return
  noteActivity(session, c)
  session.facts.logoff ??= frameRef(c.context)
  session.closed = true
}

/** The session of a UID. One whose setup is not in the capture is taken up, except UID 0, which is a session only where a share was connected with it. */
function smb1Session(c: SmbConnection, uid: number): LiveSession | null {
  const last = c.lastSession
  if (last !== null && last.idLow === uid && last.idHigh === 0) return last
  const session = findSession(c, uid, 0) ?? (uid === 0 ? null : takeUp(c, 'smb1', 'unknown', uid, 0))
  c.lastSession = session
  return session
}

function negotiateRequest(c: SmbConnection, smb1: Smb1Facts, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateRequest(message, SMB1_HEADER_LENGTH, length)
  const { dialects = [], anomalies } = readable(parsed)
  for (const [i, dialect] of dialects.entries()) dialects[i] = cappedText(dialect, DIALECT_LENGTH) ?? ''
  smb1.negotiateRequest = {
    frame: c.context.frame,
    time: c.context.time,
    dialects,
    dialectsCut: !parsed.ok || anomalies?.includes('too-many-dialects') === true,
  }
}

function negotiateResponse(c: SmbConnection, smb1: Smb1Facts, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateResponse(message, SMB1_HEADER_LENGTH, length)
  const { dialectIndex = null, securityMode, extendedSecurity } = readable(parsed)
  // An error answer has no parameter words, and chooses no dialect.
  if (dialectIndex === null && !parsed.ok && parsed.fault.kind !== 'truncated') return
  smb1.negotiateResponse = {
    frame: c.context.frame,
    time: c.context.time,
    dialectIndex,
    dialect: dialectIndex === null ? null : (smb1.negotiateRequest?.dialects[dialectIndex] ?? null),
    securityMode: securityMode ?? null,
    extendedSecurity: extendedSecurity ?? null,
  }
}

/** The status as NTSTATUS. Without the flag it is a DOS error, [MS-CIFS] 2.2.3.1. */
function ntStatus(status: number, flags2: number): number {
  return (flags2 & SMB_FLAGS2_NT_STATUS) !== 0 ? status : dosToNtStatus(status)
}

/** File data in the clear: on a tree that is known to be a disk. `at` is where its length stands. */
function clearData(c: SmbConnection, session: LiveSession, { b, o, captured }: MessageView, at: number): void {
  if (session.facts.firstClearData !== null || captured < at + 2 || u16le(b, o + at) === 0) return
  if (session.trees?.get(u16le(b, o + SMB1_OFFSET.tid)) === 'disk') {
    session.facts.firstClearData = frameRef(c.context)
  }
}
