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
import { addLogon, createLogon } from '../../auth/logon.ts'
import { LOGON_TEXT, OPEN } from '../../open-limit.ts'
import type { Connection, PendingRequest } from '../smb-flow.ts'
import { createSession, here, type LiveSession, setSessionId, touch } from './live-session.ts'
import { addPending, takePending } from './pending-requests.ts'
import { attach, confirmed, joinedSession, known, publish, takenUp } from './session-lookup.ts'

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
  /** Whether what it carries begins a logon, or goes on with one; null where nobody can say. */
  step: 'first' | 'next' | null
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
export function beginSetup(c: Connection, request: SetupRequest): { session: LiveSession; logon: LogonFacts } {
  const { context } = c
  const joined = sessionToJoin(c, request)
  const session = joined ?? sessionOfRequest(c, request)
  touch(session, c)
  const { facts } = session
  facts.setupSigning ??= request.signing
  const logon =
    underWay(c, session, request.step) ?? startLogon(c, session, request.binding === true || joined !== null)
  session.goesOn = false
  addPending(c, {
    frame: context.frame,
    time: context.time,
    id: request.id,
    command: request.command,
    session,
    logon,
    path: null,
    detail: null,
  })
  return { session, logon }
}

/**
 * The exchange that a request goes on with. One that came to its end, of which the last answer is not in the capture, is over when another begins: the
 * session may be someone else's then.
 */
function underWay(c: Connection, session: LiveSession, step: SetupRequest['step']): LogonFacts | null {
  const logon = c.exchanges?.get(session) ?? null
  return logon !== null && step === 'first' && !session.goesOn && logon.auth !== 'unknown' ? null : logon
}

/** The session of another connection that this request binds to this one. Where the flag was cut, that the id is such a session's tells. */
function sessionToJoin(c: Connection, { low, high, binding }: SetupRequest): LiveSession | null {
  if (binding === false || (low === 0 && high === 0)) return null
  const session = known(c, low, high)
  return session !== null && !session.closed ? null : joinedSession(c, low, high)
}

function sessionOfRequest(c: Connection, { low, high, family, step }: SetupRequest): LiveSession {
  if (low === 0 && high === 0) {
    // Some servers give the id with the last answer only.
    return (step === 'next' ? unnamed(c) : null) ?? newSession(c, family)
  }
  const session = known(c, low, high)
  if (session !== null && !session.closed) return session
  // The answer that gave the id is not in the capture, or nothing of this exchange was before.
  const begun = unnamed(c)
  if (begun === null) return takenUp(c, family, 'pending', low, high)
  setSessionId(begun, low, high)
  attach(c, begun)
  return begun
}

function newSession(c: Connection, family: 'smb1' | 'smb2'): LiveSession {
  c.carries = true
  return createSession(c.context, c.settle(), family, 'pending')
}

/** The session whose first request was seen, and no answer that names it; of several the last that was asked to go on, or the first. */
function unnamed(c: Connection): LiveSession | null {
  let found: LiveSession | null = null
  for (const session of c.exchanges?.keys() ?? []) {
    if (session.idLow === 0 && session.idHigh === 0 && (found === null || session.goesOn)) found = session
  }
  return found
}

function startLogon(c: Connection, session: LiveSession, binding: boolean): LogonFacts {
  const { facts } = session
  const live = facts.status === 'established' || facts.status === 'unknown'
  const logon = createLogon(c.context, binding ? 'binding' : live ? 'reauthentication' : 'first')
  keepLogon(c, session, logon)
  return logon
}

function keepLogon(c: Connection, session: LiveSession, logon: LogonFacts): void {
  addLogon(c.context, session, logon)
  c.exchanges ??= new Map()
  c.exchanges.set(session, logon)
  c.context.opened += OPEN.logon + LOGON_TEXT
  // Exchanges that nobody ended.
  dropOldest(c.exchanges, c.context.limits.sessionsPerConnection)
}

/** The request that a setup answer belongs to, with its session named by now; null where there was none and the answer names none. */
export function setupOfAnswer(c: Connection, answer: SetupAnswer, family: 'smb1' | 'smb2'): PendingRequest | null {
  const { low, high } = answer
  const named = low !== 0 || high !== 0
  const request = takePending(c, answer.command, answer.id)
  if (request?.session) {
    if (named) nameSession(c, request.session, low, high)
    return request
  }
  if (!named) return null
  // A capture of one direction, or one that begins here.
  let session = known(c, low, high)
  if (session === null || session.closed) session = takenUp(c, family, 'pending', low, high)
  let logon = c.exchanges?.get(session)
  if (logon === undefined) {
    logon = createLogon(c.context, session.facts.decided === null ? 'first' : 'reauthentication')
    keepLogon(c, session, logon)
  }
  return {
    frame: c.context.frame,
    time: c.context.time,
    id: answer.id,
    command: answer.command,
    session,
    logon,
    path: null,
    detail: null,
  }
}

/** The answer gives the session its id. While it is being set up, it may get another one with each answer: the last one holds (Samba 3.0.20). */
function nameSession(c: Connection, session: LiveSession, low: number, high: number): void {
  if (session.idLow === low && session.idHigh === high) return
  const unnamed = session.idLow === 0 && session.idHigh === 0
  if (!unnamed) {
    if (session.facts.status !== 'pending') return
    c.sessions.delete(session)
    if (c.lastSession === session) c.lastSession = null
  }
  forget(c, low, high)
  setSessionId(session, low, high)
  attach(c, session)
}

/** A session of this id on this connection is no more: the server has given the id to another. */
function forget(c: Connection, low: number, high: number): void {
  const old = known(c, low, high)
  if (old === null) return
  c.sessions.delete(old)
  if (c.lastSession === old) c.lastSession = null
}

/** What the answer says of the exchange and of the session. `request` is setupOfAnswer's. */
export function endSetup(c: Connection, request: PendingRequest, answer: SetupAnswer): void {
  const { context } = c
  const { status, granted } = answer
  const { session, logon } = request
  if (session === null || logon === null) return
  touch(session, c)
  if (status === STATUS_PENDING) {
    // An interim answer: the real one comes under the same id.
    addPending(c, request)
    return
  }
  // Credentials that were sent are a logon that failed, whatever the id.
  if (!confirmed(c, session, logon.auth === 'unknown' ? status : STATUS_SUCCESS)) return
  session.goesOn = status === STATUS_MORE_PROCESSING_REQUIRED
  if (session.goesOn) return
  // Another exchange may have begun on the session before the answer to this one.
  if (c.exchanges?.get(session) === logon) c.exchanges.delete(session)
  logon.ntStatus = status
  logon.answered = here(context)
  const success = isSuccess(status)
  logon.guest = success ? (granted?.guest ?? null) : false
  logon.anonymous = success ? isAnonymous(granted, logon) : false
  const { facts } = session
  if (logon.purpose !== 'first') return
  facts.ntStatus = status
  facts.decided = here(context)
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
  if (facts.family === 'smb2') publish(c, session)
  // A server with share-level security may give all its clients UID 0.
  else if (session.idLow === 0) {
    forget(c, 0, 0)
    attach(c, session)
  }
}

/** Most servers grant a null session without saying so, so the credentials count too. One that was mapped to guest is a guest session. */
function isAnonymous(granted: SetupAnswer['granted'], { auth, user }: LogonFacts): boolean | null {
  if (granted === null) return null
  if (granted.anonymous) return true
  if (granted.guest) return false
  return auth === 'unknown' && !user ? null : auth === 'anonymous'
}
