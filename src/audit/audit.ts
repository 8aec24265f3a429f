/**
 * Rules over a ledger, and what they say grouped into findings: one for each rule, capture and subject, counted, with the worst of its cases
 * in the message and the first frames of that severity as evidence. The same ledger gives the same findings, in whatever order its parts are.
 *
 * A finding depends on its own capture alone, so the findings of merged ledgers are those of each.
 */
import { createHash } from 'node:crypto'
import type { Ledger } from '../track/ledger.ts'
import { createFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import type { Networks } from './networks.ts'
import { type Draft, type EvidenceDraft, type Rule, SEVERITIES, type Severity, type Subject } from './rule.ts'
import { RULES } from './rules/index.ts'

/** Frames kept as evidence of one finding. */
const EVIDENCE_LIMIT = 5
/** Server ports that a filter names; a finding over more leaves them out. */
const PORT_LIMIT = 8

export interface AuditOptions {
  networks: Networks
  /** All of the catalogue unless given. */
  rules?: readonly Rule[]
}

export function audit(ledger: Ledger, { networks, rules = RULES }: AuditOptions): Finding[] {
  const facts = createFacts(ledger, networks)
  const findings: Finding[] = []
  for (const rule of rules) {
    const groups = new Map<string, Group>()
    for (const draft of rule.evaluate(facts)) {
      const subject = draft.subject ?? rule.subject
      const key = keyOf(rule, subject, draft)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, newGroup(subject, draft))
      else addTo(group, draft)
    }
    for (const [key, group] of groups) findings.push(findingOf(rule, key, group))
  }
  return findings.sort(inReadingOrder)
}

/** What makes a finding this one and no other, and its id with it. */
function keyOf(rule: Rule, subject: Subject, { connection, session }: Draft): string {
  const { capture, client, server } = connection
  const key: (string | number | null)[] = [rule.id, capture, subject]
  switch (subject) {
    case 'pair':
      // Windows compares names without case.
      key.push(client.ip, server.ip, lower(session?.domain), lower(session?.user))
      break
    case 'server':
      key.push(server.ip, server.port)
      break
    case 'client':
      key.push(client.ip)
      break
    case 'capture':
  }
  return JSON.stringify(key)
}

function lower(name: string | null | undefined): string | null {
  return name == null ? null : name.toLowerCase()
}

interface Group {
  subject: Subject
  /** The draft that speaks for all: of the worst severity, and of those the first. */
  worst: Draft
  counts: Map<Severity, number>
  /** Sorted by the severity of the draft it came from, then by frame. */
  evidence: Kept[]
  /** Evidence that was left out. */
  more: boolean
  firstTime: number
  lastTime: number
  clients: Ends
  servers: Ends
  serverPorts: Set<number>
}

interface Kept extends EvidenceDraft {
  rank: number
}

/** One side of the connections in a group. */
interface Ends {
  ip: string
  port: number
  sameIp: boolean
  samePort: boolean
}

function newGroup(subject: Subject, draft: Draft): Group {
  const { client, server } = draft.connection
  const group: Group = {
    subject,
    worst: draft,
    counts: new Map(),
    evidence: [],
    more: false,
    firstTime: Number.POSITIVE_INFINITY,
    lastTime: Number.NEGATIVE_INFINITY,
    clients: { ...client, sameIp: true, samePort: true },
    servers: { ...server, sameIp: true, samePort: true },
    serverPorts: new Set(),
  }
  addTo(group, draft)
  return group
}

function addTo(group: Group, draft: Draft): void {
  if (compareDrafts(draft, group.worst) < 0) group.worst = draft
  group.counts.set(draft.severity, (group.counts.get(draft.severity) ?? 0) + 1)
  addEnd(group.clients, draft.connection.client)
  addEnd(group.servers, draft.connection.server)
  if (group.serverPorts.size <= PORT_LIMIT) group.serverPorts.add(draft.connection.server.port)
  for (const item of draft.evidence) {
    group.firstTime = Math.min(group.firstTime, item.time)
    group.lastTime = Math.max(group.lastTime, item.time)
    keep(group, { ...item, rank: SEVERITIES.indexOf(draft.severity) })
  }
}

function addEnd(ends: Ends, { ip, port }: { ip: string; port: number }): void {
  if (ip !== ends.ip) ends.sameIp = false
  if (port !== ends.port) ends.samePort = false
}

/** Insertion into the few that are kept; a frame that several cases share is kept once, for the worst of them. */
function keep(group: Group, item: Kept): void {
  const { evidence } = group
  const same = evidence.findIndex((e) => e.frame === item.frame && e.what === item.what)
  if (same >= 0) {
    if (evidence[same]!.rank <= item.rank) return
    evidence.splice(same, 1)
  }
  let i = evidence.length
  while (i > 0 && compareEvidence(item, evidence[i - 1]!) < 0) i--
  evidence.splice(i, 0, item)
  if (evidence.length > EVIDENCE_LIMIT) {
    evidence.pop()
    group.more = true
  }
}

function findingOf(rule: Rule, key: string, group: Group): Finding {
  const { worst, clients, servers, evidence, subject } = group
  const { connection, session } = worst
  const { capture } = connection
  let count = 0
  for (const n of group.counts.values()) count += n
  return {
    id: `${rule.id}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`,
    rule: rule.id,
    severity: worst.severity,
    title: rule.title,
    message: messageOf(group, count),
    capture,
    connection: count === 1 ? connection.id : null,
    session: count === 1 ? (session?.id ?? null) : null,
    client: endOf(clients),
    server: endOf(servers),
    user: subject === 'pair' ? (session?.user ?? null) : null,
    firstTime: group.firstTime,
    lastTime: group.lastTime,
    count,
    evidence: evidence
      .sort((a, b) => a.frame - b.frame || compareText(a.what, b.what))
      .map(({ frame, time, what }) => ({ capture, frame, time, what })),
    wiresharkFilter: filterOf(group),
  }
}

function endOf({ ip, port, sameIp, samePort }: Ends): { ip: string; port: number | null } | null {
  return sameIp ? { ip, port: samePort ? port : null } : null
}

/** The worst case in words; where the others are less severe, how many there are of each. */
function messageOf({ worst, counts }: Group, count: number): string {
  if (counts.size === 1) return worst.message
  const parts = SEVERITIES.filter((s) => counts.has(s)).map((s) => `${counts.get(s)} ${s}`)
  return `${worst.message} Of ${count} counted: ${parts.join(', ')}.`
}

/** Shows the evidence, and where there is more of it than was kept, the traffic between these hosts. */
function filterOf({ evidence, more, subject, clients, servers, serverPorts }: Group): string {
  const frames = `frame.number in {${[...new Set(evidence.map((e) => e.frame))].sort((a, b) => a - b).join(', ')}}`
  if (!more) return frames
  const terms: string[] = []
  if (subject === 'pair' || subject === 'client') terms.push(addressTerm(clients))
  if (subject === 'pair' || subject === 'server') terms.push(addressTerm(servers))
  if (serverPorts.size <= PORT_LIMIT) terms.push(`tcp.port in {${[...serverPorts].sort((a, b) => a - b).join(', ')}}`)
  const traffic = terms.filter((t) => t !== '').join(' && ')
  return traffic === '' ? frames : `${frames} || (${traffic})`
}

/** Only what has the letters of an address gets into a filter. */
function addressTerm({ ip }: Ends): string {
  if (/^[0-9.]+$/.test(ip)) return `ip.addr == ${ip}`
  return /^[0-9A-Fa-f:.]+$/.test(ip) ? `ipv6.addr == ${ip}` : ''
}

function compareDrafts(a: Draft, b: Draft): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    firstFrame(a) - firstFrame(b) ||
    compareText(a.connection.id, b.connection.id) ||
    compareText(a.session?.id ?? '', b.session?.id ?? '')
  )
}

function firstFrame({ evidence }: Draft): number {
  let first = Number.POSITIVE_INFINITY
  for (const { frame } of evidence) first = Math.min(first, frame)
  return first
}

function compareEvidence(a: Kept, b: Kept): number {
  return a.rank - b.rank || a.frame - b.frame || compareText(a.what, b.what)
}

function inReadingOrder(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.rule, b.rule) ||
    compareText(a.capture, b.capture) ||
    (a.evidence[0]?.frame ?? 0) - (b.evidence[0]?.frame ?? 0) ||
    compareText(a.id, b.id)
  )
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
