/**
 * Rules over a ledger, and what they say grouped into findings: one for each rule, capture and subject, counted, with the worst of its cases
 * in the message and the first frames of that severity as evidence. The same ledger gives the same findings, in whatever order its parts are.
 *
 * A finding depends on its own capture alone, so the findings of merged ledgers are those of each.
 */
import { createHash } from 'node:crypto'
import type { Endpoint, Ledger } from '../track/ledger.ts'
import { createFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import type { Networks } from './networks.ts'
import { type Draft, type EvidenceDraft, type Rule, SEVERITIES, type Severity, type Subject } from './rule.ts'
import { RULES } from './rules/index.ts'

/** Frames kept as evidence of one finding, and so also the most cases that are told apart. */
const EVIDENCE_LIMIT = 5
/** Server ports that a filter names; a finding over more leaves them out. */
const PORT_LIMIT = 8

/** Where each stands in SEVERITIES. */
const RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 }

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
      const key = keyOf(draft.subject ?? rule.subject, draft)
      let group = groups.get(key)
      if (group === undefined) {
        group = newGroup(draft.subject ?? rule.subject, draft)
        groups.set(key, group)
      }
      add(group, draft)
    }
    for (const [key, group] of groups) findings.push(findingOf(rule, key, group))
  }
  return findings.sort(inReadingOrder)
}

/** What makes one finding of a rule this one and no other, and its id with it. */
function keyOf(subject: Subject, { connection: { capture, client, server }, session }: Draft): string {
  switch (subject) {
    case 'pair': {
      // Windows compares names without case. The length keeps a name from passing for part of another.
      const domain = session?.domain?.toLowerCase() ?? ''
      const user = session?.user?.toLowerCase() ?? ''
      return `pair ${client.ip} ${server.ip} ${domain.length} ${domain} ${user.length} ${user} ${capture}`
    }
    case 'server':
      return `server ${server.ip} ${server.port} ${capture}`
    case 'client':
      return `client ${client.ip} ${capture}`
    case 'capture':
      return `capture ${capture}`
  }
}

interface Group {
  subject: Subject
  /** The first of the worst: they speak for all. */
  shown: Draft[]
  count: number
  /** As many of each severity, in the order of SEVERITIES. */
  counts: number[]
  firstTime: number
  lastTime: number
  client: Finding['client']
  server: Finding['server']
  serverPorts: number[]
}

function newGroup(subject: Subject, { at, connection: { client, server } }: Draft): Group {
  return {
    subject,
    shown: [],
    count: 0,
    counts: [0, 0, 0, 0, 0],
    firstTime: at.time,
    lastTime: at.time,
    client: { ...client },
    server: { ...server },
    serverPorts: [],
  }
}

function add(group: Group, draft: Draft): void {
  const { severity, at, connection } = draft
  group.count++
  group.counts[RANK[severity]]!++
  if (at.time < group.firstTime) group.firstTime = at.time
  if (at.time > group.lastTime) group.lastTime = at.time
  group.client = common(group.client, connection.client)
  group.server = common(group.server, connection.server)
  const { port } = connection.server
  if (group.serverPorts.length <= PORT_LIMIT && !group.serverPorts.includes(port)) group.serverPorts.push(port)

  const { shown } = group
  let i = shown.length
  while (i > 0 && compareDrafts(draft, shown[i - 1]!) < 0) i--
  if (i === EVIDENCE_LIMIT) return
  shown.splice(i, 0, draft)
  if (shown.length > EVIDENCE_LIMIT) shown.pop()
}

/** What two have in common: the address and the port, the address alone, or nothing. */
function common(known: Finding['client'], { ip, port }: Endpoint): Finding['client'] {
  if (known === null || known.ip !== ip) return null
  if (known.port !== port) known.port = null
  return known
}

function findingOf(rule: Rule, key: string, group: Group): Finding {
  const { shown, subject, count } = group
  const { severity, connection, session } = shown[0]!
  const { capture } = connection
  const { message, evidence, more } = explain(group)
  return {
    id: `${rule.id}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`,
    rule: rule.id,
    severity,
    title: rule.title,
    message,
    capture,
    connection: count === 1 ? connection.id : null,
    session: count === 1 ? (session?.id ?? null) : null,
    client: group.client,
    server: group.server,
    user: subject === 'pair' ? (session?.user ?? null) : null,
    firstTime: evidence.reduce((first, { time }) => Math.min(first, time), group.firstTime),
    lastTime: evidence.reduce((last, { time }) => Math.max(last, time), group.lastTime),
    count,
    evidence: evidence.map(({ frame, time, what }) => ({ capture, frame, time, what })),
    wiresharkFilter: filterOf(group, evidence, more),
  }
}

/** The worst case in words, and the frames of the cases that are shown: `more` where there are others. */
function explain({ shown, count, counts }: Group): { message: string; evidence: EvidenceDraft[]; more: boolean } {
  let message = ''
  let more = count > shown.length
  const evidence: EvidenceDraft[] = []
  for (const draft of shown) {
    const explanation = draft.explain()
    if (message === '') message = explanation.message
    for (const item of explanation.evidence) {
      if (evidence.some((e) => e.frame === item.frame && e.what === item.what)) continue
      if (evidence.length < EVIDENCE_LIMIT) evidence.push(item)
      else more = true
    }
  }
  if (counts[RANK[shown[0]!.severity]] !== count) {
    const parts = SEVERITIES.filter((s) => counts[RANK[s]] !== 0).map((s) => `${counts[RANK[s]]} ${s}`)
    message += ` Of ${count} counted: ${parts.join(', ')}.`
  }
  return { message, evidence: evidence.sort((a, b) => a.frame - b.frame || compareText(a.what, b.what)), more }
}

/** Shows the evidence, and where there is more than was kept, the traffic between these hosts. */
function filterOf({ subject, client, server, serverPorts }: Group, evidence: EvidenceDraft[], more: boolean): string {
  const numbers = evidence.map((e) => e.frame).filter((frame, i, sorted) => frame !== sorted[i - 1])
  const frames = `frame.number in {${numbers.join(', ')}}`
  if (!more) return frames
  const terms: string[] = []
  if (client !== null && (subject === 'pair' || subject === 'client')) terms.push(addressTerm(client.ip))
  if (server !== null && (subject === 'pair' || subject === 'server')) terms.push(addressTerm(server.ip))
  if (serverPorts.length <= PORT_LIMIT) terms.push(`tcp.port in {${serverPorts.sort((a, b) => a - b).join(', ')}}`)
  const traffic = terms.filter((term) => term !== '').join(' && ')
  return traffic === '' ? frames : `${frames} || (${traffic})`
}

/** Only what has the letters of an address gets into a filter. */
function addressTerm(ip: string): string {
  if (/^[0-9.]+$/.test(ip)) return `ip.addr == ${ip}`
  return /^[0-9A-Fa-f:.]+$/.test(ip) ? `ipv6.addr == ${ip}` : ''
}

function compareDrafts(a: Draft, b: Draft): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    a.at.frame - b.at.frame ||
    compareText(a.connection.id, b.connection.id) ||
    compareText(a.session?.id ?? '', b.session?.id ?? '')
  )
}

function inReadingOrder(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
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
