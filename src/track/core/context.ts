/** What the connections of one capture share: where we are, what was found, what was too much. */

import { Interned } from '../../base/interned.ts'
import type { Warning } from '../../ledger/capture-facts.ts'
import { createPackedTables, type PackedTables } from '../../ledger/packed-tables.ts'
import type { PackedFacts } from '../../ledger/packing/packed-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { MessageSink } from '../../ledger/smb-message.ts'
import type { LiveSession } from '../smb/state/live-session.ts'
import { Arenas } from './gather-buffers.ts'
import { LIMIT_NAMES, type LimitName, type Limits, limitMessage, limitText } from './limits.ts'
import type { RecentBytes } from './recent-bytes.ts'

/** What may be opened between two sweeps. */
export const AWAKE_BYTES = 3 << 20

export interface TrackContext {
  readonly capture: string
  /** Tells captures apart in ids, in few characters. */
  readonly captureKey: string
  readonly limits: Limits
  readonly messages: MessageSink | null
  /** The frame from which the current bytes come. */
  frame: number
  time: number
  smbMessages: number
  /** Bytes that wait behind holes, in all streams. */
  heldBytes: number
  recent: RecentBytes | null
  readonly arenas: Arenas
  readonly interned: Interned
  /** Segments that sent bytes again with other contents, and the first of them, each with the frame that it contradicts. */
  disagreements: number
  readonly disagreeing: { frame: number; first: number }[]
  /** Segments of which the capture holds only the beginning, and the frame of the first. */
  cutSegments: number
  firstCut: number
  /** Segments that lie outside the sequence of their connection, and the frame of the first. */
  straySegments: number
  firstStray: number
  /** Facts that are settled. */
  readonly tables: PackedTables
  /** Of connections that are finished; the mark of each is a KEPT (retention.ts). */
  readonly connections: PackedFacts<ConnectionFacts>
  /** Of those in `connections`: attempts, and others without a session. */
  attempts: number
  bareConnections: number
  /** Characters of the latter, about. */
  bareText: number
  /** Of sessions that are kept and asleep; the mark of each tells its status. */
  readonly sessions: PackedFacts<SessionFacts>
  /** Those that are kept and awake. */
  readonly awake: Set<LiveSession>
  /** How many were ever kept. */
  sessionsKept: number
  /** When `awake` has so many, those that were not touched since the frame `sweptFrame` go to sleep. */
  sweepAt: number
  sweptFrame: number
  /** How many may wake or be new until then, at least, and how many of them have woken. */
  awakeRoom: number
  woken: number
  /** Ids of connections that carry kept sessions and are not finished. */
  carriers: Set<string>
  /** New sessions to come before room is looked for again, after it was looked for in vain. */
  sessionsUntilEviction: number
  /** About how many bytes of state connections have opened by now, and at how many it is looked at next what of it is left (open-state.ts). */
  opened: number
  lookAt: number
  /** Characters of those awake, at the last sweep. */
  awakeText: number
  /** Also at so many opened, sessions that were not touched go to sleep: a few may have long texts. */
  sweepAtBytes: number
  /** Established sessions by server and id, for channels that join them from other connections. */
  readonly sessionsByServer: Map<string, LiveSession>
  /** By key, in the order in which they arose. */
  readonly warnings: Map<string, Warning>
  /** What the limits cost, and the first frame where one did. */
  readonly hits: Map<LimitName, { count: number; frame: number }>
}

export function createContext(capture: string, limits: Limits, messages: MessageSink | null): TrackContext {
  const tables = createPackedTables()
  return {
    tables,
    capture,
    captureKey: fnv1a(capture).toString(16).padStart(8, '0'),
    limits,
    messages,
    frame: 0,
    time: 0,
    smbMessages: 0,
    heldBytes: 0,
    recent: null,
    arenas: new Arenas(),
    interned: new Interned(),
    disagreements: 0,
    disagreeing: [],
    cutSegments: 0,
    firstCut: 0,
    straySegments: 0,
    firstStray: 0,
    connections: tables.connections,
    attempts: 0,
    bareConnections: 0,
    bareText: 0,
    sessions: tables.sessions,
    awake: new Set(),
    sessionsKept: 0,
    sweepAt: 0,
    sweptFrame: 0,
    awakeRoom: 0,
    woken: 0,
    carriers: new Set(),
    sessionsUntilEviction: 0,
    opened: 0,
    lookAt: limits.openBytes / 4,
    awakeText: 0,
    sweepAtBytes: AWAKE_BYTES,
    sessionsByServer: new Map(),
    warnings: new Map(),
    hits: new Map(),
  }
}

/** How many contradictions are told one by one. */
const DISAGREEMENTS_NAMED = 5

/** The frame at hand sent bytes that the frame `first` had sent before, and they are not the same. */
export function disagree(context: TrackContext, first: number): void {
  context.disagreements++
  const { disagreeing, frame } = context
  if (disagreeing.length < DISAGREEMENTS_NAMED) disagreeing.push({ frame, first })
}

/** A warning of the contradictions, where there were any. */
export function settleDisagreements(context: TrackContext): void {
  const { disagreements, disagreeing } = context
  if (disagreements === 0) return
  const named = disagreeing.map(({ frame, first }) => `frame ${frame} contradicts frame ${first}`).join(', ')
  const more = disagreements > disagreeing.length ? ` and ${disagreements - disagreeing.length} more` : ''
  const message = `bytes were sent again with other contents (${named}${more}): the first to come are taken, the receiver may have taken the others`
  warn(context, 'overlap-disagrees', message, disagreeing[0]!.frame)
}

/** A segment with data fits no conversation between its endpoints, and was not read. */
export function noteStray(context: TrackContext, frame: number): void {
  if (context.straySegments++ === 0 || frame < context.firstStray) context.firstStray = frame
}

/** A warning of those segments, where there were any. */
export function settleStrays(context: TrackContext): void {
  const { straySegments, firstStray } = context
  if (straySegments === 0) return
  const subject = straySegments === 1 ? '1 TCP segment with data lies' : `${straySegments} TCP segments with data lie`
  const message = `${subject} outside the sequence of the connection: what they hold was not read`
  warn(context, 'stray-segments', message, firstStray)
}

/** A limit was reached, at the cost of `count` of what it holds. */
export function hit(context: TrackContext, name: LimitName, frame: number, count = 1): void {
  const before = context.hits.get(name)
  if (before === undefined) context.hits.set(name, { count, frame })
  else before.count += count
}

/** How often each limit was reached, by its name as people write it. */
export function limitsReached({ hits }: TrackContext): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of LIMIT_NAMES) {
    const reached = hits.get(name)
    if (reached !== undefined) counts[limitText(name)] = reached.count
  }
  return counts
}

/** The same, with a warning of each. */
export function settleLimits(context: TrackContext): Record<string, number> {
  for (const name of LIMIT_NAMES) {
    const reached = context.hits.get(name)
    if (reached === undefined) continue
    warn(context, `limit-${limitText(name)}`, limitMessage(name, context.limits[name], reached.count), reached.frame)
  }
  return limitsReached(context)
}

/** Notes a warning once for each key, which is its code unless it says otherwise, with the first frame where it arose. */
export function warn(context: TrackContext, code: string, message: string, frame: number, key = code): void {
  if (!context.warnings.has(key)) context.warnings.set(key, { code, message, frame })
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
function fnv1a(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
