/**
 * The ledger as units in the order of their rows: by client, then by server, then by user. All that a row counts is then read in one go, so nothing has
 * to be kept for rows that wait for more. The order is one of contents: merged ledgers give the same rows whatever came first.
 */
import { compareText } from '../../base/compare-text.ts'
import { IdIndex } from '../../ledger/id-index.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import { type Unit, userOf, whoOf } from '../judging/unit.ts'

/** Entries that are read between two rests. */
const PIECE = 64
const NONE = -1

/** Which hosts, users and sessions a ledger has. Units are numbered: sessions first, then connections. */
export interface Units {
  /** Addresses, in order. */
  readonly hosts: readonly string[]
  /** The numbers of all units, in the order of their rows. */
  readonly order: Uint32Array
  /** By unit: the client and the server as indexes in `hosts`, and what distinguishes users. */
  readonly clients: Uint32Array
  readonly servers: Uint32Array
  readonly users: Uint32Array
  /** By host: a connection on which it answered in SMB2, or -1. */
  readonly smb2Answers: Int32Array
  /** By host: 1 where it took part in SMB; the others were only tried, or tried others. */
  readonly tookPart: Uint8Array
  /** By session, the index of the connection that set it up, or -1. */
  readonly connections: Int32Array
}

export function* unitSteps(ledger: Ledger): Generator<null, Units> {
  const hosts = yield* findHosts(ledger)
  const users = yield* findUsers(ledger, hosts.index)
  const { connections, hasSession } = users
  const clients = byUnit(ledger, connections, hosts.clients)
  const servers = byUnit(ledger, connections, hosts.servers)
  yield null
  const order = new Uint32Array(clients.length)
  let length = 0
  for (let i = 0; i < connections.length; i++) if (connections[i]! >= 0) order[length++] = i
  for (let i = 0; i < hasSession.length; i++) if (hasSession[i] === 0) order[length++] = connections.length + i
  const before = (a: number, b: number) =>
    clients[a]! - clients[b]! || servers[a]! - servers[b]! || users.ranks[a]! - users.ranks[b]! || a - b
  order.subarray(0, length).sort(before)
  yield null
  const { names, smb2Answers, tookPart } = hosts
  return {
    hosts: names,
    order: order.subarray(0, length),
    clients,
    servers,
    users: users.ranks,
    smb2Answers,
    tookPart,
    connections,
  }
}

interface Hosts extends Pick<Units, 'smb2Answers' | 'tookPart'> {
  /** In order. */
  names: string[]
  index: IdIndex<ConnectionFacts>
  /** By connection, the ranks of its ends. */
  clients: Uint32Array
  servers: Uint32Array
}

function* findHosts({ connections }: Ledger): Generator<null, Hosts> {
  const numbers = new Map<string, number>()
  const index = new IdIndex(connections)
  const clients = new Uint32Array(connections.length)
  const servers = new Uint32Array(connections.length)
  const answers: number[] = []
  const live: number[] = []
  for (let i = 0; i < connections.length; i++) {
    if (i % PIECE === 0) yield null
    const connection = connections.at(i)!
    index.add(i)
    const client = numberOf(numbers, connection.client.ip)
    const server = numberOf(numbers, connection.server.ip)
    clients[i] = client
    servers[i] = server
    answers[client] ??= NONE
    live[client] ??= 0
    live[server] ??= 0
    if ((answers[server] ?? NONE) < 0) answers[server] = connection.negotiateResponse === null ? NONE : i
    if (isLive(connection)) live[client] = live[server] = 1
  }
  const places = ranks(numbers)
  replace(clients, places)
  replace(servers, places)
  const smb2Answers = new Int32Array(places.length)
  const tookPart = new Uint8Array(places.length)
  for (const [number, rank] of places.entries()) {
    smb2Answers[rank] = answers[number]!
    tookPart[rank] = live[number]!
  }
  return { names: [...numbers.keys()].sort(compareText), index, clients, servers, smb2Answers, tookPart }
}

interface Users extends Pick<Units, 'connections'> {
  /** By connection, 1 where it set up a session. */
  hasSession: Uint8Array
  /** By unit, the rank of its user. */
  ranks: Uint32Array
}

function* findUsers({ connections, sessions }: Ledger, index: IdIndex<ConnectionFacts>): Generator<null, Users> {
  // Connections without a session have no user.
  const numbers = new Map<string, number>([['', 0]])
  const users = new Uint32Array(sessions.length + connections.length)
  const hasSession = new Uint8Array(connections.length)
  const connectionOf = new Int32Array(sessions.length)
  for (let i = 0; i < sessions.length; i++) {
    if (i % PIECE === 0) yield null
    const session = sessions.at(i)!
    const connection = index.find(session.connection, session.captureId)
    connectionOf[i] = connection
    if (connection < 0) continue
    hasSession[connection] = 1
    users[i] = numberOf(numbers, userKey(whoOf(session), userOf(session)))
  }
  replace(users, ranks(numbers))
  return { connections: connectionOf, hasSession, ranks: users }
}

/** By unit, what is known by connection. */
function byUnit({ sessions, connections }: Ledger, connectionOf: Int32Array, known: Uint32Array): Uint32Array {
  const values = new Uint32Array(sessions.length + connections.length)
  for (let i = 0; i < sessions.length; i++) if (connectionOf[i]! >= 0) values[i] = known[connectionOf[i]!]!
  values.set(known, sessions.length)
  return values
}

/** Did packets of SMB pass, as far as is known? An attempt that was refused or not answered is none. */
export function isLive({ state }: ConnectionFacts): boolean {
  return state === 'established' || state === 'midstream'
}

/** Windows compares names without case. Kinds of sessions without a name are kept apart, and from any name. */
function userKey(who: string, user: string | null): string {
  return user === null ? (who === 'unseen' ? '' : `\0${who}`) : user.toLowerCase()
}

function numberOf(numbers: Map<string, number>, text: string): number {
  let number = numbers.get(text)
  if (number === undefined) {
    number = numbers.size
    numbers.set(text, number)
  }
  return number
}

/** By number, where its text stands among all, sorted. */
function ranks(numbers: ReadonlyMap<string, number>): Uint32Array {
  const places = new Uint32Array(numbers.size)
  let rank = 0
  for (const text of [...numbers.keys()].sort(compareText)) places[numbers.get(text)!] = rank++
  return places
}

function replace(numbers: Uint32Array, by: Uint32Array): void {
  for (let i = 0; i < numbers.length; i++) numbers[i] = by[numbers[i]!]!
}

/** How many units were read last: rows of one pair are made of the same few. */
const RECENT = 16

/** Reads units by number. */
export class UnitReader {
  private readonly ledger: Ledger
  private readonly connections: Int32Array
  private readonly recent = new Map<number, Unit>()
  private lastConnection: ConnectionFacts | null = null
  private lastIndex = NONE

  constructor(ledger: Ledger, connections: Int32Array) {
    this.ledger = ledger
    this.connections = connections
  }

  unit(number: number): Unit {
    const known = this.recent.get(number)
    if (known !== undefined) return known
    const { sessions } = this.ledger
    const isSession = number < sessions.length
    const unit = {
      session: isSession ? sessions.at(number)! : null,
      connection: this.connection(isSession ? this.connections[number]! : number - sessions.length),
    }
    if (this.recent.size === RECENT) this.recent.clear()
    this.recent.set(number, unit)
    return unit
  }

  connection(index: number): ConnectionFacts {
    if (index !== this.lastIndex || this.lastConnection === null) {
      this.lastConnection = this.ledger.connections.at(index)!
      this.lastIndex = index
    }
    return this.lastConnection
  }
}
