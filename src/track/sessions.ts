/**
 * Finding a message's session. A session is known by its server and id ([MS-SMB2] 3.3.1.7): ids are reused after a logoff and by other
 * servers, and one session may use several connections.
 */
import { hex64 } from '../../dissectors/bytes.ts'
import type { Connection } from './connection.ts'
import { hit } from './context.ts'
import { dropOldest } from './oldest.ts'
import { OPEN } from './open-state.ts'
import { keepChannel } from './retention.ts'
import { createSession, type LiveSession, setSessionId } from './session.ts'

/** The session of a message with this id, joined from another connection or taken up midstream; null where there is none to name. */
export function sessionOf(c: Connection, low: number, high: number): LiveSession | null {
  const last = c.lastSession
  if (last !== null && last.idLow === low && last.idHigh === high) return last
  const session = known(c, low, high) ?? (partlySeen(c) ? joinedSession(c, low, high) : null) ?? midstream(c, low, high)
  c.lastSession = session
  return session
}

/** May the binding that made this connection a channel be missing from the capture? */
function partlySeen(c: Connection): boolean {
  return c.facts.state === 'midstream' || c.facts.gaps > 0
}

/** A session that this connection has carried. */
export function known(c: Connection, low: number, high: number): LiveSession | null {
  return c.sessions.find(low, high)
}

/** A session that another connection to the same server set up: this connection is a channel of it from now on. */
export function joinedSession(c: Connection, low: number, high: number): LiveSession | null {
  const { sessionsByServer } = c.context
  for (const server of serverNames(c)) {
    const session = sessionsByServer.get(`${server} ${hex64(low, high)}`)
    if (session !== undefined && !session.closed) {
      keepChannel(c.context, session, c.settle())
      attach(c, session)
      return session
    }
  }
  return null
}

/** A session whose setup is not in the capture. */
function midstream(c: Connection, low: number, high: number): LiveSession | null {
  if (low === 0 && high === 0) return null
  const session = createSession(c.context, c.settle(), 'smb2', 'unknown')
  setSessionId(session, low, high)
  attach(c, session)
  publish(c, session)
  return session
}

export function attach(c: Connection, session: LiveSession): void {
  c.sessions.add(session)
  c.context.opened += OPEN.session
  if (c.sessions.size > c.context.limits.sessionsPerConnection) {
    c.sessions.deleteOldest()
    hit(c.context, 'sessionsPerConnection', c.context.frame)
  }
}

/** Lets channels on other connections find the session. */
export function publish(c: Connection, session: LiveSession): void {
  const { sessionsByServer, limits } = c.context
  for (const server of serverNames(c)) {
    const key = `${server} ${hex64(session.idLow, session.idHigh)}`
    // Again at the end of the map: the oldest are the first to go.
    sessionsByServer.delete(key)
    sessionsByServer.set(key, session)
  }
  dropOldest(sessionsByServer, limits.joinableSessions, (_key, dropped) => {
    if (!dropped.closed) hit(c.context, 'joinableSessions', c.context.frame)
  })
}

const NO_GUID = '00000000-0000-0000-0000-000000000000'

/** What the server goes by: its GUID on every address, and this address. */
function serverNames(c: Connection): string[] {
  c.settle()
  const names = [c.facts.server.ip]
  const guid = c.facts.negotiateResponse?.serverGuid ?? NO_GUID
  if (guid !== NO_GUID) names.push(guid)
  return names
}
