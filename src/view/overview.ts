/** The figures of the overview: findings, protection, authentication and dialects, the worst hosts, and sessions over time. */
import { SEVERITIES, type Severity } from '../audit/rule/rule.ts'
import type { CaptureFacts } from '../ledger/capture-facts.ts'
import { noProtection, type ProtectionCounts } from '../ledger/derived/protection.ts'
import type { ConnectionCounts } from '../report/verdict.ts'
import type { FindingRow } from '../rows/finding-row.ts'
import type { HostRow } from '../rows/host-row.ts'
import { type AllRows, filterRows } from '../rows/row-list.ts'
import type { SessionRow } from '../rows/session-row.ts'

export interface Overview {
  connections: ConnectionCounts
  severities: Record<Severity, number>
  /** Titles of the worst findings, worst first. */
  worst: { severity: Severity; title: string; count: number }[]
  /** Sessions that were granted or are in use: the counts below add up to it. */
  sessions: number
  failed: number
  protection: ProtectionCounts
  auth: NamedCount[]
  dialects: NamedCount[]
  guests: number
  anonymous: number
  /** The hosts with the worst findings. */
  hosts: HostRow[]
  timeline: Timeline
}

export interface NamedCount {
  name: string
  count: number
}

/** How many sessions started in each of many steps of equal length, and how many of those have a finding of high severity or worse. */
export interface Timeline {
  start: number
  end: number
  all: number[]
  bad: number[]
}

const STEPS = 240
const TOP_HOSTS = 10
const TOP_FINDINGS = 8

export function overviewOf(
  findings: Iterable<FindingRow>,
  sessions: Iterable<SessionRow>,
  hosts: AllRows<HostRow>,
  captures: readonly CaptureFacts[],
  connections: ConnectionCounts = { all: 0, refused: 0, unanswered: 0 },
): Overview {
  const severities = Object.fromEntries(SEVERITIES.map((s) => [s, 0])) as Record<Severity, number>
  for (const { severity } of findings) severities[severity]++
  const protection = noProtection()
  const auth = new Map<string, number>()
  const dialects = new Map<string, number>()
  const timeline = emptyTimeline(sessions, captures)
  let live = 0
  let failed = 0
  let guests = 0
  let anonymous = 0
  for (const session of sessions) {
    addToTimeline(timeline, session)
    if (session.status === 'failed') failed++
    if (session.status === 'failed' || session.status === 'pending') continue
    live++
    protection[session.protection]++
    count(auth, session.auth)
    count(dialects, session.dialect ?? 'not seen')
    if (session.guest === true) guests++
    if (session.anonymous === true) anonymous++
  }
  return {
    connections,
    severities,
    worst: worstTitles(findings),
    sessions: live,
    failed,
    protection,
    auth: namedCounts(auth),
    dialects: namedCounts(dialects),
    guests,
    anonymous,
    hosts: worstHosts(hosts),
    timeline,
  }
}

function worstTitles(findings: Iterable<FindingRow>): Overview['worst'] {
  const titles = new Map<string, Overview['worst'][number]>()
  for (const { severity, title, count: cases } of findings) {
    const key = `${severity} ${title}`
    const known = titles.get(key)
    if (known === undefined) titles.set(key, { severity, title, count: cases })
    else known.count += cases
  }
  const rank = (s: Severity) => SEVERITIES.indexOf(s)
  return [...titles.values()]
    .sort((a, b) => rank(a.severity) - rank(b.severity) || b.count - a.count)
    .slice(0, TOP_FINDINGS)
}

function worstHosts(hosts: AllRows<HostRow>): HostRow[] {
  const rank = ({ worst }: HostRow) => (worst === null ? SEVERITIES.length : SEVERITIES.indexOf(worst))
  return filterRows(hosts, ({ findings }) => findings > 0)
    .sort((a, b) => rank(a) - rank(b) || b.findings - a.findings || (a.ip < b.ip ? -1 : 1))
    .slice(0, TOP_HOSTS)
}

function emptyTimeline(sessions: Iterable<SessionRow>, captures: readonly CaptureFacts[]): Timeline {
  let start = Number.POSITIVE_INFINITY
  let end = Number.NEGATIVE_INFINITY
  for (const { firstTime, lastTime } of captures) {
    if (firstTime !== null && firstTime < start) start = firstTime
    if (lastTime !== null && lastTime > end) end = lastTime
  }
  if (start > end) {
    for (const { firstTime } of sessions) {
      if (firstTime < start) start = firstTime
      if (firstTime > end) end = firstTime
    }
  }
  if (start > end) start = end = 0
  return { start, end, all: new Array<number>(STEPS).fill(0), bad: new Array<number>(STEPS).fill(0) }
}

function addToTimeline(timeline: Timeline, { firstTime, worst }: SessionRow): void {
  const { start, end, all, bad } = timeline
  const span = end - start
  const step = span > 0 ? Math.floor(((firstTime - start) / span) * (STEPS - 1)) : 0
  if (!(step >= 0 && step < STEPS)) return
  all[step]!++
  if (worst === 'critical' || worst === 'high') bad[step]!++
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function namedCounts(counts: ReadonlyMap<string, number>): NamedCount[] {
  return [...counts].map(([name, n]) => ({ name, count: n })).sort((a, b) => b.count - a.count)
}
