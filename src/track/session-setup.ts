/**
 * The life of a session's setup, for both families: a first authentication, a re-authentication on the live session, or the binding of another
 * channel ([MS-SMB2] 3.3.5.5). One exchange may take several requests; each answer is matched by MessageId (SMB2) or MID (SMB1).
 */
import { isSuccess, STATUS_MORE_PROCESSING_REQUIRED, STATUS_PENDING } from '../../dissectors/ntstatus.ts'
import type { Connection, PendingRequest } from './connection.ts'
import { hit } from './context.ts'
import type { LogonFacts, SigningMode } from './ledger.ts'
import { createLogon } from './logon.ts'
import { dropOldest } from './oldest.ts'
import { OPEN } from './open-state.ts'
import { addPending, takePending } from './pending.ts'
import { hasRoomForText } from './retention.ts'
import { createSession, here, type LiveSession, setSessionId, touch } from './session.ts'
import { attach, joinedSession, known, publish } from './sessions.ts'

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
  touch(session, context)
  const { facts } = session
  facts.setupSigning ??= request.signing
  const logon = c.exchanges?.get(session) ?? startLogon(c, session, request.binding === true || joined !== null)
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

/** The session of another connection that this request binds to this one. Where the flag was cut, that the id is such a session's tells. */
function sessionToJoin(c: Connection, { low, high, binding }: SetupRequest): LiveSession | null {
  if (binding === false || (low === 0 && high === 0)) return null
  const session = known(c, low, high)
  return session !== null && !session.closed ? null : joinedSession(c, low, high)
}

function sessionOfRequest(c: Connection, { low, high, family }: SetupRequest): LiveSession {
  const named = low !== 0 || high !== 0
  if (named) {
    const session = known(c, low, high)
    if (session !== null && !session.closed) return session
  }
  // The answer that gave the id is not in the capture, or nothing of this exchange was before.
  const session = (named ? unnamed(c) : null) ?? createSession(c.context, c.settle(), family, 'pending')
  if (named) {
    setSessionId(session, low, high)
    attach(c, session)
  }
  return session
}

/** The session whose first request was seen and no answer. */
function unnamed(c: Connection): LiveSession | null {
  for (const session of c.exchanges?.keys() ?? []) if (session.idLow === 0 && session.idHigh === 0) return session
  return null
}

function startLogon(c: Connection, session: LiveSession, binding: boolean): LogonFacts {
  const { facts } = session
  const live = facts.status === 'established' || facts.status === 'unknown'
  const logon = createLogon(c.context, binding ? 'binding' : live ? 'reauthentication' : 'first')
  keepLogon(c, session, logon)
  return logon
}

function keepLogon(c: Connection, session: LiveSession, logon: LogonFacts): void {
  const { logonsPerSession, sessionsPerConnection } = c.context.limits
  const { facts } = session
  // A new list, of just the length: a pushed one has room for sixteen more.
  if (facts.logons.length >= logonsPerSession) hit(c.context, 'logonsPerSession', c.context.frame)
  else if (facts.logons.length === 0 || hasRoomForText(c.context)) facts.logons = [...facts.logons, logon]
  c.exchanges ??= new Map()
  c.exchanges.set(session, logon)
  c.context.opened += OPEN.logon
  // Exchanges that nobody ended.
  dropOldest(c.exchanges, sessionsPerConnection)
}

/** The request that a setup answer belongs to, with its session named by now; null where there was none and the answer names none. */
export function setupOfAnswer(c: Connection, answer: SetupAnswer, family: 'smb1' | 'smb2'): PendingRequest | null {
  const { low, high } = answer
  const named = low !== 0 || high !== 0
  const request = takePending(c, answer.command, answer.id)
  if (request?.session) {
    const { session } = request
    if (named && session.idLow === 0 && session.idHigh === 0) {
      setSessionId(session, low, high)
      forget(c, low, high)
      attach(c, session)
    }
    return request
  }
  if (!named) return null
  // A capture of one direction, or one that begins here.
  let session = known(c, low, high)
  if (session === null || session.closed) {
    session = createSession(c.context, c.settle(), family, 'pending')
    setSessionId(session, low, high)
    attach(c, session)
  }
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
  touch(session, context)
  if (status === STATUS_PENDING) {
    // An interim answer: the real one comes under the same id.
    addPending(c, request)
    return
  }
  if (status === STATUS_MORE_PROCESSING_REQUIRED) return
  c.exchanges?.delete(session)
  logon.ntStatus = status
  logon.answered = here(context)
  const { facts } = session
  if (logon.purpose !== 'first') return
  facts.ntStatus = status
  facts.decided = here(context)
  if (!isSuccess(status)) {
    facts.status = 'failed'
    facts.guest = facts.anonymous = facts.encryptData = false
    session.closed = true
    return
  }
  facts.status = 'established'
  facts.guest = granted?.guest ?? null
  facts.encryptData = granted?.encryptData ?? null
  facts.anonymous = isAnonymous(granted, logon)
  if (facts.family === 'smb2') publish(c, session)
}

/** Most servers grant a null session without saying so, so the credentials count too. One that was mapped to guest is a guest session. */
function isAnonymous(granted: SetupAnswer['granted'], { auth, user }: LogonFacts): boolean | null {
  if (granted === null) return null
  if (granted.anonymous) return true
  if (granted.guest) return false
  return auth === 'unknown' && user === null ? null : auth === 'anonymous'
}
