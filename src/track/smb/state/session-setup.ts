/**
 * The life of a session's setup, for both families: a first authentication, a re-authentication on the live session, or the binding of another
 * channel ([MS-SMB2] 3.3.5.5). One exchange may take several requests; each answer is matched by MessageId (SMB2) or MID (SMB1).
 */
import {
  isSuccess,
  STATUS_MORE_PROCESSING_REQUIRED,
  STATUS_PENDING,
  STATUS_SUCCESS,
} from '../../../../dissectors/ntstatus.ts'
import { dropOldest } from '../../../base/drop-oldest.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { SigningMode } from '../../../ledger/smb-facts.ts'
import { createLogon, type LogonStep } from '../../auth/logon.ts'
import { frameRef, type LiveSession, noteActivity, setSessionId } from './live-session.ts'
import { LOGON_TEXT, OPEN_COST } from './open-costs.ts'
import type { PendingSessionSetup } from './pending-requests.ts'
import { addSession, confirmed, findSession, joinedSession, makeJoinable, takeUp } from './session-lookup.ts'
import type { SmbConnection } from './smb-connection.ts'

export interface SetupRequest {
  family: 'smb1' | 'smb2'
  command: number
  /** MessageId (low word) or MID. */
  id: number
  /** SessionId as the request carries it; 0 in a first one. */
  low: number
  high: number
  /** SMB2_SESSION_FLAG_BINDING; null where it was cut. */
  binding: boolean | null
  signing: SigningMode | null
  /** Whether its blob begins a logon, or continues one; null if that is not known. */
  step: LogonStep | null
}

export interface SetupAnswer {
  command: number
  id: number
  low: number
  high: number
  status: number
  /** Null where the flags could not be read. */
  granted: { guest: boolean; anonymous: boolean; encryptData: boolean } | null
}

/** The session and exchange that a setup request belongs to, begun where it is the first; its answer is awaited from now on. */
export function beginSetup(c: SmbConnection, request: SetupRequest): { session: LiveSession; logon: LogonFacts } {
  const joined = sessionToJoin(c, request)
  const session = joined ?? sessionOfRequest(c, request)
  noteActivity(session, c)
  const { facts } = session
  facts.setupSigning ??= request.signing
  const logon =
    underWay(c, session, request.step) ?? startLogon(c, session, request.binding === true || joined !== null)
  session.goesOn = false
  c.pending.add(pendingSetup(c, request, session, logon))
  return { session, logon }
}

/**
 * The exchange that a request continues. An exchange that ended without its last response in the capture has ended when another begins: the
 * session may then be of another user.
 */
function underWay(c: SmbConnection, session: LiveSession, step: LogonStep | null): LogonFacts | null {
  const logon = c.exchanges?.get(session) ?? null
  return logon !== null && step === 'first' && !session.goesOn && logon.auth !== 'unknown' ? null : logon
}

/** The session of another connection that this request binds to this one. Where the flag was cut, the id decides: it is one of such a session. */
function sessionToJoin(c: SmbConnection, { low, high, binding }: SetupRequest): LiveSession | null {
  if (binding === false || (low === 0 && high === 0)) return null
  const session = findSession(c, low, high)
  return session !== null && !session.closed ? null : joinedSession(c, low, high)
}

function sessionOfRequest(c: SmbConnection, { low, high, family, step }: SetupRequest): LiveSession {
  if (low === 0 && high === 0) {
    // Some servers give the id with the last answer only.
    return (step === 'next' ? unnamed(c) : null) ?? newSession(c, family)
  }
  const session = findSession(c, low, high)
  if (session !== null && !session.closed) return session
  // The answer that gave the id is not in the capture, or nothing of this exchange was before.
  const begun = unnamed(c)
  if (begun === null) return takeUp(c, family, 'pending', low, high)
  setSessionId(begun, low, high)
  addSession(c, begun)
  return begun
}

function newSession(c: SmbConnection, family: 'smb1' | 'smb2'): LiveSession {
  c.carries = true
  return c.store.create(c.flow.settle(), family, 'pending')
}

/** The session whose first request was seen, and no response that names it. Of several, the last one that the server asked to continue, or the first. */
function unnamed(c: SmbConnection): LiveSession | null {
  let found: LiveSession | null = null
  for (const session of c.exchanges?.keys() ?? []) {
    if (session.idLow === 0 && session.idHigh === 0 && (found === null || session.goesOn)) found = session
  }
  return found
}

function startLogon(c: SmbConnection, session: LiveSession, binding: boolean): LogonFacts {
  const { facts } = session
  const live = facts.status === 'established' || facts.status === 'unknown'
  const logon = createLogon(c.context, binding ? 'binding' : live ? 'reauthentication' : 'first')
  storeLogon(c, session, logon)
  return logon
}

function storeLogon(c: SmbConnection, session: LiveSession, logon: LogonFacts): void {
  c.store.storeLogon(session, logon)
  c.exchanges ??= new Map()
  c.exchanges.set(session, logon)
  c.context.opened += OPEN_COST.logon + LOGON_TEXT
  // Exchanges that were not ended.
  dropOldest(c.exchanges, c.context.limits.sessionsPerConnection)
}

/** The request that a setup answer belongs to, with its session named by now; null where there was none and the answer names none. */
export function setupOfAnswer(
  c: SmbConnection,
  answer: SetupAnswer,
  family: 'smb1' | 'smb2',
): PendingSessionSetup | null {
  const { low, high } = answer
  const named = low !== 0 || high !== 0
  const request = c.pending.take('session-setup', answer.command, answer.id)
  if (request !== null) {
    if (named) nameSession(c, request.session, low, high)
    return request
  }
  if (!named) return null
  // A capture of one direction, or one that begins here.
  let session = findSession(c, low, high)
  if (session === null || session.closed) session = takeUp(c, family, 'pending', low, high)
  let logon = c.exchanges?.get(session)
  if (logon === undefined) {
    logon = createLogon(c.context, session.facts.decided === null ? 'first' : 'reauthentication')
    storeLogon(c, session, logon)
  }
  return pendingSetup(c, answer, session, logon)
}

function pendingSetup(
  { context }: SmbConnection,
  { id, command }: SetupRequest | SetupAnswer,
  session: LiveSession,
  logon: LogonFacts,
): PendingSessionSetup {
  return { kind: 'session-setup', frame: context.frame, time: context.time, id, command, session, logon }
}

/** The answer gives the session its id. While it is being set up, it may get another one with each answer: the last one holds (Samba 3.0.20). */
function nameSession(c: SmbConnection, session: LiveSession, low: number, high: number): void {
  if (session.idLow === low && session.idHigh === high) return
  const unnamed = session.idLow === 0 && session.idHigh === 0
  if (!unnamed) {
    if (session.facts.status !== 'pending') return
    c.sessions.delete(session)
    if (c.lastSession === session) c.lastSession = null
  }
  forget(c, low, high)
  setSessionId(session, low, high)
  addSession(c, session)
}

/** A session of this id on this connection has ended: the server has given the id to another. */
function forget(c: SmbConnection, low: number, high: number): void {
  const old = findSession(c, low, high)
  if (old === null) return
  c.sessions.delete(old)
  if (c.lastSession === old) c.lastSession = null
}

/** What the response says about the exchange and the session. `request` is setupOfAnswer's. */
export function endSetup(c: SmbConnection, request: PendingSessionSetup, answer: SetupAnswer): void {
  const { context } = c
  const { status, granted } = answer
  const { session, logon } = request
  noteActivity(session, c)
  if (status === STATUS_PENDING) {
    // An interim answer: the real one comes under the same id.
    c.pending.add(request)
    return
  }
  // Credentials that were sent make a failed logon, with any id.
  if (!confirmed(c, session, logon.auth === 'unknown' ? status : STATUS_SUCCESS)) return
  session.goesOn = status === STATUS_MORE_PROCESSING_REQUIRED
  if (session.goesOn) return
  // Another exchange may have begun on the session before the answer to this one.
  if (c.exchanges?.get(session) === logon) c.exchanges.delete(session)
  logon.ntStatus = status
  logon.answered = frameRef(context)
  const success = isSuccess(status)
  logon.guest = success ? (granted?.guest ?? null) : false
  logon.anonymous = success ? isAnonymous(granted, logon) : false
  const { facts } = session
  if (logon.purpose !== 'first') return
  facts.ntStatus = status
  facts.decided = frameRef(context)
  if (!success) {
    facts.status = 'failed'
    facts.guest = facts.anonymous = facts.encryptData = false
    session.closed = true
    return
  }
  facts.status = 'established'
  facts.guest = logon.guest
  facts.encryptData = granted?.encryptData ?? null
  facts.anonymous = logon.anonymous
  if (facts.family === 'smb2') makeJoinable(c, session)
  // A server with share-level security may give all its clients UID 0.
  else if (session.idLow === 0) {
    forget(c, 0, 0)
    addSession(c, session)
  }
}

/** Notes what a session's first authentication says about the session itself. */
export function adoptLogon({ facts }: LiveSession, logon: LogonFacts): void {
  if (logon.purpose !== 'first') return
  facts.auth = logon.auth
  facts.user = logon.user
  facts.domain = logon.domain
  facts.workstation = logon.workstation
}

/** Most servers grant a null session without saying so, so the credentials count too. One that was mapped to guest is a guest session. */
function isAnonymous(granted: SetupAnswer['granted'], { auth, user }: LogonFacts): boolean | null {
  if (granted === null) return null
  if (granted.anonymous) return true
  if (granted.guest) return false
  return auth === 'unknown' && !user ? null : auth === 'anonymous'
}
