/**
 * The limits on the memory of a capture, by name. One budget, the memory that the process may take, is divided among the limits on all things of a kind.
 * Limits on one stream, session or message are the same for any budget. Each limit says what gives way when it is reached, and counts it: the
 * capture's record and a warning show what it cost.
 */

import { MAX_HEADERS } from '../../../dissectors/layers/segment.ts'

export interface Limit {
  /** With the usual budget. */
  default: number
  /** Is it a share of the budget? */
  shared: boolean
  /** The lowest value that works. */
  least: number
  /** What the limit counts: "at most N ...". */
  holds: string
  /** What happened to each that was counted: "N ...". */
  cost: string
}

export const LIMITS = {
  flows: {
    default: 12_288,
    shared: true,
    least: 16,
    holds: 'TCP connections followed at one time',
    cost: 'idle connections were closed before their end',
  },
  halfOpen: {
    default: 8192,
    shared: true,
    least: 16,
    holds: 'SYNs to an SMB port that wait for an answer',
    cost: 'SYNs were given up as unanswered',
  },
  attempts: {
    default: 8192,
    shared: true,
    least: 1,
    holds: 'refused or unanswered connections kept',
    cost: 'refused or unanswered connections are not in the results',
  },
  connections: {
    default: 8192,
    shared: true,
    least: 1,
    holds: 'connections without a session kept',
    cost: 'connections without a session are not in the results',
  },
  sessions: {
    default: 50_000,
    shared: true,
    least: 1,
    holds: 'sessions kept, with their connections',
    cost: 'sessions are not in the results',
  },
  ledgerBytes: {
    default: 20 << 20,
    shared: true,
    least: 1 << 16,
    holds: 'bytes of sessions and connections, packed',
    cost: 'sessions, shares or logons were left out for want of room',
  },
  findingBytes: {
    default: 24 << 20,
    shared: true,
    least: 1 << 16,
    holds: 'bytes of findings, packed',
    cost: 'findings were left out for want of room, the least severe first',
  },
  heldBytes: {
    default: 1 << 20,
    shared: false,
    least: 0,
    holds: 'bytes of one direction held behind a hole',
    cost: 'holes were given up with bytes still awaited',
  },
  heldSegments: {
    default: 512,
    shared: false,
    least: 0,
    holds: 'segments of one direction held behind a hole',
    cost: 'holes were given up with segments still awaited',
  },
  heldBytesInAll: {
    default: 6 << 20,
    shared: true,
    least: 0,
    holds: 'bytes held behind holes by all connections',
    cost: 'holes were given up for want of room',
  },
  gatherBytes: {
    default: 128 << 10,
    shared: false,
    least: 128,
    holds: 'bytes read of a message that spans segments',
    cost: 'long messages were read in part',
  },
  gatherBytesInAll: {
    default: 6 << 20,
    shared: true,
    least: 1 << 16,
    holds: 'bytes of such messages of all connections',
    cost: 'messages were read in part for want of room',
  },
  fragments: {
    default: 1024,
    shared: true,
    least: 1,
    holds: 'fragmented datagrams that wait for the rest',
    cost: 'fragmented datagrams were given up unfinished',
  },
  fragmentBytes: {
    default: 3 << 20,
    shared: true,
    least: 1 << 16,
    holds: 'bytes of fragments that wait for the rest',
    cost: 'fragmented datagrams were given up for want of room',
  },
  depth: {
    default: MAX_HEADERS,
    shared: false,
    least: 4,
    holds: 'headers inside one another, tags included',
    cost: 'packets were not read for the depth of their headers',
  },
  pendingRequests: {
    default: 256,
    shared: false,
    least: 1,
    holds: 'requests of a connection that await answers',
    cost: 'requests were given up as unanswered',
  },
  sessionsPerConnection: {
    default: 1024,
    shared: false,
    least: 1,
    holds: 'sessions of a connection known at one time',
    cost: 'sessions were lost sight of on their connection',
  },
  connectionsPerSession: {
    default: 64,
    shared: false,
    least: 1,
    holds: 'connections listed of a session',
    cost: 'further connections of a session are not listed with it',
  },
  joinableSessions: {
    default: 8192,
    shared: true,
    least: 1,
    holds: 'sessions that another connection may join',
    cost: 'open sessions can no longer be joined by another connection',
  },
  openBytes: {
    default: 24 << 20,
    shared: true,
    least: 1 << 16,
    holds: 'bytes of open connections and all on them',
    cost: 'idle connections were closed before their end for want of room',
  },
  treesPerSession: {
    default: 64,
    shared: false,
    least: 1,
    holds: 'shares listed of a session',
    cost: 'shares are counted and not listed',
  },
  logonsPerSession: {
    default: 16,
    shared: false,
    least: 1,
    holds: 'logons listed of a session',
    cost: 'logons are not listed',
  },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS
export type Limits = Record<LimitName, number>

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[]

/** Bytes of resident memory, Node included, for which the limits are made unless the user gives others. */
export const DEFAULT_MEMORY = 200e6
/** What Node, the program and the buffers of reading take of it, and what V8 uses before it collects garbage. */
const OVERHEAD = 100e6
/** The least budget that leaves room for anything. */
export const LEAST_MEMORY = 110e6

/** The limits that keep a process within `memory` bytes, at least LEAST_MEMORY. */
export function limitsFor(memory: number): Limits {
  const share = (memory - OVERHEAD) / (DEFAULT_MEMORY - OVERHEAD)
  const limit = ({ default: usual, shared, least }: Limit) =>
    shared ? Math.max(least, Math.floor(usual * share)) : usual
  return Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(LIMITS[name])])) as Limits
}

export const DEFAULT_LIMITS = limitsFor(DEFAULT_MEMORY)

/** As users write it, in options, warnings and records: "half-open". */
export function limitText(name: LimitName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** What a limit cost, in a sentence, with the way to raise it. */
export function limitMessage(name: LimitName, limit: number, count: number): string {
  const { holds, cost } = LIMITS[name]
  return `${count} ${cost}: the limit is ${limit} ${holds} (--limit ${limitText(name)}=N sets another)`
}
