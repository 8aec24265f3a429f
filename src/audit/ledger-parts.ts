/**
 * Divides a ledger into parts that are small enough to be read whole: some connections, the sessions set up on them, and the look-ups that rules share.
 * The generators yield null between two pieces of work, so that the caller can do other work in between.
 */

import type { NamesSeen } from '../ledger/derived/names-seen.ts'
import { peek } from '../ledger/facts-list.ts'
import { IdIndex } from '../ledger/id-index.ts'
import { emptyLedger, type Ledger } from '../ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { Policy } from '../policy/policy.ts'
import type { AuditFacts } from './rule/audit-facts.ts'

/** The most connections and sessions of a part. A connection with more sessions is in several parts. */
const PART_CONNECTIONS = 64
const PART_SESSIONS = 512
/** Entries that are read between two yields. */
const PIECE = 128

/** What all parts share. */
export interface SharedFacts {
  policy: Policy
  /** Of the whole ledger; null if the policy names no hosts. */
  names: NamesSeen | null
}

const NO_NAMES: readonly string[] = []

/** Which sessions were set up on which connection, by their indexes in the ledger. */
export interface Links {
  /** By connection: its first session, -1 for none. */
  readonly first: Int32Array
  /** By session: the next of its connection, -1 after the last. */
  readonly next: Int32Array
}

/** A session whose connection was not kept has no hosts: rules cannot judge it, and no connection links to it. */
export function* linkSessions({ connections, sessions }: Ledger): Generator<null, Links> {
  const index = new IdIndex(connections)
  // Of two with one id, which no tracker makes, the last has the sessions.
  for (let i = connections.length - 1; i >= 0; i--) {
    index.add(i)
    if (i % PIECE === 0) yield null
  }
  const first = new Int32Array(connections.length).fill(-1)
  const next = new Int32Array(sessions.length).fill(-1)
  // From the last to the first, so that each list is in the order of the ledger.
  for (let i = sessions.length - 1; i >= 0; i--) {
    const connection = index.find(peek(sessions, i, 'connection'), peek(sessions, i, 'captureId'))
    if (i % PIECE === 0) yield null
    if (connection < 0) continue
    next[i] = first[connection]!
    first[connection] = i
  }
  return { first, next }
}

export function* factsInParts(
  ledger: Ledger,
  { first, next }: Links,
  shared: SharedFacts,
): Generator<AuditFacts | null> {
  let part = new Part()
  for (let i = 0; i < ledger.connections.length; i++) {
    const connection = ledger.connections.at(i)!
    if (part.has(connection)) {
      yield part.facts(ledger, shared)
      part = new Part()
    }
    let sessions = part.add(connection, true)
    for (let s = first[i]!; s >= 0; s = next[s]!) {
      if (part.sessions.length === PART_SESSIONS) {
        yield part.facts(ledger, shared)
        part = new Part()
        sessions = part.add(connection, false)
      }
      const session = ledger.sessions.at(s)!
      sessions.push(session)
      part.sessions.push(session)
      if (s % PIECE === 0) yield null
    }
    if (part.size === PART_CONNECTIONS) {
      yield part.facts(ledger, shared)
      part = new Part()
    }
  }
  yield part.facts(ledger, shared)
}

class Part {
  readonly connections: ConnectionFacts[] = []
  readonly sessions: SessionFacts[] = []
  private readonly connectionById = new Map<string, ConnectionFacts>()
  private readonly sessionsById = new Map<string, SessionFacts[]>()

  /** How many connections it has, listed or not. */
  get size(): number {
    return this.connectionById.size
  }

  /** Does it have a connection of this id, from another capture? */
  has({ id }: ConnectionFacts): boolean {
    return this.connectionById.has(id)
  }

  /** Returns the list of its sessions, to be filled. `listed`: this is the first part that it is in. */
  add(connection: ConnectionFacts, listed: boolean): SessionFacts[] {
    const sessions: SessionFacts[] = []
    if (listed) this.connections.push(connection)
    this.connectionById.set(connection.id, connection)
    this.sessionsById.set(connection.id, sessions)
    return sessions
  }

  facts({ captures }: Ledger, { policy, names }: SharedFacts): AuditFacts {
    const { connections, sessions, connectionById, sessionsById } = this
    for (const list of sessionsById.values()) list.sort(inFrameOrder)
    return {
      ledger: { ...emptyLedger(), captures, connections, sessions },
      policy,
      connectionOf: (session) => connectionById.get(session.connection)!,
      sessionsOf: (connection) => sessionsById.get(connection.id) ?? [],
      namesOf: (connection, ip) => names?.of(connection, ip) ?? NO_NAMES,
    }
  }
}

function inFrameOrder(a: SessionFacts, b: SessionFacts): number {
  return a.firstFrame - b.firstFrame || (a.id < b.id ? -1 : 1)
}
