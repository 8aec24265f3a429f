/**
 * Limits the memory of all that is open: connections with what was said on them, and what protocols keep for connections to come. Each connection has
 * limits of its own, but thousands of connections may come near theirs, so there is one for all together. When it is reached, protocols first drop
 * what no open connection needs, then the longest idle connections are closed.
 */
import { type Context, noteLimit } from './core/context.ts'
import type { ProtocolTracker } from './core/protocol.ts'
import type { FlowTable } from './flow/flow-table.ts'
import type { TcpFlow } from './flow/tcp-flow.ts'
import { FLOW_BYTES } from './flow/tcp-flows.ts'

/** How far it is brought down at once. */
const LEFT_SHARE = 3 / 4
/** How much of it protocols may keep for connections to come. */
const SHARED_SHARE = 1 / 4

/** What may be opened before the next check: a share of the room that is left, since texts are not known beforehand, and of the whole at least. */
const CHECK_SHARE = 1 / 4
const LEAST_CHECK = 1 / 16

/** Measures all that is open, and closes the oldest if it exceeds the limit. Call it between frames, when `opened` has reached `nextCheckAt`. */
export function limitOpenBytes(flows: FlowTable, trackers: readonly ProtocolTracker[], context: Context): void {
  const limit = context.limits.openBytes
  const counted = new Set<object>()
  let open = 0
  for (const flow of flows.flows()) open += flowBytes(flow, counted)
  for (const tracker of trackers) {
    const shared = tracker.sharedBytes(counted)
    const most = limit * SHARED_SHARE
    open += shared > most ? tracker.dropShared(shared, most) : shared
  }
  if (open > limit) open = closeIdle(flows, context, open)
  context.nextCheckAt = context.opened + Math.max((limit - open) * CHECK_SHARE, limit * LEAST_CHECK)
}

/** Returns how much of `open` is left. */
function closeIdle(flows: FlowTable, context: Context, open: number): number {
  // The last of them is the one that the current frame belongs to.
  const others = flows.idleFirst().slice(0, -1)
  const counted = new Set<object>()
  let left = open
  let closed = 0
  for (const flow of others) {
    if (left <= context.limits.openBytes * LEFT_SHARE) break
    // Before its end, which takes these away.
    left -= flowBytes(flow, counted)
    flow.finish()
    flows.remove(flow)
    closed++
  }
  if (closed > 0) noteLimit(context, 'openBytes', context.frame, closed)
  return left
}

function flowBytes(flow: TcpFlow, counted: Set<object>): number {
  return FLOW_BYTES + flow.reader.openBytes(counted)
}
