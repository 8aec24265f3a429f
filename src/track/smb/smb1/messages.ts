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
import type { Smb1Facts } from '../../../ledger/smb-facts.ts'
import { keptText } from '../../core/capped-text.ts'
import type { Connection } from '../smb-flow.ts'
import { emitMessage } from '../state/emit-message.ts'
import { here, type LiveSession, touch } from '../state/live-session.ts'
import { confirmed, known, rejectsId, takenUp } from '../state/session-lookup.ts'
import { smb1SetupRequest, smb1SetupResponse } from './session-setup.ts'
import { noteRequestSignature, noteResponseSignature, noteSignature } from './signing.ts'
import {
  type Smb1Ids,
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

/** How much of a message that spans segments is worth gathering. */
export function smb1Wanted(b: Uint8Array, o: number, length: number): number {
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
  const flag = (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  const response = isResponse(c, fromA, flag, b, o, captured)
  if (c.rows !== null) emitMessage(c, c.rows, 'smb1', b, o, captured, length, response)
  // Whoever only sends back what it got is no SMB1 server: an answer has the flag.
  const answer = response && flag && !c.isClient(fromA)
  if (answer) smb1.firstAnswer ??= { frame: c.context.frame, time: c.context.time, command }
  if (command === SMB1_COMMAND.NEGOTIATE) {
    if (response) negotiateResponse(c, smb1, b.subarray(o, o + captured), length)
    else negotiateRequest(c, smb1, b.subarray(o, o + captured), length)
    return
  }
  const flags2 = u16le(b, o + SMB1_OFFSET.flags2)
  const status = response ? ntStatus(u32le(b, o + SMB1_OFFSET.status), flags2) : 0
  smb1.firstCommand ??= { frame: c.context.frame, time: c.context.time, command }
  if (answer && isSuccess(status)) smb1.firstUse ??= { frame: c.context.frame, time: c.context.time, command }

  const uid = u16le(b, o + SMB1_OFFSET.uid)
  switch (command) {
    case SMB1_COMMAND.SESSION_SETUP_ANDX:
    case SMB1_COMMAND.TREE_CONNECT_ANDX:
    case SMB1_COMMAND.LOGOFF_ANDX:
    case SMB1_COMMAND.TREE_CONNECT:
      noteSignature(c, b, o)
      chain(c, b.subarray(o, o + captured), length, response, status, uid)
      return
  }
  const session = response && rejectsId(status) ? known(c, uid, 0) : smb1Session(c, uid)
  if (session === null || (response && !confirmed(c, session, status))) return
  touch(session, c)
  if (command === SMB1_COMMAND.READ_ANDX && response && isSuccess(status)) {
    clearData(c, session, b, o, captured, READ_DATA_LENGTH)
  } else if (command === SMB1_COMMAND.WRITE_ANDX && !response) {
    clearData(c, session, b, o, captured, WRITE_DATA_LENGTH)
  }
  // An oplock break that the server sends is a request of its own, with a signature that nobody checks ([MS-SMB] 3.2.5.1).
  if (command === SMB1_COMMAND.LOCKING_ANDX && !flag && !c.isClient(fromA)) return
  if (response) noteResponseSignature(c, session, b, o, status)
  else noteRequestSignature(c, session, b, o)
}

/** Where the side that sent it and its flag disagree, the form of the body decides, if it is one that tells. */
function isResponse(c: Connection, fromA: boolean, flag: boolean, b: Uint8Array, o: number, captured: number): boolean {
  const bySide = c.isResponse(fromA, flag)
  if (bySide === flag || captured <= SMB1_OFFSET.wordCount) return bySide
  return isAnswerForm(b[o + SMB1_OFFSET.command], b[o + SMB1_OFFSET.wordCount]) ?? bySide
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
  const flag = directed && (b[o + SMB1_OFFSET.flags] & SMB_FLAGS_REPLY) !== 0
  const response = directed && c.isResponse(fromA, flag)
  const answer = response && flag && !c.isClient(fromA)
  if (c.rows !== null) emitMessage(c, c.rows, 'smb1', b, o, captured, length, directed ? response : null)
  if (captured <= SMB1_OFFSET.command) return
  const command = b[o + SMB1_OFFSET.command]
  if (answer) smb1.firstAnswer ??= { frame: c.context.frame, time: c.context.time, command }
  if (command === SMB1_COMMAND.NEGOTIATE) {
    const message = b.subarray(o, o + captured)
    if (response) negotiateResponse(c, smb1, message, length)
    else if (directed) negotiateRequest(c, smb1, message, length)
    return
  }
  smb1.firstCommand ??= { frame: c.context.frame, time: c.context.time, command }
  // Zero is success in either form of the status; the flag that tells the forms apart may be cut.
  if (answer && u32le(b, o + SMB1_OFFSET.status) === 0) {
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
  const mid = u16le(message, SMB1_OFFSET.mid)
  const ids: Smb1Ids = { mid, uid, tid: u16le(message, SMB1_OFFSET.tid) }
  for (const { command, offset } of andxChain(message, length).steps) {
    switch (command) {
      case SMB1_COMMAND.SESSION_SETUP_ANDX:
        if (response) smb1SetupResponse(c, message, offset, length, mid, uid, status)
        else smb1SetupRequest(c, message, offset, length, mid, uid)
        break
      case SMB1_COMMAND.TREE_CONNECT_ANDX:
        if (response) treeConnectAndxResponse(c, message, offset, length, ids, status)
        else treeConnectAndxRequest(c, message, offset, length, ids)
        break
      case SMB1_COMMAND.TREE_CONNECT:
        if (response) treeConnectResponse(c, message, offset, length, ids, status)
        else treeConnectRequest(c, message, offset, length, ids)
        break
      case SMB1_COMMAND.LOGOFF_ANDX: {
        const session = response && isSuccess(status) ? known(c, uid, 0) : null
        if (session === null) break
        touch(session, c)
        session.facts.logoff ??= here(c.context)
        session.closed = true
      }
    }
  }
}

/** The session of a UID; one whose setup is not in the capture is taken up, but for UID 0, which is one only where a share was connected with it. */
function smb1Session(c: Connection, uid: number): LiveSession | null {
  const last = c.lastSession
  if (last !== null && last.idLow === uid && last.idHigh === 0) return last
  const session = known(c, uid, 0) ?? (uid === 0 ? null : takenUp(c, 'smb1', 'unknown', uid, 0))
  c.lastSession = session
  return session
}

function negotiateRequest(c: Connection, smb1: Smb1Facts, message: Uint8Array, length: number): void {
  const parsed = parseNegotiateRequest(message, SMB1_HEADER_LENGTH, length)
  const { dialects = [], anomalies } = readable(parsed)
  for (const [i, dialect] of dialects.entries()) dialects[i] = keptText(dialect, DIALECT_LENGTH) ?? ''
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

/** The status as NTSTATUS. Without the flag it is a DOS error, [MS-CIFS] 2.2.3.1. */
function ntStatus(status: number, flags2: number): number {
  return (flags2 & SMB_FLAGS2_NT_STATUS) !== 0 ? status : dosToNtStatus(status)
}

function clearData(c: Connection, session: LiveSession, b: Uint8Array, o: number, captured: number, at: number): void {
  if (session.facts.firstClearData !== null || captured < at + 2 || u16le(b, o + at) === 0) return
  if (session.trees?.get(u16le(b, o + SMB1_OFFSET.tid)) === 'disk') {
    session.facts.firstClearData = here(c.context)
  }
}
