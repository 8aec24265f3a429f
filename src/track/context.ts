/** What the connections of one capture share: where we are, what was found, what was too much. */
import type { ConnectionFacts, SessionFacts, Warning } from './ledger.ts'
import type { Limits } from './limits.ts'
import type { MessageSink } from './messages.ts'
import type { LiveSession } from './session.ts'

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
  /** Segments of which the capture holds only the beginning, and the frame of the first. */
  cutSegments: number
  firstCut: number
  readonly connections: ConnectionFacts[]
  /** Of those in `connections`, and beyond the limits: attempts, and the others. */
  attempts: number
  kept: number
  readonly sessions: SessionFacts[]
  /** Established sessions by server and id, for channels that join them from other connections. */
  readonly sessionsByServer: Map<string, LiveSession>
  /** By key, in the order in which they arose. */
  readonly warnings: Map<string, Warning>
}

export function createContext(capture: string, limits: Limits, messages: MessageSink | null): TrackContext {
  return {
    capture,
    captureKey: fnv1a(capture).toString(16).padStart(8, '0'),
    limits,
    messages,
    frame: 0,
    time: 0,
    smbMessages: 0,
    heldBytes: 0,
    cutSegments: 0,
    firstCut: 0,
    connections: [],
    attempts: 0,
    kept: 0,
    sessions: [],
    sessionsByServer: new Map(),
    warnings: new Map(),
  }
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
