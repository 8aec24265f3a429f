/**
 * What connections have open: sessions, logons and requests under way, shares. Each connection has limits of its own for these, but thousands of
 * connections may come near theirs, so there is one for all together: the longest idle connections are closed then.
 */
import type { Connection } from './connection.ts'
import { hit } from './context.ts'
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
export function keepOpenBytes(flows: FlowTable, context: Connection['context']): void {
  const limit = context.limits.openBytes
  const connections = flows.connections().sort((x, y) => x.facts.lastFrame - y.facts.lastFrame)
  const weights = connections.map(weigh)
  let open = weights.reduce((sum, weight) => sum + weight, 0)
  if (open > limit) {
    let closed = 0
    // The last of them is the one at hand.
    for (; closed < connections.length - 1 && open > limit * LEFT_SHARE; closed++) {
      open -= weights[closed]!
      connections[closed]!.finish()
      flows.remove(connections[closed]!)
    }
    if (closed > 0) hit(context, 'openBytes', context.frame, closed)
  }
  context.opened = 0
  context.lookAt = Math.max((limit - open) * LOOK_SHARE, limit * LEAST_LOOK)
}

/** Bytes, about. What several connections share counts for each of them. */
function weigh({ sessions, pending, exchanges }: Connection): number {
  let bytes = 0
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
