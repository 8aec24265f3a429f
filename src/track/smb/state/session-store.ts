/**
 * What the ledger keeps where a capture holds more than it may: sessions and the connections that carry them come before connections on which
 * nothing was set up, those before attempts that nobody answered, and each has room of its own, so that a flood of one kind costs no other.
 */

import type { ConnectionFacts, SessionFacts } from '../../../ledger/smb-facts.ts'
import { connectionText, sessionText } from '../../../ledger/text-size.ts'
import { AWAKE_BYTES, hit, type TrackContext } from '../../core/context.ts'
import type { LiveSession } from './live-session.ts'

/** Of the sessions, the last quarter may still be under way, and a quarter goes at most: taking one at a time would look at all of them each time. */
const SHARE = 1 / 4
/** Fewer than this share are not worth the look. */
const LEAST_SHARE = 1 / 16

/** Characters of a connection that offers nothing. */
const BARE = 128
/** How much of the room for texts connections without a session may take: what floods are made of must not take that of sessions. */
const BARE_SHARE = 1 / 4

/** Marks of connections in `context.connections`. */
const KEPT = { attempt: 1, bare: 2, carrier: 3, answeredCarrier: 4 } as const
/** Marks of sessions in `context.sessions`. */
const STATUS: Record<SessionFacts['status'], number> = { established: 1, unknown: 2, pending: 3, failed: 4 }

/** A connection that is finished goes to the ledger, within its limits. */
export function keepConnection(context: TrackContext, facts: ConnectionFacts): void {
  const attempt = isAttempt(facts)
  let mark: number = attempt ? KEPT.carrier : KEPT.answeredCarrier
  if (!context.carriers.delete(facts.id)) {
    if (!hasRoom(context, facts)) return
    mark = attempt ? KEPT.attempt : KEPT.bare
    if (attempt) context.attempts++
    else countBare(context, facts, 1)
  }
  context.connections.append(facts, context.connections.end, mark)
}

/** Takes a connection out of the ledger, with the room that it took. */
export function forgetConnection(context: TrackContext, row: number): void {
  const mark = context.connections.mark(row)
  if (mark === KEPT.attempt) context.attempts--
  else if (mark === KEPT.bare) countBare(context, context.connections.get(row), -1)
  context.connections.forget(row)
}

/** Would a connection without a session be kept? One that is not is counted, and need not be completed: a flood is made of them. */
export function hasRoom(context: TrackContext, facts: ConnectionFacts): boolean {
  return isAttempt(facts)
    ? hasRoomForAttempt(context, facts.firstFrame)
    : hasRoomForBareConnection(context, facts.firstFrame)
}

function hasRoomForBareConnection(context: TrackContext, firstFrame: number): boolean {
  const { limits, bareConnections, bareText } = context
  const isFull = bareConnections >= limits.connections
  if (!isFull && bareText < limits.ledgerBytes * BARE_SHARE) return true
  hit(context, isFull ? 'connections' : 'ledgerBytes', firstFrame)
  return false
}

/** Counts a connection without a session in, or out again. */
function countBare(context: TrackContext, facts: ConnectionFacts, by: 1 | -1): void {
  context.bareConnections += by
  context.bareText += by * (BARE + connectionText(facts))
}

export function hasRoomForAttempt(context: TrackContext, firstFrame: number): boolean {
  if (context.attempts < context.limits.attempts) return true
  hit(context, 'attempts', firstFrame)
  return false
}

function isAttempt({ state }: ConnectionFacts): boolean {
  return state === 'attempted' || state === 'refused'
}

/** The same for a session, when it begins. */
export function keepSession(context: TrackContext, session: LiveSession): void {
  const { facts } = session
  const limit = context.limits.sessions
  if (sessionCount(context) >= limit && --context.sessionsUntilEviction <= 0) evictSessions(context)
  if (sessionCount(context) < limit && hasRoomForText(context)) {
    session.number = context.sessionsKept++
    context.awake.add(session)
    context.carriers.add(facts.connection)
  } else if (sessionCount(context) >= limit) {
    hit(context, 'sessions', facts.firstFrame)
  }
}

/** May the ledger grow by another session, or by a share or a logon of one? What may not is counted. */
export function hasRoomForText(context: TrackContext): boolean {
  const { sessions, connections, awakeText, limits } = context
  if (sessions.bytes + connections.bytes + sessions.plainText + awakeText < limits.ledgerBytes) return true
  hit(context, 'ledgerBytes', context.frame)
  return false
}

/** The session was none: it goes, and `carrier`, its connection, counts among those without a session if nothing else is on it. */
export function forgetSession(context: TrackContext, session: LiveSession, carrier: string | null): void {
  const { sessions, awake, carriers } = context
  if (carrier !== null) carriers.delete(carrier)
  if (session.number < 0) return
  const row = awake.delete(session) ? -1 : sessions.find(session.serial)
  if (row >= 0) sessions.forget(row)
  // Whoever has seen it settled must learn that it is gone.
  else if (session.serial >= 0) sessions.generation++
  session.number = -1
}

function sessionCount(context: TrackContext): number {
  return context.sessions.size + context.awake.size
}

/** The session was seen on another connection, which is then in the ledger as long as the session is. */
export function keepChannel(context: TrackContext, { facts, number }: LiveSession, connection: string): void {
  if (facts.connections.includes(connection)) return
  if (facts.connections.length >= context.limits.connectionsPerSession) {
    hit(context, 'connectionsPerSession', context.frame)
    return
  }
  facts.connections.push(connection)
  if (number >= 0) context.carriers.add(connection)
}

/** For LiveSession.sleep. */
export function packSession(context: TrackContext, session: LiveSession, facts: SessionFacts): void {
  context.awake.delete(session)
  const { sessions } = context
  session.serial = sessions.serial(sessions.append(facts, session.number, STATUS[facts.status]))
}

/** For LiveSession's awakening: the facts as they were packed; null where they had to make room meanwhile. */
export function unpackSession(context: TrackContext, session: LiveSession): SessionFacts | null {
  const { sessions } = context
  const row = sessions.find(session.serial)
  if (row < 0) {
    session.number = -1
    return null
  }
  const facts = sessions.get(row)
  sessions.remove(row)
  context.awake.add(session)
  context.woken++
  return facts
}

/** Sessions to come, or to be woken, before it is looked anew for those that may go to sleep. */
const LEAST_AWAKE = 512
/** The same where it is mostly the same ones that wake again and again: thousands of clients at work at one time. */
const MOST_AWAKE = 4096
/** Characters of the texts of those awake, by what `weigh` says, from which on none but the least may be. */
const AWAKE_TEXT = 4 << 20

/**
 * Puts to sleep what nobody has touched since the last time. `busy` are sessions with logons under way, parts of whose facts are in use;
 * `following` is the number of connections that had to be asked for them. To be called between frames.
 */
export function sweepSessions(context: TrackContext, busy: ReadonlySet<LiveSession>, following: number): void {
  let text = 0
  for (const session of context.awake) {
    if (session.facts.lastFrame < context.sweptFrame && !busy.has(session)) session.sleep()
    else text += sessionText(session.facts)
  }
  context.sessions.compact()
  context.awakeText = text
  context.sweptFrame = context.frame
  context.sweepAtBytes = context.opened + AWAKE_BYTES
  context.awakeRoom = awakeRoom(context, text)
  context.woken = 0
  context.sweepAt = context.awake.size + Math.max(context.awakeRoom, Math.ceil((following + busy.size) / 8))
}

/** More where the sessions that were put to sleep were not done: to wake them costs more than their room. */
function awakeRoom({ awakeRoom, woken }: TrackContext, text: number): number {
  if (text > AWAKE_TEXT) return LEAST_AWAKE
  return woken * 2 > awakeRoom
    ? Math.min(Math.max(awakeRoom, LEAST_AWAKE) * 2, MOST_AWAKE)
    : Math.max(awakeRoom / 2, LEAST_AWAKE)
}

/** A session that may have to go: asleep in a row, or awake. */
interface Candidate {
  number: number
  row: number
  session: LiveSession | null
  status: number
  firstFrame: number
}

/** Makes room among the older sessions: of those that never came about first, of the refused then. */
function evictSessions(context: TrackContext): void {
  const { limits, sessions, awake } = context
  const older = candidates(context).slice(0, Math.ceil(sessionCount(context) * (1 - SHARE)))
  const worthless = [
    ...older.filter((s) => s.status === STATUS.pending),
    ...older.filter((s) => s.status === STATUS.failed),
  ].slice(0, Math.max(1, Math.floor(limits.sessions * SHARE)))
  if (worthless.length < limits.sessions * LEAST_SHARE) {
    context.sessionsUntilEviction = Math.ceil(limits.sessions * LEAST_SHARE)
    return
  }
  for (const { row, session, firstFrame } of worthless) {
    if (session === null) sessions.forget(row)
    else {
      awake.delete(session)
      session.number = -1
    }
    hit(context, 'sessions', firstFrame)
  }
  demoteConnections(context)
}

/** All sessions that are kept, oldest first. */
function candidates({ sessions, awake }: TrackContext): Candidate[] {
  const found: Candidate[] = []
  for (const row of sessions.rows()) {
    const status = sessions.mark(row)
    found.push({ number: sessions.number(row), row, session: null, status, firstFrame: sessions.firstFrame(row) })
  }
  for (const session of awake) {
    const { status, firstFrame } = session.facts
    found.push({ number: session.number, row: -1, session, status: STATUS[status], firstFrame })
  }
  return found.sort((a, b) => a.number - b.number)
}

/** Connections in the ledger whose sessions have all gone count among those without one, and so may have to go too. */
function demoteConnections(context: TrackContext): void {
  const { connections, sessions, awake } = context
  const carriers = new Set<string>()
  for (const row of sessions.rows()) for (const id of sessions.peek(row, 'connections')) carriers.add(id)
  for (const { facts } of awake) for (const id of facts.connections) carriers.add(id)
  context.attempts = 0
  context.bareConnections = 0
  context.bareText = 0
  for (const row of connections.rows()) {
    const mark = connections.mark(row)
    // Those without a session stay as they are: they had room before.
    if (mark === KEPT.attempt) context.attempts++
    else if (mark === KEPT.bare) countBare(context, connections.get(row), 1)
    else if (!carriers.delete(connections.peek(row, 'id'))) demote(context, row, mark === KEPT.carrier)
  }
  // The others are not finished.
  context.carriers = carriers
  connections.compact()
}

function demote(context: TrackContext, row: number, attempt: boolean): void {
  const { connections } = context
  const firstFrame = connections.firstFrame(row)
  const room = attempt ? hasRoomForAttempt(context, firstFrame) : hasRoomForBareConnection(context, firstFrame)
  if (!room) {
    connections.forget(row)
    return
  }
  connections.setMark(row, attempt ? KEPT.attempt : KEPT.bare)
  if (attempt) context.attempts++
  else countBare(context, connections.get(row), 1)
}
