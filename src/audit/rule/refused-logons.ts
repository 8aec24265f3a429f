/** What the rule logon-bruteforce remembers: refused logons by client, and the bursts that they make. */
import { dropOldest } from '../../base/drop-oldest.ts'
import { isWrongCredentials, sentNtlmv1 } from '../../ledger/derived/logons.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { BruteForceLimits } from '../../policy/policy.ts'
import { hostKey } from './hosts.ts'
import { MAX_REMEMBERED, type Survey } from './survey.ts'

/** A password that was tried and was wrong. */
export interface RefusedLogon extends FrameRef {
  /** The address of the server. */
  server: string
  /** In lower case: Windows compares names without case. */
  user: string
}

/** Refused logons of one client within less than the window, or in windows that overlap. */
export interface Burst {
  /** Null for a burst over all servers. */
  server: string | null
  from: number
  to: number
  /** Of the most logons that were seen at once. */
  logons: number
  users: number
  servers: number
  /** The server that all of them were for; null where there are several. */
  only: string | null
  /** From the first to the last of them, in microseconds. */
  span: number
}

interface ClientLogons {
  /** By session and place in it, so that a session that is noted again counts once. */
  refused: Map<string, RefusedLogon>
  /** Bursts whose logons may have been forgotten. */
  past: Burst[]
  /** What `refused` and `past` show; null when there is more since. */
  shown: Shown | null
}

interface Shown {
  /** By server, null for those over all servers; each list by time, without overlaps. */
  bursts: Map<string | null, Burst[]>
  /** Refused logons by user, by time. */
  byUser: Map<string, RefusedLogon[]>
}

export interface RefusedLogons {
  limits: BruteForceLimits | null
  /** By client, the one that was refused last at the end. */
  clients: Map<string, ClientLogons>
}

/** Refused logons that are remembered from one ledger of a live capture to the next, of all clients. */
const MAX_REFUSED = 65_536
/** Bursts of one client that are remembered beyond their logons. */
const MAX_PAST = 32

export const refusedLogons: Survey<RefusedLogons> = {
  start: () => ({ limits: null, clients: new Map() }),
  note(facts, known) {
    known.limits = facts.policy.bruteForce
    for (const session of facts.ledger.sessions) noteSession(session, facts.connectionOf(session), known)
  },
  bound,
}

function noteSession(session: SessionFacts, connection: ConnectionFacts, { clients }: RefusedLogons): void {
  for (const [i, logon] of session.logons.entries()) {
    const refused = refusedLogon(logon, session.family, connection)
    if (refused === null) continue
    const key = hostKey(connection, connection.client.ip)
    const client = clients.get(key) ?? { refused: new Map(), past: [], shown: null }
    client.refused.set(`${session.id} ${i}`, refused)
    client.shown = null
    // The newest at the end.
    clients.delete(key)
    clients.set(key, client)
  }
}

/**
 * Only a logon that proves a password counts, of a user that it names: Kerberos proves it to the KDC, and a ticket is refused for other reasons. Clients
 * try guest and null sessions by themselves. What was not captured is no guess.
 */
export function refusedLogon(
  logon: LogonFacts,
  family: SessionFacts['family'],
  { server }: ConnectionFacts,
): RefusedLogon | null {
  const { answered, ntStatus } = logon
  const user = guessedUser(logon)
  if (user === null || answered === null || !isWrongCredentials(ntStatus, family)) return null
  return { frame: answered.frame, time: answered.time, server: server.ip, user }
}

/** The user whose password a logon tried, in lower case; null where it tried none, or the name was not captured. */
export function guessedUser(logon: LogonFacts): string | null {
  const { user, auth, ntlm } = logon
  const tried = auth === 'ntlmv2' || auth === 'plaintext' || sentNtlmv1(logon) || ntlm?.authenticate?.kind === 'blank'
  const name = tried ? (user?.toLowerCase() ?? '') : ''
  return name === '' || name === 'guest' ? null : name
}

/** Forgets what is too old to be part of a burst to come, and keeps the bursts that were found. */
function bound({ limits, clients }: RefusedLogons): void {
  if (limits === null) return
  let total = 0
  for (const client of clients.values()) {
    client.past = [...shownBy(client, limits).bursts.values()].flat().slice(-MAX_PAST)
    if (forgetOld(client, limits)) client.shown = null
    total += client.refused.size
  }
  for (const [key, client] of clients) {
    if (total > MAX_REFUSED) {
      total -= client.refused.size
      client.refused.clear()
      client.shown = null
    }
    if (client.refused.size === 0 && client.past.length === 0) clients.delete(key)
  }
  dropOldest(clients, MAX_REMEMBERED)
}

/** Sessions may settle in another order than they were refused, so logons are kept for twice the window. Returns whether there were older ones. */
function forgetOld({ refused }: ClientLogons, { window }: BruteForceLimits): boolean {
  const before = refused.size
  let newest = Number.NEGATIVE_INFINITY
  for (const { time } of refused.values()) newest = Math.max(newest, time)
  for (const [key, { time }] of refused) if (time < newest - 2 * window) refused.delete(key)
  return refused.size < before
}

/** The burst that a refused logon is part of: of several the one with the most logons; null where it is part of none. */
export function burstOf(known: RefusedLogons, connection: ConnectionFacts, refused: RefusedLogon): Burst | null {
  const shown = shownOf(known, connection)
  const { server, time } = refused
  const [own, all] = [at(shown?.bursts.get(server), time), at(shown?.bursts.get(null), time)]
  return own !== null && all !== null ? (own.logons > all.logons ? own : all) : (own ?? all)
}

/** The last refused logon of this user from this client until `time`, no longer ago than the window; null where there is none. */
export function lastRefused(
  known: RefusedLogons,
  connection: ConnectionFacts,
  user: string,
  time: number,
): RefusedLogon | null {
  const list = shownOf(known, connection)?.byUser.get(user) ?? []
  const last = list[lastUntil(list, time, (each) => each.time)] ?? null
  return last !== null && time - last.time <= (known.limits?.window ?? 0) ? last : null
}

function at(bursts: readonly Burst[] | undefined, time: number): Burst | null {
  const burst = bursts?.[lastUntil(bursts, time, ({ from }) => from)] ?? null
  return burst !== null && time <= burst.to ? burst : null
}

/** The index of the last that is not later than `time`; -1 where there is none. */
function lastUntil<T>(list: readonly T[], time: number, timeOf: (item: T) => number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeOf(list[middle]!) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}

function shownOf({ limits, clients }: RefusedLogons, connection: ConnectionFacts): Shown | null {
  const client = clients.get(hostKey(connection, connection.client.ip))
  return client === undefined || limits === null ? null : shownBy(client, limits)
}

function shownBy(client: ClientLogons, limits: BruteForceLimits): Shown {
  if (client.shown !== null) return client.shown
  const list = [...client.refused.values()].sort(compare)
  const found = groupedBy([...client.past, ...find(list, limits)], ({ server }) => server)
  const bursts = new Map<string | null, Burst[]>()
  for (const [server, ofServer] of found) bursts.set(server, joined(ofServer))
  client.shown = { bursts, byUser: groupedBy(list, ({ user }) => user) }
  return client.shown
}

function groupedBy<T, K>(list: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of list) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

function compare(a: RefusedLogon, b: RefusedLogon): number {
  return a.time - b.time || a.frame - b.frame
}

/** @param list by time */
function find(list: readonly RefusedLogon[], limits: BruteForceLimits): Burst[] {
  const bursts = [
    ...spread(list, limits.window, limits.users, ({ user }) => user),
    ...spread(list, limits.window, limits.servers, ({ server }) => server),
  ]
  for (const [server, ofServer] of groupedBy(list, (each) => each.server)) {
    bursts.push(...crowded(ofServer, limits.window, limits.logons, server))
  }
  return bursts
}

/** Windows with at least `count` logons. */
function crowded(list: readonly RefusedLogon[], window: number, count: number, server: string): Burst[] {
  const ranges: Range[] = []
  for (let last = count - 1; last < list.length; last++) {
    const first = last - count + 1
    if (list[last]!.time - list[first]!.time <= window) extend(ranges, first, last)
  }
  return ranges.map((range) => burst(list, range, server))
}

/** Windows with at least `count` different values. */
function spread(
  list: readonly RefusedLogon[],
  window: number,
  count: number,
  kindOf: (refused: RefusedLogon) => string,
): Burst[] {
  const ranges: Range[] = []
  const times = new Map<string, number>()
  let first = 0
  for (let last = 0; last < list.length; last++) {
    const value = kindOf(list[last]!)
    times.set(value, (times.get(value) ?? 0) + 1)
    for (; list[last]!.time - list[first]!.time > window; first++) {
      const left = kindOf(list[first]!)
      const n = times.get(left)! - 1
      if (n === 0) times.delete(left)
      else times.set(left, n)
    }
    if (times.size >= count) extend(ranges, first, last)
  }
  return ranges.map((range) => burst(list, range, null))
}

/** Indexes, both inclusive. */
interface Range {
  first: number
  last: number
}

/** Adds a range that begins no earlier than those before it. */
function extend(ranges: Range[], first: number, last: number): void {
  const before = ranges.at(-1)
  if (before !== undefined && first <= before.last) before.last = last
  else ranges.push({ first, last })
}

function burst(list: readonly RefusedLogon[], { first, last }: Range, server: string | null): Burst {
  const own = list.slice(first, last + 1)
  const [from, to] = [own[0]!.time, own.at(-1)!.time]
  const servers = new Set(own.map((each) => each.server))
  return {
    server,
    from,
    to,
    logons: own.length,
    users: new Set(own.map(({ user }) => user)).size,
    servers: servers.size,
    only: servers.size === 1 ? own[0]!.server : null,
    span: to - from,
  }
}

/** Bursts that overlap are one: it covers the time of both, and says what the larger says. */
function joined(bursts: readonly Burst[]): Burst[] {
  const whole: Burst[] = []
  for (const each of bursts.toSorted((a, b) => a.from - b.from || b.logons - a.logons || a.to - b.to)) {
    const before = whole.at(-1)
    if (before === undefined || each.from > before.to) {
      whole.push({ ...each })
      continue
    }
    const { from } = before
    const to = Math.max(before.to, each.to)
    if (each.logons > before.logons) Object.assign(before, each)
    Object.assign(before, { from, to })
  }
  return whole
}
