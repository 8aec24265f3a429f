/**
 * What is open: connections with what was said on them, sessions, logons and requests under way, shares. Each connection has limits of its own for these,
 * but thousands of connections may come near theirs, so there is one for all together: sessions that others might still join are let go then, and the
 * longest idle connections closed.
 */

import { connectionText, logonText, sessionText } from '../ledger/text-size.ts'
import { hit, type TrackContext } from './core/context.ts'
import type { FlowTable } from './flow/flow-table.ts'
import type { Connection } from './smb/smb-flow.ts'
import type { LiveSession } from './smb/state/live-session.ts'

/** Bytes that each takes, about, without its texts. */
export const OPEN = { connection: 2048, session: 2560, sleeping: 384, logon: 1024, request: 256, share: 64 } as const
/** Of a text that is not Latin-1. */
export const CHARACTER = 2
/** Bytes that the texts of a logon take, about, before anybody has looked. */
export const LOGON_TEXT = 3072

/** How far it is brought down at once. */
const LEFT_SHARE = 3 / 4
/** How much of it sessions may take that are on no open connection. */
const JOINABLE_SHARE = 1 / 4

/** What may be opened before it is looked again: a share of the room that is left, since texts are not known beforehand, and of the whole at least. */
const LOOK_SHARE = 1 / 4
const LEAST_LOOK = 1 / 16

/**
 * Looks at all that is open, and takes the oldest of it away where it is more than the limit. To be called between frames, when `context.opened` has
 * come to `context.lookAt`.
 */
export function keepOpenBytes(flows: FlowTable, context: TrackContext): void {
  const limit = context.limits.openBytes
  const weighed = new Set<LiveSession>()
  let open = 0
  for (const connection of flows.connections()) open += weigh(connection, weighed)
  let joinable = 0
  for (const session of context.sessionsByServer.values()) joinable += weighOnce(session, weighed)
  if (joinable > limit * JOINABLE_SHARE) joinable = dropJoinable(context, joinable, limit * JOINABLE_SHARE)
  open += joinable
  if (open > limit) open = closeIdle(flows, context, open)
  context.lookAt = context.opened + Math.max((limit - open) * LOOK_SHARE, limit * LEAST_LOOK)
}

/** Lets the oldest go until `most` is left of `joinable`, and returns what is. */
function dropJoinable(context: TrackContext, joinable: number, most: number): number {
  const { sessionsByServer } = context
  const dropped = new Set<LiveSession>()
  let left = joinable
  for (const [key, session] of sessionsByServer) {
    if (left <= most * LEFT_SHARE) break
    sessionsByServer.delete(key)
    // One of an open connection stays in memory with that.
    left -= weighOnce(session, dropped)
    if (!session.closed) hit(context, 'joinableSessions', context.frame)
  }
  return Math.max(0, left)
}

/** Returns how much of `open` is left. */
function closeIdle(flows: FlowTable, context: TrackContext, open: number): number {
  // The last of them is the one at hand.
  const others = flows.idleFirst().slice(0, -1)
  const weighed = new Set<LiveSession>()
  let left = open
  let closed = 0
  for (const connection of others) {
    if (left <= context.limits.openBytes * LEFT_SHARE) break
    // Before its end, which takes these away.
    left -= weigh(connection, weighed)
    connection.finish()
    flows.remove(connection)
    closed++
  }
  if (closed > 0) hit(context, 'openBytes', context.frame, closed)
  return left
}

/** Bytes, about; of sessions those that are not in `weighed` yet. */
function weigh({ facts, sessions, pending, exchanges, splitBlob }: Connection, weighed: Set<LiveSession>): number {
  let bytes = OPEN.connection + connectionText(facts) * CHARACTER + (splitBlob?.bytes.length ?? 0)
  for (const session of sessions) bytes += weighOnce(session, weighed)
  for (const { path, logon } of pending) {
    bytes += OPEN.request + (path?.length ?? 0) * CHARACTER
    if (logon !== null) bytes += logonText(logon) * CHARACTER
  }
  for (const [session, logon] of exchanges ?? [])
    bytes += OPEN.logon + logonText(logon) * CHARACTER + weighOnce(session, weighed)
  return bytes
}

function weighOnce(session: LiveSession, weighed: Set<LiveSession>): number {
  if (weighed.has(session)) return 0
  weighed.add(session)
  const { factsAwake, trees } = session
  const facts = factsAwake === null ? OPEN.sleeping : OPEN.session + sessionText(factsAwake) * CHARACTER
  return facts + (trees?.size ?? 0) * OPEN.share
}
