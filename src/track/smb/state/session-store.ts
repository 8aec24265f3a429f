/**
 * The SMB sessions of a capture: those that the ledger keeps, awake or asleep, and those that other connections may join. Where a capture holds more
 * sessions than may be kept, those go first that were never established.
 */
import { hex64 } from '../../../../dissectors/bytes.ts'
import { dropOldest } from '../../../base/drop-oldest.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { PackedFacts } from '../../../ledger/packing/packed-facts.ts'
import type { SessionFacts, TreeFacts } from '../../../ledger/smb-facts.ts'
import { sessionText } from '../../../ledger/text-size.ts'
import { type Context, noteLimit } from '../../core/context.ts'
import type { ConnectionStore } from './connection-store.ts'
import { LiveSession, newSessionFacts, type SessionOwner } from './live-session.ts'
import { sessionBytes } from './open-costs.ts'

/** The last quarter of the sessions may still be in progress. At most a quarter is dropped at once: dropping them one by one would scan all each time. */
const SHARE = 1 / 4
/** A smaller share is not worth the search. */
const LEAST_SHARE = 1 / 16

/** Marks of sessions in their table. */
const STATUS: Record<SessionFacts['status'], number> = { established: 1, unknown: 2, pending: 3, failed: 4 }

/** Bytes of state that may be opened between two sweeps. */
const AWAKE_BYTES = 3 << 20
/** New or woken sessions, at least, before the next sweep. */
const LEAST_AWAKE = 512
/** The same if mostly the same sessions wake again and again: thousands of clients at work at the same time. */
const MOST_AWAKE = 4096
/** Characters of the texts of those awake, as text-size.ts counts them: with more, only LEAST_AWAKE may wake before the next sweep. */
const AWAKE_TEXT = 4 << 20

/** How far the joinable sessions are brought down at once where they take too much memory. */
const LEFT_SHARE = 3 / 4

/** A session that may have to go: asleep in a row, or awake. */
interface Candidate {
  number: number
  row: number
  session: LiveSession | null
  status: number
  firstFrame: number
}

export class SessionStore implements SessionOwner {
  private readonly context: Context
  private readonly connections: ConnectionStore
  /** Of sessions that are stored and asleep; the mark of each is its STATUS. */
  private readonly table: PackedFacts<SessionFacts>
  /** Those that are stored and awake. */
  readonly awake = new Set<LiveSession>()
  /** How many were ever stored. */
  private stored = 0
  /** When this many are awake, those that were not used since the frame `sweptFrame` go to sleep. */
  sweepAt = 0
  private sweptFrame = 0
  /** Also when this many bytes of state have been opened: a few sessions may have long texts. */
  private sweepAtBytes = AWAKE_BYTES
  /** How many may wake or be new until the next sweep, at least, and how many of them have woken. */
  private awakeRoom = 0
  woken = 0
  /** Characters of those awake, at the last sweep. */
  private awakeText = 0
  /** How many new sessions must come before another search for room, after one without success. */
  private sessionsUntilEviction = 0
  /** Established sessions by server and id, for channels that join them from other connections. */
  private readonly joinable = new Map<string, LiveSession>()
  /** Numbers of sessions whose rows were removed, until deleteForgottenJoinable. */
  private readonly forgotten = new Set<number>()

  constructor(context: Context, connections: ConnectionStore) {
    this.context = context
    this.connections = connections
    this.table = context.tables.sessions
  }

  /** A new session, stored within the limits. One that is not stored still has facts while it is followed. */
  create(connection: string, family: SessionFacts['family'], status: 'pending' | 'unknown'): LiveSession {
    const { context } = this
    const session = new LiveSession(this, newSessionFacts(context, connection, family, status))
    const limit = context.limits.sessions
    if (this.size >= limit && --this.sessionsUntilEviction <= 0) this.evict()
    if (this.size < limit && this.hasRoomForText()) {
      session.number = this.stored++
      this.awake.add(session)
      this.connections.addCarrier(connection)
    } else if (this.size >= limit) {
      noteLimit(context, 'sessions', session.facts.firstFrame)
    }
    return session
  }

  private get size(): number {
    return this.table.size + this.awake.size
  }

  /** May the ledger grow by another session, or by a share or a logon of one? What may not is counted. */
  hasRoomForText(): boolean {
    const { table, context } = this
    const { tables, limits } = context
    if (table.bytes + tables.connections.bytes + table.plainText + this.awakeText < limits.ledgerBytes) return true
    noteLimit(context, 'ledgerBytes', context.frame)
    return false
  }

  /** Lists a logon with its session, within the limits. */
  storeLogon({ facts }: LiveSession, logon: LogonFacts): void {
    const { context } = this
    // A new list, of just the length: one that is pushed to has room for sixteen more.
    if (facts.logons.length >= context.limits.logonsPerSession) noteLimit(context, 'logonsPerSession', context.frame)
    else if (facts.logons.length === 0 || this.hasRoomForText()) facts.logons = [...facts.logons, logon]
  }

  /** May the session list another tree? What may not is counted. */
  hasRoomForTree({ facts }: LiveSession, { frame }: TreeFacts): boolean {
    const { context } = this
    if (facts.trees.length < context.limits.treesPerSession) return this.hasRoomForText()
    noteLimit(context, 'treesPerSession', frame)
    return false
  }

  /** The session was seen on another connection, which is then in the ledger as long as the session is. */
  storeChannel({ facts, number }: LiveSession, connection: string): void {
    const { context } = this
    if (facts.connections.includes(connection)) return
    if (facts.connections.length >= context.limits.connectionsPerSession) {
      noteLimit(context, 'connectionsPerSession', context.frame)
      return
    }
    facts.connections.push(connection)
    if (number >= 0) this.connections.addCarrier(connection)
  }

  /** There never was such a session: it goes. `carrier` is its connection, if nothing else is on that. */
  forget(session: LiveSession, carrier: string | null): void {
    const { table } = this
    if (carrier !== null) this.connections.deleteCarrier(carrier)
    if (session.number < 0) return
    const row = this.awake.delete(session) ? -1 : table.find(session.serial)
    if (row >= 0) table.forget(row)
    // A reader that has seen it settled must learn that it is gone.
    else if (session.serial >= 0) table.generation++
    session.number = -1
  }

  /** SessionOwner. */
  pack(session: LiveSession, facts: SessionFacts): void {
    const { table } = this
    this.awake.delete(session)
    session.serial = table.serial(table.append(facts, session.number, STATUS[facts.status]))
  }

  unpack(session: LiveSession): SessionFacts {
    const { table } = this
    const row = table.find(session.serial)
    if (row < 0) {
      // It had to make room while it was asleep: it begins again, and is not stored.
      session.number = -1
      return newSessionFacts(this.context, '', session.family, 'unknown')
    }
    const facts = table.get(row)
    table.remove(row)
    this.awake.add(session)
    this.woken++
    return facts
  }

  /** Lets channels on other connections to the same server find the session; `names` are the names of the server. */
  makeJoinable(session: LiveSession, names: readonly string[]): void {
    const { context, joinable } = this
    for (const server of names) {
      const key = joinKey(server, session.idLow, session.idHigh)
      // Again at the end of the map: the oldest are the first to go.
      joinable.delete(key)
      joinable.set(key, session)
    }
    dropOldest(joinable, context.limits.joinableSessions, (_key, dropped) => {
      if (!dropped.closed) noteLimit(context, 'joinableSessions', context.frame)
    })
  }

  /** The session of this id that another connection to the same server set up; null where there is none. */
  findJoinable(low: number, high: number, names: readonly string[]): LiveSession | null {
    for (const server of names) {
      const session = this.joinable.get(joinKey(server, low, high))
      if (session !== undefined && !session.closed) return session
    }
    return null
  }

  deleteJoinable(session: LiveSession, names: readonly string[]): void {
    for (const server of names) {
      const key = joinKey(server, session.idLow, session.idHigh)
      if (this.joinable.get(key) === session) this.joinable.delete(key)
    }
  }

  /** Removes a session that is asleep. A client that uses it again begins a session that is seen from its middle on. */
  forgetRow(row: number): void {
    this.forgotten.add(this.table.number(row))
    this.table.forget(row)
  }

  /** Sessions whose rows were removed cannot be joined any more. */
  deleteForgottenJoinable(): void {
    const { joinable, forgotten } = this
    for (const [key, session] of joinable) if (forgotten.has(session.number)) joinable.delete(key)
    forgotten.clear()
  }

  /** Bytes of the joinable sessions, of those that are not in `counted` yet. */
  joinableBytes(counted: Set<object>): number {
    let bytes = 0
    for (const session of this.joinable.values()) bytes += sessionBytes(session, counted)
    return bytes
  }

  /** Lets the oldest joinable sessions go until three quarters of `most` are left of `bytes`, and returns what is. */
  dropJoinable(bytes: number, most: number): number {
    const { context, joinable } = this
    const dropped = new Set<object>()
    let left = bytes
    for (const [key, session] of joinable) {
      if (left <= most * LEFT_SHARE) break
      joinable.delete(key)
      // One of an open connection stays in memory with that.
      left -= sessionBytes(session, dropped)
      if (!session.closed) noteLimit(context, 'joinableSessions', context.frame)
    }
    return Math.max(0, left)
  }

  get isSweepDue(): boolean {
    return this.awake.size >= this.sweepAt || this.context.opened >= this.sweepAtBytes
  }

  /**
   * Puts to sleep the sessions that were not used since the last call. Call it between frames.
   * @param busy sessions with logons in progress: parts of their facts are in use
   * @param connections how many had to be asked for them
   */
  sweep(busy: ReadonlySet<LiveSession>, connections: number): void {
    const { context } = this
    let text = 0
    for (const session of this.awake) {
      if (session.facts.lastFrame < this.sweptFrame && !busy.has(session)) session.sleep()
      else text += sessionText(session.facts)
    }
    this.table.compact()
    this.awakeText = text
    this.sweptFrame = context.frame
    this.sweepAtBytes = context.opened + AWAKE_BYTES
    this.awakeRoom = this.nextAwakeRoom(text)
    this.woken = 0
    this.sweepAt = this.awake.size + Math.max(this.awakeRoom, Math.ceil((connections + busy.size) / 8))
  }

  /** More if the sessions that were put to sleep were still in use: waking them costs more than their memory. */
  private nextAwakeRoom(text: number): number {
    const { awakeRoom, woken } = this
    if (text > AWAKE_TEXT) return LEAST_AWAKE
    return woken * 2 > awakeRoom
      ? Math.min(Math.max(awakeRoom, LEAST_AWAKE) * 2, MOST_AWAKE)
      : Math.max(awakeRoom / 2, LEAST_AWAKE)
  }

  /** Makes room among the older sessions: those go first that were never established, then those that were refused. */
  private evict(): void {
    const { context, table, awake } = this
    const { limits } = context
    const older = this.candidates().slice(0, Math.ceil(this.size * (1 - SHARE)))
    const worthless = [
      ...older.filter((s) => s.status === STATUS.pending),
      ...older.filter((s) => s.status === STATUS.failed),
    ].slice(0, Math.max(1, Math.floor(limits.sessions * SHARE)))
    if (worthless.length < limits.sessions * LEAST_SHARE) {
      this.sessionsUntilEviction = Math.ceil(limits.sessions * LEAST_SHARE)
      return
    }
    for (const { row, session, firstFrame } of worthless) {
      if (session === null) table.forget(row)
      else {
        awake.delete(session)
        session.number = -1
      }
      noteLimit(context, 'sessions', firstFrame)
    }
    this.connections.demote(this.carriers())
  }

  /** All sessions that are stored, oldest first. */
  private candidates(): Candidate[] {
    const { table } = this
    const found: Candidate[] = []
    for (const row of table.rows()) {
      const status = table.tag(row)
      found.push({ number: table.number(row), row, session: null, status, firstFrame: table.firstFrame(row) })
    }
    for (const session of this.awake) {
      const { status, firstFrame } = session.facts
      found.push({ number: session.number, row: -1, session, status: STATUS[status], firstFrame })
    }
    return found.sort((a, b) => a.number - b.number)
  }

  /** Ids of the connections that carry a stored session. */
  private carriers(): Set<string> {
    const { table } = this
    const carriers = new Set<string>()
    for (const row of table.rows()) for (const id of table.peek(row, 'connections')) carriers.add(id)
    for (const { facts } of this.awake) for (const id of facts.connections) carriers.add(id)
    return carriers
  }
}

function joinKey(server: string, low: number, high: number): string {
  return `${server} ${hex64(low, high)}`
}
