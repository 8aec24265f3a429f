/**
 * What bounds the memory of a capture, by name. Each limit has a default that suits a capture of any size, says what gives way when it is
 * reached, and is counted: what it cost stands in the capture's record and in a warning, never nowhere.
 */

import { MAX_HEADERS } from '../../dissectors/net/segment.ts'

export interface Limit {
  default: number
  /** The least that can be worked with. */
  least: number
  /** What there is at most N of. */
  holds: string
  /** What happened to each that was counted: "N ...". */
  cost: string
}

export const LIMITS = {
  flows: {
    default: 16_384,
    least: 16,
    holds: 'TCP connections followed at one time',
    cost: 'idle connections were closed before their end',
  },
  halfOpen: {
    default: 16_384,
    least: 16,
    holds: 'SYNs to an SMB port that wait for an answer',
    cost: 'SYNs were given up as unanswered',
  },
  attempts: {
    default: 10_000,
    least: 1,
    holds: 'refused or unanswered connections kept',
    cost: 'refused or unanswered connections are not in the results',
  },
  connections: {
    default: 10_000,
    least: 1,
    holds: 'connections without a session kept',
    cost: 'connections without a session are not in the results',
  },
  sessions: {
    default: 100_000,
    least: 1,
    holds: 'sessions kept, with their connections',
    cost: 'sessions are not in the results',
  },
  ledgerBytes: {
    default: 128 << 20,
    least: 1 << 16,
    holds: 'bytes of sessions and connections, packed',
    cost: 'sessions, shares or logons were left out for want of room',
  },
  heldBytes: {
    default: 1 << 20,
    least: 0,
    holds: 'bytes of one direction held behind a hole',
    cost: 'holes were given up with bytes still awaited',
  },
  heldSegments: {
    default: 512,
    least: 0,
    holds: 'segments of one direction held behind a hole',
    cost: 'holes were given up with segments still awaited',
  },
  heldBytesInAll: {
    default: 32 << 20,
    least: 0,
    holds: 'bytes held behind holes by all connections',
    cost: 'holes were given up for want of room',
  },
  gatherBytes: {
    default: 128 << 10,
    least: 128,
    holds: 'bytes read of a message that spans segments',
    cost: 'long messages were read in part',
  },
  gatherBytesInAll: {
    default: 32 << 20,
    least: 1 << 16,
    holds: 'bytes of such messages of all connections',
    cost: 'messages were read in part for want of room',
  },
  fragments: {
    default: 1024,
    least: 1,
    holds: 'fragmented datagrams that wait for the rest',
    cost: 'fragmented datagrams were given up unfinished',
  },
  fragmentBytes: {
    default: 16 << 20,
    least: 1 << 16,
    holds: 'bytes of fragments that wait for the rest',
    cost: 'fragmented datagrams were given up for want of room',
  },
  depth: {
    default: MAX_HEADERS,
    least: 4,
    holds: 'headers inside one another, tags included',
    cost: 'packets were not read for the depth of their headers',
  },
  pendingRequests: {
    default: 256,
    least: 1,
    holds: 'requests of a connection that await answers',
    cost: 'requests were given up as unanswered',
  },
  sessionsPerConnection: {
    default: 1024,
    least: 1,
    holds: 'sessions of a connection known at one time',
    cost: 'sessions were lost sight of on their connection',
  },
  connectionsPerSession: {
    default: 64,
    least: 1,
    holds: 'connections listed of a session',
    cost: 'further connections of a session are not listed with it',
  },
  joinableSessions: {
    default: 8192,
    least: 1,
    holds: 'sessions that another connection may join',
    cost: 'open sessions can no longer be joined by another connection',
  },
  openBytes: {
    default: 64 << 20,
    least: 1 << 16,
    holds: 'bytes of open sessions, shares and requests',
    cost: 'idle connections were closed before their end for want of room',
  },
  treesPerSession: {
    default: 64,
    least: 1,
    holds: 'shares listed of a session',
    cost: 'shares are counted and not listed',
  },
  logonsPerSession: {
    default: 16,
    least: 1,
    holds: 'logons listed of a session',
    cost: 'logons are not listed',
  },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof LIMITS
export type Limits = Record<LimitName, number>

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[]

export const DEFAULT_LIMITS = Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].default])) as Limits

/** As people write it, in options, warnings and records: "half-open". */
export function limitText(name: LimitName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** What a limit cost, in a sentence, with the way to raise it. */
export function limitMessage(name: LimitName, limit: number, count: number): string {
  const { holds, cost } = LIMITS[name]
  return `${count} ${cost}: the limit is ${limit} ${holds} (--limit ${limitText(name)}=N sets another)`
}
