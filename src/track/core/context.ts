/**
 * What all readers of one capture share: the current position, the limits, the warnings, the pools of memory, and the tables of facts.
 */
import { Interned } from '../../base/interned.ts'
import type { Warning } from '../../ledger/capture-facts.ts'
import type { MessageSink } from '../../ledger/smb-message.ts'
import { createPackedTables, type PackedTables } from '../../ledger/whole/packed-tables.ts'
import { Arenas } from './gather-buffers.ts'
import { LIMIT_NAMES, type LimitName, type Limits, limitMessage, limitText } from './limits.ts'
import type { RecentBytes } from './recent-bytes.ts'

export interface Context {
  readonly capture: string
  /** Distinguishes captures in ids, in few characters. */
  readonly captureKey: string
  readonly limits: Limits
  readonly messages: MessageSink | null
  /** Facts that will not change. A protocol adds to its own tables (src/ledger/tables.ts lists all). */
  readonly tables: PackedTables
  /** The frame from which the current bytes come, and its time. */
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
  /** About how many bytes of state have been opened by now, and at how many open-limit.ts checks next how much of it is left. */
  opened: number
  nextCheckAt: number
  /** By code, in the order in which they arose. */
  readonly warnings: Map<string, Warning>
  /** What the limits cost, and the first frame where one did. */
  readonly limitCosts: Map<LimitName, { count: number; frame: number }>
}

export function createContext(capture: string, limits: Limits, messages: MessageSink | null): Context {
  return {
    capture,
    captureKey: fnv1a(capture).toString(16).padStart(8, '0'),
    limits,
    messages,
    tables: createPackedTables(),
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
    opened: 0,
    nextCheckAt: limits.openBytes / 4,
    warnings: new Map(),
    limitCosts: new Map(),
  }
}

/** How many contradictions are named one by one. */
const DISAGREEMENTS_NAMED = 5

/** The current frame sent bytes that the frame `first` had sent before, and they are not the same. */
export function noteDisagreement(context: Context, first: number): void {
  context.disagreements++
  const { disagreeing, frame } = context
  if (disagreeing.length < DISAGREEMENTS_NAMED) disagreeing.push({ frame, first })
}

/** Adds a warning about the contradictions, if there were any. */
export function warnOfDisagreements(context: Context): void {
  const { disagreements, disagreeing } = context
  if (disagreements === 0) return
  const named = disagreeing.map(({ frame, first }) => `frame ${frame} contradicts frame ${first}`).join(', ')
  const more = disagreements > disagreeing.length ? ` and ${disagreements - disagreeing.length} more` : ''
  const message = `bytes were sent again with other contents (${named}${more}): the first to come are taken, the receiver may have taken the others`
  warn(context, 'overlap-disagrees', message, disagreeing[0]!.frame)
}

/** A segment with data fits no conversation between its endpoints, and was not read. */
export function noteStray(context: Context, frame: number): void {
  if (context.straySegments++ === 0 || frame < context.firstStray) context.firstStray = frame
}

/** Adds a warning about those segments, if there were any. */
export function warnOfStrays(context: Context): void {
  const { straySegments, firstStray } = context
  if (straySegments === 0) return
  const subject = straySegments === 1 ? '1 TCP segment with data lies' : `${straySegments} TCP segments with data lie`
  const message = `${subject} outside the sequence of the connection: what they hold was not read`
  warn(context, 'stray-segments', message, firstStray)
}

/** A limit was reached, at the cost of `count` of the things it holds. */
export function noteLimit({ limitCosts }: Context, name: LimitName, frame: number, count = 1): void {
  const before = limitCosts.get(name)
  if (before === undefined) limitCosts.set(name, { count, frame })
  else before.count += count
}

/** How often each limit was reached, by its name as users write it. */
export function limitsReached({ limitCosts }: Context): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of LIMIT_NAMES) {
    const reached = limitCosts.get(name)
    if (reached !== undefined) counts[limitText(name)] = reached.count
  }
  return counts
}

/** Adds a warning for each limit that was reached. */
export function warnOfLimits(context: Context): void {
  for (const name of LIMIT_NAMES) {
    const reached = context.limitCosts.get(name)
    if (reached === undefined) continue
    warn(context, `limit-${limitText(name)}`, limitMessage(name, context.limits[name], reached.count), reached.frame)
  }
}

/** Adds a warning once for each code, with the first frame where it arose. */
export function warn(context: Context, code: string, message: string, frame: number): void {
  if (!context.warnings.has(code)) context.warnings.set(code, { code, message, frame })
}

/** FNV-1a, 32 bits, over UTF-16 code units. */
function fnv1a(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
