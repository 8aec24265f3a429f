/** What is known while a capture is still being read: nothing of what is settled is copied or looked at, so it may be asked for often. */

import { FactsView, type Named } from '../ledger/facts-list.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PackedFacts } from '../ledger/packing/packed-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import { limitsReached, type TrackContext } from './core/context.ts'

/**
 * All of it is for use before the next frame: then open facts change, and packed ones may move. Facts are known by their id; what was settled and
 * changes all the same, as a session that is used after a long rest, is among the open ones and later among the settled once more.
 */
export interface SoFar {
  /** Settled and open, in no particular order, without captures: what their reader knows of them is not known here. */
  ledger: Ledger
  smbMessages: number
  /** What limits on memory cost by now, as CaptureFacts has it. */
  limits: Record<string, number>
  sessions: Changes<SessionFacts>
  connections: Changes<ConnectionFacts>
  /** For the next call. */
  seen: Seen
}

export interface Changes<T extends Named> {
  /** Settled since the last call. */
  settled: FactsView<T>
  /** May change with the next frame. */
  open: T[]
  /** Some of what was settled had to go: `settled` holds all that is left, so begin with nothing. */
  anew: boolean
}

/** How much of what is settled was seen. */
export interface Seen {
  readonly sessions: Position
  readonly connections: Position
}

interface Position {
  readonly generation: number
  readonly end: number
}

/** `open` are the connections that are not finished, those with SMB. */
export function soFarOf(context: TrackContext, openConnections: ConnectionFacts[], seen: Seen | null): SoFar {
  const openSessions = [...context.awake].map((session) => session.facts)
  const { sessions, connections } = context
  return {
    ledger: {
      captures: [],
      connections: withOpen(connections, openConnections),
      sessions: withOpen(sessions, openSessions),
    },
    smbMessages: context.smbMessages,
    limits: limitsReached(context),
    sessions: changes(sessions, openSessions, seen?.sessions),
    connections: changes(connections, openConnections, seen?.connections),
    seen: { sessions: position(sessions), connections: position(connections) },
  }
}

function withOpen<T extends Named>(packed: PackedFacts<T>, open: T[]): FactsView<T> {
  const settled = packed.rows()
  const { length } = settled
  const rows = new Uint32Array(length + open.length)
  const listOf = new Uint32Array(rows.length)
  rows.set(settled)
  for (let i = 0; i < open.length; i++) rows[length + i] = i
  listOf.fill(1, length)
  return new FactsView<T>([packed, open], rows, listOf)
}

function changes<T extends Named>(packed: PackedFacts<T>, open: T[], seen: Position | undefined): Changes<T> {
  const anew = seen !== undefined && seen.generation !== packed.generation
  const from = seen === undefined || anew ? 0 : seen.end
  return { settled: new FactsView([packed], packed.rows(from)), open, anew }
}

function position({ generation, end }: PackedFacts<SessionFacts> | PackedFacts<ConnectionFacts>): Position {
  return { generation, end }
}
