/**
 * Finding a message's session. A session is known by its server and id ([MS-SMB2] 3.3.1.7): ids are reused after a logoff and by other
 * servers, and one session may use several connections.
 */
import { STATUS_SMB_BAD_UID, STATUS_USER_SESSION_DELETED } from '../../../../dissectors/ntstatus.ts'
import { noteLimit } from '../../core/context.ts'
import { type LiveSession, setSessionId } from './live-session.ts'
import { OPEN_COST } from './open-costs.ts'
import type { SmbConnection } from './smb-connection.ts'

/** The session of a message with this id, joined from another connection or taken up midstream; null where the id is that of no session. */
export function sessionOf(c: SmbConnection, low: number, high: number): LiveSession | null {
  const last = c.lastSession
  if (last !== null && last.idLow === low && last.idHigh === high) return last
  const session =
    findSession(c, low, high) ?? (partlySeen(c) ? joinedSession(c, low, high) : null) ?? midstream(c, low, high)
  c.lastSession = session
  return session
}

/** May the binding that made this connection a channel be missing from the capture? */
function partlySeen(c: SmbConnection): boolean {
  return c.facts.state === 'midstream' || c.facts.gaps > 0
}

/** A session that this connection has carried. */
export function findSession(c: SmbConnection, low: number, high: number): LiveSession | null {
  return c.sessions.find(low, high)
}

/** A session that another connection to the same server set up: this connection is a channel of it from now on. */
export function joinedSession(c: SmbConnection, low: number, high: number): LiveSession | null {
  const session = c.store.findJoinable(low, high, serverNames(c))
  if (session === null) return null
  c.store.storeChannel(session, c.flow.settle())
  c.carries = true
  addSession(c, session)
  return session
}

/** A session whose setup is not in the capture. */
function midstream(c: SmbConnection, low: number, high: number): LiveSession | null {
  if (low === 0 && high === 0) return null
  const session = takeUp(c, 'smb2', 'unknown', low, high)
  makeJoinable(c, session)
  return session
}

/** A session that is known by its id alone, until an answer shows that the server knows it too. */
export function takeUp(
  c: SmbConnection,
  family: 'smb1' | 'smb2',
  status: 'pending' | 'unknown',
  low: number,
  high: number,
): LiveSession {
  const session = c.store.create(c.flow.settle(), family, status)
  session.unproven = true
  setSessionId(session, low, high)
  addSession(c, session)
  return session
}

/** Does an answer say that the server does not know the id of its session? */
export function rejectsId(status: number): boolean {
  return status === STATUS_USER_SESSION_DELETED || status === STATUS_SMB_BAD_UID
}

/**
 * What a response says about the id that it carries: false where the server does not know it, and nothing else has shown that there is such a session. Then
 * the session never existed, and what was counted of it is forgotten.
 */
export function confirmed(c: SmbConnection, session: LiveSession, status: number): boolean {
  if (!session.unproven) return true
  if (rejectsId(status)) {
    discard(c, session)
    return false
  }
  session.unproven = false
  c.carries = true
  return true
}

function discard(c: SmbConnection, session: LiveSession): void {
  c.sessions.delete(session)
  if (c.lastSession === session) c.lastSession = null
  c.exchanges?.delete(session)
  c.pending.deleteOf(session)
  const { awaitedSignatures: awaited } = c
  for (let s = awaited.length - 1; s >= 0; s--) if (awaited[s]!.session === session) awaited.splice(s, 1)
  c.store.deleteJoinable(session, serverNames(c))
  // No other connection may join it, even if the server had another name when it began.
  session.closed = true
  // Sessions that are not confirmed yet count as well.
  const alone = !c.carries && c.sessions.size === 0
  c.store.forget(session, alone ? c.flow.settle() : null)
}

export function addSession(c: SmbConnection, session: LiveSession): void {
  c.sessions.add(session)
  c.context.opened += OPEN_COST.session
  if (c.sessions.size > c.context.limits.sessionsPerConnection) {
    c.sessions.deleteOldest()
    noteLimit(c.context, 'sessionsPerConnection', c.context.frame)
  }
}

/** Lets channels on other connections find the session. */
export function makeJoinable(c: SmbConnection, session: LiveSession): void {
  c.store.makeJoinable(session, serverNames(c))
}

const NO_GUID = '00000000-0000-0000-0000-000000000000'

/** The names of the server: its GUID on every address, and this address. */
function serverNames(c: SmbConnection): string[] {
  c.flow.settle()
  const names = [c.facts.server.ip]
  const guid = c.facts.negotiateResponse?.serverGuid ?? NO_GUID
  if (guid !== NO_GUID) names.push(guid)
  return names
}
