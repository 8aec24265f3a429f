/**
 * What connections have open: sessions, logons and requests under way, shares. Each connection has limits of its own for these, but thousands of
 * connections may come near theirs, so there is one for all together: the longest idle connections are closed then.
 */
import type { Connection } from './connection.ts'
import { hit, type TrackContext } from './context.ts'
import type { FlowTable } from './flow-table.ts'
import type { LiveSession } from './session.ts'
import { logonText, sessionText } from './weigh.ts'

/** Bytes that each takes, about, without its texts. */
export const OPEN = { session: 1024, sleeping: 256, logon: 1024, request: 256, share: 64 } as const

/** How far it is brought down at once. */
const LEFT_SHARE = 3 / 4

/** What may be opened before it is looked again: a share of the room that is left, since texts are not known beforehand, and of the whole at least. */
const LOOK_SHARE = 1 / 4
const LEAST_LOOK = 1 / 16

/**
 * Looks at all that is open, and closes the longest idle connections where it is more than the limit. To be called between frames, when
 * `context.opened` has come to `context.lookAt`.
 */
export function keepOpenBytes(flows: FlowTable, context: TrackContext): void {
  const limit = context.limits.openBytes
  let open = 0
  for (const connection of flows.connections()) open += weigh(connection)
  if (open > limit) open = closeIdle(flows, context, open)
  context.opened = 0
  context.lookAt = Math.max((limit - open) * LOOK_SHARE, limit * LEAST_LOOK)
}

/** Returns how much of `open` is left. */
function closeIdle(flows: FlowTable, context: TrackContext, open: number): number {
  // The last of them is the one at hand.
  const others = flows.idleFirst().slice(0, -1)
  let left = open
  let closed = 0
  for (const connection of others) {
    if (left <= context.limits.openBytes * LEFT_SHARE) break
    // Before its end, which takes these away.
    left -= weigh(connection)
    connection.finish()
    flows.remove(connection)
    closed++
  }
  if (closed > 0) hit(context, 'openBytes', context.frame, closed)
  return left
}

/** Bytes, about. What several connections share counts for each of them. */
function weigh({ sessions, pending, exchanges, splitBlob }: Connection): number {
  let bytes = splitBlob?.bytes.length ?? 0
  for (const session of sessions) bytes += weighSession(session)
  for (const { path, logon } of pending) {
    bytes += OPEN.request + (path?.length ?? 0)
    if (logon !== null) bytes += logonText(logon)
  }
  for (const [session, logon] of exchanges ?? []) bytes += OPEN.logon + logonText(logon) + weighSession(session)
  return bytes
}

function weighSession({ factsAwake, trees }: LiveSession): number {
  const facts = factsAwake === null ? OPEN.sleeping : OPEN.session + sessionText(factsAwake)
  return facts + (trees?.size ?? 0) * OPEN.share
}
