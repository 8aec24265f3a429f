/**
 * The SMB connections of a capture that the ledger keeps. Connections that carry sessions come before those on which nothing was set up, and those
 * before attempts that were not answered. Each kind has its own room, so that a flood of one costs no other.
 */
import type { Endpoint } from '../../../ledger/endpoint.ts'
import type { PackedFacts } from '../../../ledger/packing/packed-facts.ts'
import type { ConnectionFacts } from '../../../ledger/smb-facts.ts'
import { connectionText } from '../../../ledger/text-size.ts'
import { type Context, noteLimit } from '../../core/context.ts'

/** SMB's registered ports. They are hints: SMB is found by its content on any other. */
export const SMB_PORT = { DIRECT_TCP: 445, NETBIOS_SESSION: 139 } as const

/** Characters of a connection that offers nothing. */
const BARE = 128
/** How much of the room for texts connections without a session may take: floods are made of them, and must not take the room of sessions. */
const BARE_SHARE = 1 / 4

/** Marks of connections in their table. */
const KEPT = { attempt: 1, bare: 2, carrier: 3, answeredCarrier: 4 } as const

/** The facts of a connection before any message on it. */
export function newConnectionFacts(
  context: Context,
  client: Endpoint,
  server: Endpoint,
  frame: number,
  time: number,
): ConnectionFacts {
  return {
    id: '',
    capture: context.capture,
    captureId: '',
    client,
    server,
    transport: 'direct-tcp',
    firstFrame: frame,
    lastFrame: frame,
    firstTime: time,
    lastTime: time,
    state: 'midstream',
    gaps: 0,
    missedBytes: 0,
    serverSeen: false,
    unread: 0,
    smb1: null,
    negotiateRequest: null,
    negotiateResponse: null,
    validateNegotiate: null,
    firstSmb2: null,
    firstTransform: null,
    end: null,
  }
}

export class ConnectionStore {
  private readonly context: Context
  private readonly table: PackedFacts<ConnectionFacts>
  /** Of those in the table: attempts, and others without a session. */
  private attempts = 0
  private bare = 0
  /** Characters of the latter, about. */
  private bareText = 0
  /** Ids of connections that carry stored sessions and are not finished. */
  private carriers = new Set<string>()

  constructor(context: Context) {
    this.context = context
    this.table = context.tables.connections
  }

  /** A connection that is finished goes to the table, within its limits. */
  store(facts: ConnectionFacts): void {
    const attempt = isAttempt(facts)
    let tag: number = attempt ? KEPT.carrier : KEPT.answeredCarrier
    if (!this.carriers.delete(facts.id)) {
      if (!this.hasRoom(facts)) return
      tag = attempt ? KEPT.attempt : KEPT.bare
      if (attempt) this.attempts++
      else this.countBare(facts, 1)
    }
    this.table.append(facts, this.table.end, tag)
  }

  /** Takes a connection out of the table, with the room that it took. */
  forget(row: number): void {
    const { table } = this
    const tag = table.tag(row)
    if (tag === KEPT.attempt) this.attempts--
    else if (tag === KEPT.bare) this.countBare(table.get(row), -1)
    table.forget(row)
  }

  /** Would a connection without a session be stored? One that is not is counted, and need not be completed: a flood is made of them. */
  hasRoom(facts: ConnectionFacts): boolean {
    return isAttempt(facts) ? this.hasRoomForAttempt(facts.firstFrame) : this.hasRoomForBare(facts.firstFrame)
  }

  hasRoomForAttempt(firstFrame: number): boolean {
    if (this.attempts < this.context.limits.attempts) return true
    noteLimit(this.context, 'attempts', firstFrame)
    return false
  }

  private hasRoomForBare(firstFrame: number): boolean {
    const { limits } = this.context
    const isFull = this.bare >= limits.connections
    if (!isFull && this.bareText < limits.ledgerBytes * BARE_SHARE) return true
    noteLimit(this.context, isFull ? 'connections' : 'ledgerBytes', firstFrame)
    return false
  }

  /** The connection carries a stored session: it has room as long as that. */
  addCarrier(id: string): void {
    this.carriers.add(id)
  }

  /** Nothing that is stored is on the connection any more. */
  deleteCarrier(id: string): void {
    this.carriers.delete(id)
  }

  /**
   * Connections in the table whose sessions have all gone count among those without one, and so may have to go too.
   * @param carriers ids of all connections that carry a session
   */
  demote(carriers: Set<string>): void {
    const { table } = this
    this.attempts = 0
    this.bare = 0
    this.bareText = 0
    for (const row of table.rows()) {
      const tag = table.tag(row)
      // Those without a session stay as they are: they had room before.
      if (tag === KEPT.attempt) this.attempts++
      else if (tag === KEPT.bare) this.countBare(table.get(row), 1)
      else if (!carriers.delete(table.peek(row, 'id'))) this.demoteRow(row, tag === KEPT.carrier)
    }
    // The others are not finished.
    this.carriers = carriers
    table.compact()
  }

  private demoteRow(row: number, attempt: boolean): void {
    const { table } = this
    const firstFrame = table.firstFrame(row)
    const room = attempt ? this.hasRoomForAttempt(firstFrame) : this.hasRoomForBare(firstFrame)
    if (!room) {
      table.forget(row)
      return
    }
    table.setTag(row, attempt ? KEPT.attempt : KEPT.bare)
    if (attempt) this.attempts++
    else this.countBare(table.get(row), 1)
  }

  /** Counts a connection without a session in, or out again. */
  private countBare(facts: ConnectionFacts, by: 1 | -1): void {
    this.bare += by
    this.bareText += by * (BARE + connectionText(facts))
  }
}

function isAttempt({ state }: ConnectionFacts): boolean {
  return state === 'attempted' || state === 'refused'
}
