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
  FSCTL_QUERY_NETWORK_INTERFACE_INFO,
  FSCTL_VALIDATE_NEGOTIATE_INFO,
  parseIoctlRequest,
  parseIoctlResponse,
} from '../../../../dissectors/smb2/ioctl.ts'
import { parseTreeConnectRequest, parseTreeConnectResponse } from '../../../../dissectors/smb2/tree-connect.ts'
import {
  parseValidateNegotiateInfoRequest,
  parseValidateNegotiateInfoResponse,
} from '../../../../dissectors/smb2/validate-negotiate-info.ts'
import { keptText } from '../../core/capped-text.ts'
import type { Connection } from '../smb-flow.ts'
import { emitMessage } from '../state/emit-message.ts'
import { countClear, here, type LiveSession, touch } from '../state/live-session.ts'
import { addPending, takePending } from '../state/pending-requests.ts'
import { confirmed, known, rejectsId, sessionOf } from '../state/session-lookup.ts'
import { answerTree } from '../state/tree-connects.ts'
import { negotiateRequest, negotiateResponse } from './negotiate.ts'
import { setupRequest, setupResponse } from './session-setup.ts'

/** IOCTL: CtlCode follows StructureSize and Reserved. */
const CTL_CODE = SMB2_HEADER_LENGTH + 4
/** IOCTL requests up to this are gathered whole: VALIDATE_NEGOTIATE_INFO is far smaller. */
const SMALL_IOCTL = 1024
/** READ response and WRITE request: StructureSize 2, DataOffset, DataLength at 4 of the body. */
const DATA_LENGTH = SMB2_HEADER_LENGTH + 4
const ALL_ONES = 0xffffffff
const FLAGS_END = SMB2_OFFSET.flags + 4
const SESSION_ID_END = SMB2_OFFSET.sessionId + 8

/** How much of a message that spans segments is worth gathering. */
export function smb2Wanted(b: Uint8Array, o: number, length: number): number {
  switch (u16le(b, o + SMB2_OFFSET.command)) {
    case SMB2_COMMAND.NEGOTIATE:
    case SMB2_COMMAND.SESSION_SETUP:
    case SMB2_COMMAND.TREE_CONNECT:
      return length
    case SMB2_COMMAND.IOCTL:
      return length <= SMALL_IOCTL ? length : CTL_CODE + 4
    case SMB2_COMMAND.READ:
    case SMB2_COMMAND.WRITE:
      return DATA_LENGTH + 4
    default:
      return SMB2_HEADER_LENGTH
  }
}

/** One message at `o`, `captured` of its `length` bytes there, its protocol id at least. */
export function smb2Message(
  c: Connection,
  fromA: boolean,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
): void {
  c.facts.firstSmb2 ??= here(c.context)
  if (captured < SESSION_ID_END) {
    cutMessage(c, fromA, b, o, captured, length)
    return
  }
  const flags = u32le(b, o + SMB2_OFFSET.flags)
  const command = u16le(b, o + SMB2_OFFSET.command)
  const response = isResponse(c, fromA, (flags & SMB2_FLAGS_SERVER_TO_REDIR) !== 0, b, o, captured)
  if (c.rows !== null) emitMessage(c, c.rows, 'smb2', b, o, captured, length, response)

  let low = u32le(b, o + SMB2_OFFSET.sessionId)
  let high = u32le(b, o + SMB2_OFFSET.sessionId + 4)
  if ((flags & SMB2_FLAGS_RELATED_OPERATIONS) !== 0 && low === ALL_ONES && high === ALL_ONES) {
    low = c.previousSessionLow
    high = c.previousSessionHigh
  } else {
    c.previousSessionLow = low
    c.previousSessionHigh = high
  }
  const status = response ? u32le(b, o + SMB2_OFFSET.status) : 0

  switch (command) {
    case SMB2_COMMAND.NEGOTIATE:
      if (response) negotiateResponse(c, b.subarray(o, o + captured), length, status)
      else negotiateRequest(c, b.subarray(o, o + captured), length)
      return
    case SMB2_COMMAND.SESSION_SETUP:
      if (response) setupResponse(c, b.subarray(o, o + captured), length, low, high, status)
      else setupRequest(c, b.subarray(o, o + captured), length, low, high)
      return
  }
  if (low === 0 && high === 0) return
  const session = response && rejectsId(status) ? known(c, low, high) : sessionOf(c, low, high)
  if (session === null || (response && !confirmed(c, session, status))) return
  touch(session, c)
  switch (command) {
    case SMB2_COMMAND.LOGOFF:
      if (response && status === STATUS_SUCCESS) {
        session.facts.logoff ??= here(c.context)
        session.closed = true
      }
      return
    case SMB2_COMMAND.TREE_CONNECT:
      if (response) treeConnectResponse(c, session, b.subarray(o, o + captured), length, status)
      else treeConnectRequest(c, session, b.subarray(o, o + captured), length)
      return
    case SMB2_COMMAND.TREE_DISCONNECT:
      if (response && status === STATUS_SUCCESS) session.trees?.delete(u32le(b, o + SMB2_OFFSET.treeId))
      break
    case SMB2_COMMAND.IOCTL:
      if (ioctl(c, session, b, o, captured, length, response, status)) return
      break
    case SMB2_COMMAND.READ:
      if (response) clearData(c, session, b, o, captured, flags, status)
      break
    case SMB2_COMMAND.WRITE:
      if (!response) clearData(c, session, b, o, captured, flags, STATUS_SUCCESS)
      break
    case SMB2_COMMAND.OPLOCK_BREAK:
      // A notification of the server belongs to no session and is never signed ([MS-SMB2] 3.3.4.6).
      if (response && u32le(b, o + SMB2_OFFSET.messageId) === ALL_ONES) return
  }
  count(c, session, b, o, captured, flags, response, status)
}

/** Where the side that sent it and its flag disagree, the form of the body decides, if it is one that tells. */
function isResponse(c: Connection, fromA: boolean, flag: boolean, b: Uint8Array, o: number, captured: number): boolean {
  const bySide = c.isResponse(fromA, flag)
  if (bySide === flag || captured < SMB2_HEADER_LENGTH + 2) return bySide
  return isAnswerForm(u16le(b, o + SMB2_OFFSET.command), u16le(b, o + SMB2_HEADER_LENGTH)) ?? bySide
}

/** A message without the whole of its SessionId: it could be any session's, so it says nothing of one. */
function cutMessage(c: Connection, fromA: boolean, b: Uint8Array, o: number, captured: number, length: number): void {
  const flagged = captured >= FLAGS_END
  const response = flagged
    ? c.isResponse(fromA, (u32le(b, o + SMB2_OFFSET.flags) & SMB2_FLAGS_SERVER_TO_REDIR) !== 0)
    : null
  if (c.rows !== null) emitMessage(c, c.rows, 'smb2', b, o, captured, length, response)
  if (response === false && u16le(b, o + SMB2_OFFSET.command) === SMB2_COMMAND.NEGOTIATE) {
    negotiateRequest(c, b.subarray(o, o + captured), length)
  }
  // A related operation behind it has this one's session.
  c.previousSessionLow = 0
  c.previousSessionHigh = 0
}

/** Counts a message as signed or not, unless it is one that says nothing about the session ([MS-SMB2] 3.2.5.1.3, 3.3.4.1.1). */
function count(
  c: Connection,
  session: LiveSession,
  b: Uint8Array,
  o: number,
  captured: number,
  flags: number,
  response: boolean,
  status: number,
): void {
  if (response) {
    // An interim answer is signed or not as the server likes.
    if (status === STATUS_PENDING && (flags & SMB2_FLAGS_ASYNC_COMMAND) !== 0) return
    // The server has no key any more.
    if (status === STATUS_USER_SESSION_DELETED || status === STATUS_NETWORK_SESSION_EXPIRED) return
  }
  const { facts } = session
  // The answer that set it up is not in the capture, but the session plainly lives: clients wait for it.
  if (facts.status === 'pending' && isSuccess(status)) facts.status = 'unknown'
  if (facts.status === 'pending' || facts.status === 'failed') return
  const flagged = (flags & SMB2_FLAGS_SIGNED) !== 0
  const signed = flagged && !isZero(b, o + SMB2_OFFSET.signature, o + Math.min(captured, SMB2_HEADER_LENGTH))
  // A signature of zeros is none, and of this one too little is there to tell.
  if (flagged && !signed && captured < SMB2_HEADER_LENGTH) return
  countClear(session, c.context, response, signed)
  if (facts.unsignedAccepted === null && !signed) unsignedThoughRequired(c, session, b, o, response, status)
}

/** Watches for an unsigned request that is answered with success although a side requires signing. */
function unsignedThoughRequired(
  c: Connection,
  session: LiveSession,
  b: Uint8Array,
  o: number,
  response: boolean,
  status: number,
): void {
  const { facts } = session
  const { negotiateRequest: request, negotiateResponse: answer } = c.facts
  const required =
    facts.setupSigning === 'required' ||
    (((request?.securityMode ?? 0) | (answer?.securityMode ?? 0)) & SMB2_NEGOTIATE_SIGNING_REQUIRED) !== 0
  // A session that may have no key is none that must sign.
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

/** File data in the clear: on a tree that is known not to be a pipe. */
function clearData(
  c: Connection,
  session: LiveSession,
  b: Uint8Array,
  o: number,
  captured: number,
  flags: number,
  status: number,
): void {
  if (session.facts.firstClearData !== null || captured < DATA_LENGTH + 4) return
  if (status !== STATUS_SUCCESS && status !== STATUS_BUFFER_OVERFLOW) return
  if ((flags & SMB2_FLAGS_ASYNC_COMMAND) !== 0 || u32le(b, o + DATA_LENGTH) === 0) return
  if (session.trees?.get(u32le(b, o + SMB2_OFFSET.treeId)) === 'disk') {
    session.facts.firstClearData = here(c.context)
  }
}

function treeConnectRequest(c: Connection, session: LiveSession, message: Uint8Array, length: number): void {
  const { path } = readable(parseTreeConnectRequest(message, length))
  addPending(c, {
    id: u32le(message, SMB2_OFFSET.messageId),
    command: SMB2_COMMAND.TREE_CONNECT,
    session,
    logon: null,
    path: keptText(path),
    detail: null,
    frame: c.context.frame,
    time: c.context.time,
  })
}

function treeConnectResponse(
  c: Connection,
  session: LiveSession,
  message: Uint8Array,
  length: number,
  status: number,
): void {
  if (status === STATUS_PENDING) return
  const request = takePending(c, SMB2_COMMAND.TREE_CONNECT, u32le(message, SMB2_OFFSET.messageId))
  const granted = isSuccess(status)
  const answer = granted ? readable(parseTreeConnectResponse(message, length)) : {}
  answerTree(session, c.context, request, {
    treeId: u32le(message, SMB2_OFFSET.treeId),
    status,
    shareType: shareTypeName(answer.shareType),
    encryptData: granted ? (answer.encryptData ?? null) : false,
  })
}

function shareTypeName(type: number | null | undefined): 'disk' | 'pipe' | 'printer' | null {
  return type === 1 ? 'disk' : type === 2 ? 'pipe' : type === 3 ? 'printer' : null
}

/**
 * True where the message is exempt: it is signed whatever the session does ([MS-SMB2] 3.2.5.5, and Windows' interface query). One that was cut
 * before CtlCode may be.
 */
function ioctl(
  c: Connection,
  session: LiveSession,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
  response: boolean,
  status: number,
): boolean {
  const id = u32le(b, o + SMB2_OFFSET.messageId)
  if (!response) {
    const code = captured < CTL_CODE + 4 ? null : u32le(b, o + CTL_CODE)
    if (code !== null && !isExemptControl(code)) return false
    addPending(c, {
      id,
      command: SMB2_COMMAND.IOCTL,
      session,
      logon: null,
      path: null,
      detail: code,
      frame: c.context.frame,
      time: c.context.time,
    })
    if (code === FSCTL_VALIDATE_NEGOTIATE_INFO) validateRequest(c, b.subarray(o, o + captured), length)
    return true
  }
  const request = c.pending.length > 0 ? takePending(c, SMB2_COMMAND.IOCTL, id) : null
  if (status === STATUS_PENDING) {
    if (request !== null) addPending(c, request)
    return request !== null
  }
  // An error answer has no control code: the request had.
  const named = isSuccess(status) && captured >= CTL_CODE + 4 ? u32le(b, o + CTL_CODE) : null
  const code = request?.detail ?? named
  if (code === null) return request !== null || isSuccess(status)
  if (code === FSCTL_VALIDATE_NEGOTIATE_INFO) {
    const answer = isSuccess(status) ? readable(parseIoctlResponse(b.subarray(o, o + captured), length)) : {}
    validateResponse(c, status, answer.output ?? null)
    return true
  }
  return code === FSCTL_QUERY_NETWORK_INTERFACE_INFO
}

function isExemptControl(code: number): boolean {
  return code === FSCTL_VALIDATE_NEGOTIATE_INFO || code === FSCTL_QUERY_NETWORK_INTERFACE_INFO
}

function validateRequest(c: Connection, message: Uint8Array, length: number): void {
  const { input } = readable(parseIoctlRequest(message, length))
  const info = input === undefined ? null : parseValidateNegotiateInfoRequest(input)
  c.facts.validateNegotiate ??= { request: null, response: null }
  if (info === null || !info.ok) return
  const { capabilities, guid, securityMode, dialects } = info.value
  c.facts.validateNegotiate.request = {
    frame: c.context.frame,
    time: c.context.time,
    capabilities,
    clientGuid: guid,
    securityMode,
    dialects,
  }
}

function validateResponse(c: Connection, status: number, output: Uint8Array | null): void {
  const info = output === null ? null : readable(parseValidateNegotiateInfoResponse(output))
  c.facts.validateNegotiate ??= { request: null, response: null }
  c.facts.validateNegotiate.response = {
    frame: c.context.frame,
    time: c.context.time,
    status,
    capabilities: info?.capabilities ?? null,
    serverGuid: info?.guid ?? null,
    securityMode: info?.securityMode ?? null,
    dialect: info?.dialect ?? null,
  }
}
