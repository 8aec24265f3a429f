/** SMB1 messages of a connection, [MS-CIFS] and [MS-SMB]: what each says about the connection, its sessions and their trees. */
import { u16le, u32le } from '../../dissectors/bytes.ts'
import { isSuccess, STATUS_ACCESS_DENIED, STATUS_LOGON_FAILURE } from '../../dissectors/ntstatus.ts'
import { readable } from '../../dissectors/parse.ts'
import { andxChain } from '../../dissectors/smb1/andx.ts'
import {
  SMB_FLAGS_REPLY,
  SMB_FLAGS2_NT_STATUS,
  SMB1_COMMAND,
  SMB1_HEADER_LENGTH,
  SMB1_OFFSET,
} from '../../dissectors/smb1/header.ts'
import { parseNegotiateRequest, parseNegotiateResponse } from '../../dissectors/smb1/negotiate.ts'
import { parseTreeConnectAndxRequest, parseTreeConnectAndxResponse } from '../../dissectors/smb1/tree-connect-andx.ts'
import type { Connection } from './connection.ts'
import { keptText } from './kept-text.ts'
import type { Smb1Facts } from './ledger.ts'
import { emitMessage } from './message-rows.ts'
import { addPending, takePending } from './pending.ts'
import { createSession, here, type LiveSession, setSessionId, touch } from './session.ts'
import { attach, known } from './sessions.ts'
import { smb1SetupRequest, smb1SetupResponse } from './smb1-session-setup.ts'
import { noteRequestSignature, noteResponseSignature } from './smb1-signing.ts'
import { answerTree } from './trees.ts'

/** WordCount and the longest parameter block whose fields are read in place. */
const READ_IN_PLACE = SMB1_HEADER_LENGTH + 32
/** READ_ANDX response: DataLength behind AndX block, Available, DataCompactionMode and a reserved word. */
const READ_DATA_LENGTH = SMB1_HEADER_LENGTH + 1 + 10
/** WRITE_ANDX request: DataLength behind AndX block, FID, Offset, Timeout, WriteMode, Remaining and DataLengthHigh. */
const WRITE_DATA_LENGTH = SMB1_HEADER_LENGTH + 1 + 20

const ERRDOS_NOACCESS = 0x00050001
const ERRSRV_BADPW = 0x00020002
const ERRSRV_ACCESS = 0x00040002
const STATUS_UNSUCCESSFUL = 0xc0000001

/** How much of a message that spans segments is worth gathering. */
export function smb1Wanted(b: Uint8Array, o: number, length: number): number {
  switch (b[o + SMB1_OFFSET.command]) {
    case SMB1_COMMAND.NEGOTIATE:
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
    case SMB1_COMMAND.LOGOFF_ANDX:
      return length
    default:
      return READ_IN_PLACE
  }
}

/** One message at `o`, `captured` of its `length` bytes there, its protocol id at least. */
export function smb1Message(
  c: Connection,
  fromA: boolean,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
): void {
  c.facts.smb1 ??= {
    negotiateRequest: null,
    negotiateResponse: null,
    clientSigning: null,
    firstAnswer: null,
    firstUse: null,
    firstCommand: null,
  }
  const smb1 = c.facts.smb1
  if (captured < SMB1_HEADER_LENGTH) {
    cutMessage(c, smb1, fromA, b, o, captured, length)
    return
  }
  const command = b[o + SMB1_OFFSET.command]
  const response = (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  c.orient(fromA, response)
  if (c.rows !== null) emitMessage(c, c.rows, 'smb1', b, o, captured, length)
  if (response && !c.isClient(fromA)) smb1.firstAnswer ??= { frame: c.context.frame, time: c.context.time, command }
  if (command === SMB1_COMMAND.NEGOTIATE) {
    if (response) negotiateResponse(c, smb1, b.subarray(o, o + captured), length)
    else negotiateRequest(c, smb1, b.subarray(o, o + captured), length)
    return
  }
  const flags2 = u16le(b, o + SMB1_OFFSET.flags2)
  const status = response ? ntStatus(u32le(b, o + SMB1_OFFSET.status), flags2) : 0
  smb1.firstCommand ??= { frame: c.context.frame, time: c.context.time, command }
  if (response && isSuccess(status)) smb1.firstUse ??= { frame: c.context.frame, time: c.context.time, command }

  const uid = u16le(b, o + SMB1_OFFSET.uid)
  switch (command) {
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
    case SMB1_COMMAND.LOGOFF_ANDX:
      chain(c, b.subarray(o, o + captured), length, response, status, uid)
      return
    case SMB1_COMMAND.TREE_CONNECT:
      return
  }
  const session = smb1Session(c, uid)
  if (session === null) return
  touch(session, c.context)
  if (command === SMB1_COMMAND.READ_ANDX && response && isSuccess(status)) {
    clearData(c, session, b, o, captured, READ_DATA_LENGTH)
  } else if (command === SMB1_COMMAND.WRITE_ANDX && !response) {
    clearData(c, session, b, o, captured, WRITE_DATA_LENGTH)
  }
  // An oplock break that the server sends is a request of its own, with a signature that nobody checks ([MS-SMB] 3.2.5.1).
  if (command === SMB1_COMMAND.LOCKING_ANDX && !response && !c.isClient(fromA)) return
  if (response) noteResponseSignature(c, session, b, o, status)
  else noteRequestSignature(c, session, b, o)
}

/** A message without the whole of its header: it could be any session's, but what it says of SMB1 on this connection stands. */
function cutMessage(
  c: Connection,
  smb1: Smb1Facts,
  fromA: boolean,
  b: Uint8Array,
  o: number,
  captured: number,
  length: number,
): void {
  const directed = captured > SMB1_OFFSET.flags
  const response = directed && (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  if (directed) c.orient(fromA, response)
  if (c.rows !== null) emitMessage(c, c.rows, 'smb1', b, o, captured, length)
  if (captured <= SMB1_OFFSET.command) return
  const command = b[o + SMB1_OFFSET.command]
  if (response && !c.isClient(fromA)) smb1.firstAnswer ??= { frame: c.context.frame, time: c.context.time, command }
  if (command === SMB1_COMMAND.NEGOTIATE) {
    const message = b.subarray(o, o + captured)
    if (response) negotiateResponse(c, smb1, message, length)
    else if (directed) negotiateRequest(c, smb1, message, length)
    return
  }
  smb1.firstCommand ??= { frame: c.context.frame, time: c.context.time, command }
  // Zero is success in either form of the status; the flag that tells the forms apart may be cut.
  if (response && u32le(b, o + SMB1_OFFSET.status) === 0) {
    smb1.firstUse ??= { frame: c.context.frame, time: c.context.time, command }
  }
}

function chain(
  c: Connection,
  message: Uint8Array,
  length: number,
  response: boolean,
  status: number,
  uid: number,
): void {
  const id = u16le(message, SMB1_OFFSET.mid)
  for (const { command, offset } of andxChain(message, length).steps) {
    switch (command) {
      case SMB1_COMMAND.SESSION_SETUP_ANDX:
        if (response) smb1SetupResponse(c, message, offset, length, id, uid, status)
        else smb1SetupRequest(c, message, offset, length, id, uid)
        break
      case SMB1_COMMAND.TREE_CONNECT_ANDX:
        if (response) treeConnectResponse(c, message, offset, length, id, uid, status)
        else treeConnectRequest(c, message, offset, length, id, uid)
        break
      case SMB1_COMMAND.LOGOFF_ANDX: {
        const session = response && isSuccess(status) ? known(c, uid, 0) : null
        if (session === null) break
        touch(session, c.context)
        session.facts.logoff ??= here(c.context)
        session.closed = true
      }
    }
  }
}

/** The session of a UID; one whose setup is not in the capture is taken up. Null for UID 0, which is no session. */
function smb1Session(c: Connection, uid: number): LiveSession | null {
  if (uid === 0) return null
  const last = c.lastSession
  if (last !== null && last.idLow === uid && last.idHigh === 0) return last
  let session = known(c, uid, 0)
  if (session === null) {
    session = createSession(c.context, c.settle(), 'smb1', 'unknown')
    setSessionId(session, uid, 0)
    attach(c, session)
  }
  c.lastSession = session
  return session
}

function negotiateRequest(c: Connection, smb1: Smb1Facts, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateRequest(message, SMB1_HEADER_LENGTH, length)
  const { dialects = [], anomalies } = readable(parsed)
  smb1.negotiateRequest = {
    frame: c.context.frame,
    time: c.context.time,
    dialects,
    dialectsCut: !parsed.ok || anomalies?.includes('too-many-dialects') === true,
  }
}

function negotiateResponse(c: Connection, smb1: Smb1Facts, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateResponse(message, SMB1_HEADER_LENGTH, length)
  const { dialectIndex = null, securityMode, extendedSecurity } = readable(parsed)
  // An error answer has no words, and chooses nothing.
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

/**
 * The status as NTSTATUS. Without the flag it is a DOS error, class in the low byte and code in the high half; those that decide a logon are
 * mapped as [MS-CIFS] 2.2.2.4 does.
 */
function ntStatus(status: number, flags2: number): number {
  if (status === 0 || (flags2 & SMB_FLAGS2_NT_STATUS) !== 0) return status
  switch (status & 0xffff00ff) {
    case ERRSRV_BADPW:
      return STATUS_LOGON_FAILURE
    case ERRDOS_NOACCESS:
    case ERRSRV_ACCESS:
      return STATUS_ACCESS_DENIED
    default:
      return STATUS_UNSUCCESSFUL
  }
}

function treeConnectRequest(
  c: Connection,
  message: Uint8Array,
  offset: number,
  length: number,
  id: number,
  uid: number,
): void {
  const { path, service } = readable(parseTreeConnectAndxRequest(message, offset, length))
  addPending(c, {
    frame: c.context.frame,
    time: c.context.time,
    id,
    command: SMB1_COMMAND.TREE_CONNECT_ANDX,
    session: known(c, uid, 0),
    logon: null,
    path: keptText(path),
    detail: service ?? null,
  })
}

function treeConnectResponse(
  c: Connection,
  message: Uint8Array,
  offset: number,
  length: number,
  id: number,
  uid: number,
  status: number,
): void {
  const request = takePending(c, SMB1_COMMAND.TREE_CONNECT_ANDX, id)
  const session = smb1Session(c, uid)
  if (session === null) return
  touch(session, c.context)
  const answer = isSuccess(status) ? readable(parseTreeConnectAndxResponse(message, offset, length)) : {}
  answerTree(session, c.context, request, {
    treeId: u16le(message, SMB1_OFFSET.tid),
    status,
    shareType: shareType(answer.service ?? request?.detail ?? null),
    encryptData: false,
  })
}

/** Service strings, [MS-CIFS] 2.2.4.55.1; the client may ask for "?????", any. */
function shareType(service: string | number | null): 'disk' | 'pipe' | 'printer' | null {
  switch (service) {
    case 'A:':
      return 'disk'
    case 'IPC':
      return 'pipe'
    case 'LPT1:':
      return 'printer'
    default:
      return null
  }
}

function clearData(c: Connection, session: LiveSession, b: Uint8Array, o: number, captured: number, at: number): void {
  if (session.facts.firstClearData !== null || captured < at + 2 || u16le(b, o + at) === 0) return
  if (session.trees?.get(u16le(b, o + SMB1_OFFSET.tid)) === 'disk') {
    session.facts.firstClearData = here(c.context)
  }
}
