/**
 * What the ledger keeps where a capture holds more than it may: sessions and the connections that carry them come before connections on which
 * nothing was set up, those before attempts that nobody answered, and each has room of its own, so that a flood of one kind costs no other.
 */
import { hit, type TrackContext } from './context.ts'
import type { ConnectionFacts, SessionFacts } from './ledger.ts'

/** Of the sessions, the last quarter may still be under way, and a quarter goes at most: taking one at a time would look at all of them each time. */
const SHARE = 1 / 4
/** Fewer than this share are not worth the look. */
const LEAST_SHARE = 1 / 16

/** To the ledger, within its limits. */
export function keepConnection(context: TrackContext, facts: ConnectionFacts): void {
  if (!context.carriers.has(facts.id)) {
    if (!hasRoom(context, facts)) return
    if (isAttempt(facts)) context.attempts++
    else context.bareConnections++
  }
  context.connections.push(facts)
}

/** Would a connection without a session be kept? One that is not is counted, and need not be completed: a flood is made of them. */
export function hasRoom(context: TrackContext, facts: ConnectionFacts): boolean {
  if (isAttempt(facts)) return hasRoomForAttempt(context, facts.firstFrame)
  if (context.bareConnections < context.limits.connections) return true
  hit(context, 'connections', facts.firstFrame)
  return false
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
export function keepSession(context: TrackContext, facts: SessionFacts): void {
  const limit = context.limits.sessions
  if (context.sessions.length >= limit && --context.sessionsUntilEviction <= 0) evictSessions(context)
  if (context.sessions.length < limit) {
    context.sessions.push(facts)
    context.carriers.add(facts.connection)
  } else {
    context.droppedSessions.add(facts)
    hit(context, 'sessions', facts.firstFrame)
  }
}

/** The session was seen on another connection, which is then in the ledger as long as the session is. */
export function keepChannel(context: TrackContext, facts: SessionFacts, connection: string): void {
  if (facts.connections.includes(connection)) return
  if (facts.connections.length >= context.limits.connectionsPerSession) {
    hit(context, 'connectionsPerSession', context.frame)
    return
  }
  facts.connections.push(connection)
  if (!context.droppedSessions.has(facts)) context.carriers.add(connection)
}

/** Makes room among the older sessions: of those that never came about first, of the refused then. */
function evictSessions(context: TrackContext): void {
  const { sessions, limits, droppedSessions } = context
  const older = sessions.slice(0, Math.ceil(sessions.length * (1 - SHARE)))
  const worthless = [
    ...older.filter((s) => s.status === 'pending'),
    ...older.filter((s) => s.status === 'failed'),
  ].slice(0, Math.max(1, Math.floor(limits.sessions * SHARE)))
  if (worthless.length < limits.sessions * LEAST_SHARE) {
    context.sessionsUntilEviction = Math.ceil(limits.sessions * LEAST_SHARE)
    return
  }
  for (const facts of worthless) {
    droppedSessions.add(facts)
    hit(context, 'sessions', facts.firstFrame)
  }
  context.sessions = sessions.filter((s) => !droppedSessions.has(s))
  demoteConnections(context)
}

/** Connections in the ledger whose sessions have all gone count among those without one, and so may have to go too. */
function demoteConnections(context: TrackContext): void {
  context.carriers = new Set(context.sessions.flatMap((s) => s.connections))
  const before = context.connections
  context.connections = []
  context.attempts = 0
  context.bareConnections = 0
  for (const facts of before) keepConnection(context, facts)
}
