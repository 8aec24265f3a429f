/**
 * SMB1 TREE_CONNECT_ANDX and the core protocol's TREE_CONNECT, [MS-CIFS] 2.2.4.55 and 2.2.4.50: the shares, and with share-level security the passwords
 * of them. Such a password is a logon of the session that the header's UID names. A client that never set one up has UID 0, and what it does is a session
 * of that id, which begins with its first password or its first share.
 */

import { readable } from '../../../../dissectors/cursor.ts'
import { isSuccess } from '../../../../dissectors/ntstatus.ts'
import { SMB1_COMMAND } from '../../../../dissectors/smb1/header.ts'
import {
  parseTreeConnectRequest,
  parseTreeConnectResponse,
  type TreeConnectRequest,
} from '../../../../dissectors/smb1/tree-connect.ts'
import {
  parseTreeConnectAndxRequest,
  parseTreeConnectAndxResponse,
  type TreeConnectAndxRequest,
} from '../../../../dissectors/smb1/tree-connect-andx.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { TreeFacts } from '../../../ledger/smb-facts.ts'
import { createLogon } from '../../auth/logon.ts'
import { cappedText } from '../../core/capped-text.ts'
import { frameRef, type LiveSession, noteActivity } from '../state/live-session.ts'
import { confirmed, findSession, rejectsId, takeUp } from '../state/session-lookup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import { answerTree } from '../state/tree-connects.ts'
import type { AndxBlock } from './andx-block.ts'
import { isShareLevel, sharePasswordKind } from './passwords.ts'
import { noAvPairs } from './session-setup.ts'

const NO_PASSWORD = new Uint8Array(0)

export function treeConnectAndxRequest(c: SmbConnection, block: AndxBlock): void {
  const { message, offset, length } = block
  request(c, SMB1_COMMAND.TREE_CONNECT_ANDX, block, readable(parseTreeConnectAndxRequest(message, offset, length)))
}

export function treeConnectRequest(c: SmbConnection, block: AndxBlock): void {
  const { message, offset, length } = block
  request(c, SMB1_COMMAND.TREE_CONNECT, block, readable(parseTreeConnectRequest(message, offset, length)))
}

function request(
  c: SmbConnection,
  command: number,
  { mid, uid }: AndxBlock,
  asked: Partial<TreeConnectRequest | TreeConnectAndxRequest>,
): void {
  const { password = NO_PASSWORD, passwordLength = 0, service = null } = asked
  const path = cappedText(asked.path)
  const kind = sharePasswordKind(c, password, passwordLength)
  const session =
    findSession(c, uid, 0) ?? (kind === null ? null : takeUp(c, 'smb1', uid === 0 ? 'pending' : 'unknown', uid, 0))
  if (session !== null) noteActivity(session, c)
  c.pending.add({
    kind: 'tree-connect',
    frame: c.context.frame,
    time: c.context.time,
    id: mid,
    command,
    session,
    logon: session === null || kind === null ? null : shareLogon(c, session, kind, path, passwordLength),
    path,
    service,
  })
}

/** A password of a share: that it was sent is a fact, with any answer. */
function shareLogon(
  c: SmbConnection,
  session: LiveSession,
  kind: 'plaintext' | 'lm',
  path: string | null,
  length: number,
): LogonFacts {
  const logon = createLogon(c.context, 'share')
  logon.auth = kind
  logon.share = path
  logon.offeredCut = false
  if (kind === 'lm') {
    const authenticate = noAvPairs(c, kind, length, 0)
    logon.ntlm = { negotiate: null, challenge: null, authenticate }
  }
  // Without a setup before it, it is all that is known about the client.
  if (session.facts.auth === 'unknown' && session.idLow === 0) session.facts.auth = kind
  c.store.storeLogon(session, logon)
  return logon
}

export function treeConnectAndxResponse(c: SmbConnection, block: AndxBlock): void {
  const { message, offset, length, status, tid } = block
  const { service } = isSuccess(status) ? readable(parseTreeConnectAndxResponse(message, offset, length)) : {}
  response(c, SMB1_COMMAND.TREE_CONNECT_ANDX, block, tid, service ?? null)
}

export function treeConnectResponse(c: SmbConnection, block: AndxBlock): void {
  const { message, offset, length, status } = block
  const { tid } = isSuccess(status) ? readable(parseTreeConnectResponse(message, offset, length)) : {}
  response(c, SMB1_COMMAND.TREE_CONNECT, block, tid ?? block.tid, null)
}

function response(
  c: SmbConnection,
  command: number,
  { mid, uid, status }: AndxBlock,
  treeId: number,
  service: string | null,
): void {
  const asked = c.pending.take('tree-connect', command, mid)
  const session = asked?.session ?? findSession(c, uid, 0) ?? sessionOfAnswer(c, uid, status)
  if (session === null) return
  // A password that was sent stays a fact, even if the server does not know the id that it came with.
  if (!confirmed(c, session, asked?.logon ? 0 : status)) return
  noteActivity(session, c)
  const logon = asked?.logon ?? null
  if (logon !== null) endShareLogon(c, session, logon, status)
  else if (uid === 0 && isSuccess(status)) grantWithoutPassword(c, session)
  answerTree(c, session, asked, {
    treeId,
    status,
    shareType: shareType(service ?? asked?.service ?? null),
    encryptData: false,
  })
}

/** A session that is first seen with this answer; null where the server refuses it and nothing else is known of it. */
function sessionOfAnswer(c: SmbConnection, uid: number, status: number): LiveSession | null {
  if (rejectsId(status) || (uid === 0 && !isSuccess(status))) return null
  return takeUp(c, 'smb1', uid === 0 ? 'pending' : 'unknown', uid, 0)
}

function endShareLogon(c: SmbConnection, session: LiveSession, logon: LogonFacts, status: number): void {
  logon.ntStatus = status
  logon.answered = frameRef(c.context)
  const granted = isSuccess(status)
  logon.guest = granted ? null : false
  logon.anonymous = false
  const { facts } = session
  const { auth } = facts
  if (session.idLow === 0 && (facts.status === 'pending' || facts.status === 'failed')) decide(c, session, status)
  else if (!isShareLevel(c)) return
  // The setup before it named the client, and proved nothing.
  if (auth === 'unknown' || auth === 'anonymous') facts.auth = logon.auth
  if (granted && facts.anonymous === true) facts.anonymous = false
}

/** A share that needs no password, for a client without a name: as with empty credentials. */
function grantWithoutPassword(c: SmbConnection, session: LiveSession): void {
  const { facts } = session
  if (facts.status !== 'pending') return
  decide(c, session, 0)
  facts.auth = 'anonymous'
  facts.anonymous = true
  facts.guest = false
}

/** The first answer to a tree connect without a session setup decides what becomes of the session, and a grant counts more than refusals before it. */
function decide(c: SmbConnection, { facts }: LiveSession, status: number): void {
  const granted = isSuccess(status)
  facts.status = granted ? 'established' : 'failed'
  facts.ntStatus = status
  facts.decided = frameRef(c.context)
  facts.guest = granted ? null : false
  facts.anonymous = false
  facts.encryptData = false
}

/** Service strings, [MS-CIFS] 2.2.4.55.1; the client may ask for "?????", any. */
function shareType(service: string | null): TreeFacts['shareType'] {
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
