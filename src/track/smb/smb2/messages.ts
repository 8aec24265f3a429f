/** SMB2 and SMB3 messages of a connection, [MS-SMB2]: what each says about the connection, its sessions and their trees. */
import { isZero, u16le, u32le } from '../../../../dissectors/bytes.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import {
  isSuccess,
  STATUS_BUFFER_OVERFLOW,
  STATUS_NETWORK_SESSION_EXPIRED,
  STATUS_PENDING,
  STATUS_SUCCESS,
  STATUS_USER_SESSION_DELETED,
} from '../../../../dissectors/ntstatus.ts'
import {
  isAnswerForm,
  SMB2_COMMAND,
  SMB2_FLAGS_ASYNC_COMMAND,
  SMB2_FLAGS_RELATED_OPERATIONS,
  SMB2_FLAGS_SERVER_TO_REDIR,
  SMB2_FLAGS_SIGNED,
  SMB2_HEADER_LENGTH,
  SMB2_NEGOTIATE_SIGNING_REQUIRED,
  SMB2_OFFSET,
} from '../../../../dissectors/smb2/header.ts'
import {
  parseTreeConnectRequest,
  parseTreeConnectResponse,
  SMB2_SHARE_TYPE,
} from '../../../../dissectors/smb2/tree-connect.ts'
import { cappedText } from '../../core/capped-text.ts'
import { emitMessage } from '../state/emit-message.ts'
import { countClear, frameRef, type LiveSession, noteActivity, noteSigned } from '../state/live-session.ts'
import { capturedBytes, type MessageView } from '../state/message-view.ts'
import { confirmed, findSession, rejectsId, sessionOf } from '../state/session-lookup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import { answerTree } from '../state/tree-connects.ts'
import { CTL_CODE_END, ioctl } from './ioctl.ts'
import { negotiateRequest, negotiateResponse } from './negotiate.ts'
import { setupRequest, setupResponse } from './session-setup.ts'

/** IOCTL requests up to this are gathered whole: VALIDATE_NEGOTIATE_INFO is far smaller. */
const SMALL_IOCTL = 1024
/** READ response and WRITE request: StructureSize 2, DataOffset, DataLength at 4 of the body. */
const DATA_LENGTH = SMB2_HEADER_LENGTH + 4
const ALL_ONES = 0xffffffff
const FLAGS_END = SMB2_OFFSET.flags + 4
const SESSION_ID_END = SMB2_OFFSET.sessionId + 8

/** How many bytes of a message that spans segments are worth gathering. */
export function smb2BytesNeeded(b: Uint8Array, o: number, length: number): number {
  switch (u16le(b, o + SMB2_OFFSET.command)) {
    case SMB2_COMMAND.NEGOTIATE:
    case SMB2_COMMAND.SESSION_SETUP:
    case SMB2_COMMAND.TREE_CONNECT:
      return length
    case SMB2_COMMAND.IOCTL:
      return length <= SMALL_IOCTL ? length : CTL_CODE_END
    case SMB2_COMMAND.READ:
    case SMB2_COMMAND.WRITE:
      return DATA_LENGTH + 4
    default:
      return SMB2_HEADER_LENGTH
  }
}

/** Reads one message, and counts it with its session. */
export function smb2Message(c: SmbConnection, m: MessageView): void {
  c.facts.firstSmb2 ??= frameRef(c.context)
  if (m.captured < SESSION_ID_END) {
    cutMessage(c, m)
    return
  }
  const { b, o } = m
  const flags = u32le(b, o + SMB2_OFFSET.flags)
  m.response = isResponse(c, m, (flags & SMB2_FLAGS_SERVER_TO_REDIR) !== 0)
  m.status = m.response ? u32le(b, o + SMB2_OFFSET.status) : 0
  emitMessage(c, 'smb2', m, m.response)
  resolveSession(c, m, flags)
  const low = c.previousSessionLow
  const high = c.previousSessionHigh
  switch (u16le(b, o + SMB2_OFFSET.command)) {
    case SMB2_COMMAND.NEGOTIATE:
      if (m.response) negotiateResponse(c, capturedBytes(m), m.length, m.status)
      else negotiateRequest(c, capturedBytes(m), m.length)
      return
    case SMB2_COMMAND.SESSION_SETUP:
      noteSetupSignature(c, m, m.response ? setupResponse(c, m, low, high) : setupRequest(c, m, low, high), flags)
      return
  }
  if (low === 0 && high === 0) return
  const session = m.response && rejectsId(m.status) ? findSession(c, low, high) : sessionOf(c, low, high)
  if (session === null || (m.response && !confirmed(c, session, m.status))) return
  noteActivity(session, c)
  if (isSigned(m, flags)) noteSigned(session, c.context, m.response)
  if (!sessionMessage(c, session, m, flags)) count(c, session, m, flags)
}

/** A setup is signed where there is a key already, and so is its last response ([MS-SMB2] 3.3.5.5.3). */
function noteSetupSignature(c: SmbConnection, m: MessageView, session: LiveSession | null, flags: number): void {
  if (session !== null && isSigned(m, flags)) noteSigned(session, c.context, m.response)
}

/** A signature of zeros does not count. */
function isSigned({ b, o, captured }: MessageView, flags: number): boolean {
  const end = o + Math.min(captured, SMB2_HEADER_LENGTH)
  return (flags & SMB2_FLAGS_SIGNED) !== 0 && !isZero(b, o + SMB2_OFFSET.signature, end)
}

/**
 * The session of the message, as previousSessionLow and previousSessionHigh from here on: a related operation of a compound has that of the message
 * before it.
 */
function resolveSession(c: SmbConnection, { b, o }: MessageView, flags: number): void {
  const low = u32le(b, o + SMB2_OFFSET.sessionId)
  const high = u32le(b, o + SMB2_OFFSET.sessionId + 4)
  if ((flags & SMB2_FLAGS_RELATED_OPERATIONS) !== 0 && low === ALL_ONES && high === ALL_ONES) return
  c.previousSessionLow = low
  c.previousSessionHigh = high
}

/** A message of a session. True where it says nothing about the session's signing. */
function sessionMessage(c: SmbConnection, session: LiveSession, m: MessageView, flags: number): boolean {
  const { b, o, response, status } = m
  switch (u16le(b, o + SMB2_OFFSET.command)) {
    case SMB2_COMMAND.LOGOFF:
      if (response && status === STATUS_SUCCESS) {
        session.facts.logoff ??= frameRef(c.context)
        session.closed = true
      }
      return true
    case SMB2_COMMAND.TREE_CONNECT:
      if (response) treeConnectResponse(c, session, m)
      else treeConnectRequest(c, session, m)
      return true
    case SMB2_COMMAND.TREE_DISCONNECT:
      if (response && status === STATUS_SUCCESS) session.trees?.delete(u32le(b, o + SMB2_OFFSET.treeId))
      return false
    case SMB2_COMMAND.IOCTL:
      return ioctl(c, session, m)
    case SMB2_COMMAND.READ:
      if (response) clearData(c, session, m, flags)
      return false
    case SMB2_COMMAND.WRITE:
      if (!response) clearData(c, session, m, flags)
      return false
    case SMB2_COMMAND.OPLOCK_BREAK:
      // A notification of the server belongs to no session and is never signed ([MS-SMB2] 3.3.4.6).
      return response && u32le(b, o + SMB2_OFFSET.messageId) === ALL_ONES
    default:
      return false
  }
}

/** Where the side that sent it and its flag disagree, the form of the body decides, if only one of the two has that form. */
function isResponse(c: SmbConnection, { b, o, captured, fromA }: MessageView, flag: boolean): boolean {
  const bySide = c.flow.isResponse(fromA, flag)
  if (bySide === flag || captured < SMB2_HEADER_LENGTH + 2) return bySide
  return isAnswerForm(u16le(b, o + SMB2_OFFSET.command), u16le(b, o + SMB2_HEADER_LENGTH)) ?? bySide
}

/** A message without the whole of its SessionId: it could be any session's, so it shows nothing about any of them. */
function cutMessage(c: SmbConnection, m: MessageView): void {
  const { b, o } = m
  const flagged = m.captured >= FLAGS_END
  const response = flagged
    ? c.flow.isResponse(m.fromA, (u32le(b, o + SMB2_OFFSET.flags) & SMB2_FLAGS_SERVER_TO_REDIR) !== 0)
    : null
  emitMessage(c, 'smb2', m, response)
  if (response === false && u16le(b, o + SMB2_OFFSET.command) === SMB2_COMMAND.NEGOTIATE) {
    negotiateRequest(c, capturedBytes(m), m.length)
  }
  // A related operation behind it has this one's session.
  c.previousSessionLow = 0
  c.previousSessionHigh = 0
}

/** Counts a message as signed or not, unless it is one that says nothing about the session ([MS-SMB2] 3.2.5.1.3, 3.3.4.1.1). */
function count(c: SmbConnection, session: LiveSession, m: MessageView, flags: number): void {
  const { response, status } = m
  if (response) {
    // The server may sign an interim response or not.
    if (status === STATUS_PENDING && (flags & SMB2_FLAGS_ASYNC_COMMAND) !== 0) return
    // The server no longer has a key.
    if (status === STATUS_USER_SESSION_DELETED || status === STATUS_NETWORK_SESSION_EXPIRED) return
  }
  const { facts } = session
  // The answer that set it up is not in the capture, but the session is clearly in use: clients wait for that response.
  if (facts.status === 'pending' && isSuccess(status)) facts.status = 'unknown'
  if (facts.status === 'pending' || facts.status === 'failed') return
  const signed = isSigned(m, flags)
  // Too little of this signature was captured to decide.
  if (!signed && (flags & SMB2_FLAGS_SIGNED) !== 0 && m.captured < SMB2_HEADER_LENGTH) return
  countClear(session, c.context, response, signed)
  if (facts.unsignedAccepted === null && !signed) unsignedThoughRequired(c, session, m)
}

/** Watches for an unsigned request that is answered with success although a side requires signing. */
function unsignedThoughRequired(c: SmbConnection, session: LiveSession, { b, o, response, status }: MessageView): void {
  const { facts } = session
  const { negotiateRequest: request, negotiateResponse: answer } = c.facts
  const required =
    facts.setupSigning === 'required' ||
    (((request?.securityMode ?? 0) | (answer?.securityMode ?? 0)) & SMB2_NEGOTIATE_SIGNING_REQUIRED) !== 0
  // A session that may have no key need not sign.
  if (!required || facts.guest !== false || facts.anonymous !== false) return
  const id = u32le(b, o + SMB2_OFFSET.messageId)
  if (!response) {
    session.unsignedRequest = id
    session.unsignedFrame = c.context.frame
    session.unsignedTime = c.context.time
  } else if (id === session.unsignedRequest && status === STATUS_SUCCESS) {
    facts.unsignedAccepted = { frame: session.unsignedFrame, time: session.unsignedTime }
  }
}

/** File data in the clear: on a tree that is known to be a disk. */
function clearData(
  c: SmbConnection,
  session: LiveSession,
  { b, o, captured, status }: MessageView,
  flags: number,
): void {
  if (session.facts.firstClearData !== null || captured < DATA_LENGTH + 4) return
  if (status !== STATUS_SUCCESS && status !== STATUS_BUFFER_OVERFLOW) return
  if ((flags & SMB2_FLAGS_ASYNC_COMMAND) !== 0 || u32le(b, o + DATA_LENGTH) === 0) return
  if (session.trees?.get(u32le(b, o + SMB2_OFFSET.treeId)) === 'disk') {
    session.facts.firstClearData = frameRef(c.context)
  }
}

function treeConnectRequest(c: SmbConnection, session: LiveSession, m: MessageView): void {
  const { path } = readable(parseTreeConnectRequest(capturedBytes(m), m.length))
  c.pending.add({
    kind: 'tree-connect',
    id: u32le(m.b, m.o + SMB2_OFFSET.messageId),
    command: SMB2_COMMAND.TREE_CONNECT,
    session,
    logon: null,
    path: cappedText(path),
    service: null,
    frame: c.context.frame,
    time: c.context.time,
  })
}

function treeConnectResponse(c: SmbConnection, session: LiveSession, m: MessageView): void {
  const { status } = m
  if (status === STATUS_PENDING) return
  const id = u32le(m.b, m.o + SMB2_OFFSET.messageId)
  const request = c.pending.take('tree-connect', SMB2_COMMAND.TREE_CONNECT, id)
  const granted = isSuccess(status)
  const answer = granted ? readable(parseTreeConnectResponse(capturedBytes(m), m.length)) : {}
  answerTree(c, session, request, {
    treeId: u32le(m.b, m.o + SMB2_OFFSET.treeId),
    status,
    shareType: shareTypeName(answer.shareType),
    encryptData: granted ? (answer.encryptData ?? null) : false,
  })
}

function shareTypeName(type: number | null | undefined): 'disk' | 'pipe' | 'printer' | null {
  switch (type) {
    case SMB2_SHARE_TYPE.DISK:
      return 'disk'
    case SMB2_SHARE_TYPE.PIPE:
      return 'pipe'
    case SMB2_SHARE_TYPE.PRINT:
      return 'printer'
    default:
      return null
  }
}
