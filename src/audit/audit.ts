/**
 * Rules over a ledger, and what they say grouped into findings: one for each rule, capture and subject, counted, with the worst of its cases
 * in the message and the first frames of that severity as evidence. The same ledger gives the same findings, in whatever order its parts are.
 *
 * A finding depends on its own capture alone, so the findings of merged ledgers are those of each.
 */
import { createHash } from 'node:crypto'
import type { Endpoint, Ledger } from '../track/ledger.ts'
import { factsInParts, linkSessions } from './facts.ts'
import type { Finding } from './findings.ts'
import type { Networks } from './networks.ts'
import { type Draft, type EvidenceDraft, type Rule, SEVERITIES, type Severity, type Subject } from './rule.ts'
import { RULES } from './rules/index.ts'
import { emptySurvey } from './survey.ts'

/** Frames kept as evidence of one finding, and so also the most cases that are told apart. */
const EVIDENCE_LIMIT = 5
/** Server ports that a filter names; a finding over more leaves them out. */
const PORT_LIMIT = 8

/** Findings put into words between two rests. */
const FINDINGS_AT_ONCE = 64

/** Where each stands in SEVERITIES. */
const RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 }

export interface AuditOptions {
  networks: Networks
  /** All of the catalogue unless given. */
  rules?: readonly Rule[]
  /** Told of every case, before cases become findings: for whoever counts them by connection or session. */
  onCase?: (draft: Draft) => void
}

export function audit(ledger: Ledger, options: AuditOptions): Finding[] {
  const steps = auditSteps(ledger, options)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** The same in small pieces, with a rest after each: for a caller that has other things to do meanwhile. The ledger must not change until the end. */
export function* auditSteps(
  ledger: Ledger,
  { networks, rules = RULES, onCase }: AuditOptions,
): Generator<null, Finding[]> {
  const links = yield* linkSessions(ledger)
  const survey = emptySurvey()
  const surveying = rules.filter((rule) => rule.survey !== undefined)
  if (surveying.length > 0) {
    for (const facts of factsInParts(ledger, links, networks, survey)) {
      if (facts !== null) for (const rule of surveying) rule.survey?.(facts)
      yield null
    }
  }
  const groups = rules.map(() => new Map<string, Group>())
  for (const facts of factsInParts(ledger, links, networks, survey)) {
    yield null
    if (facts === null) continue
    for (const [i, rule] of rules.entries()) {
      for (const draft of rule.evaluate(facts)) {
        addTo(groups[i]!, rule, draft)
        onCase?.(draft)
      }
      yield null
    }
  }
  const findings: Finding[] = []
  for (const [i, rule] of rules.entries()) {
    for (const [key, group] of groups[i]!) {
      findings.push(findingOf(rule, key, group))
      // Half of what a finding takes: not for all of them at one time.
      groups[i]!.delete(key)
      if (findings.length % FINDINGS_AT_ONCE === 0) yield null
    }
  }
  return findings.sort(inReadingOrder)
}

function addTo(groups: Map<string, Group>, rule: Rule, draft: Draft): void {
  const subject = draft.subject ?? rule.subject
  const key = keyOf(subject, draft)
  let group = groups.get(key)
  if (group === undefined) {
    group = newGroup(subject, draft)
    groups.set(key, group)
  }
  add(group, draft)
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

/** A draft in words, without the facts that it was made of: they may be many, and large. */
interface Case {
  severity: Severity
  frame: number
  connection: string
  session: string | null
  user: string | null
  message: string
  evidence: EvidenceDraft[]
}

interface Group {
  subject: Subject
  capture: string
  /** The first of the worst: they speak for all. */
  shown: Case[]
  count: number
  /** As many of each severity, in the order of SEVERITIES. */
  counts: number[]
  firstTime: number
  lastTime: number
  client: Finding['client']
  server: Finding['server']
  serverPorts: number[]
}

function newGroup(subject: Subject, { at, connection: { capture, client, server } }: Draft): Group {
  return {
    subject,
    capture,
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
  while (i > 0 && compareToCase(draft, shown[i - 1]!) < 0) i--
  if (i === EVIDENCE_LIMIT) return
  shown.splice(i, 0, inWords(draft))
  if (shown.length > EVIDENCE_LIMIT) shown.pop()
}

function inWords({ severity, at, connection, session, explain }: Draft): Case {
  const { message, evidence } = explain()
  return {
    severity,
    frame: at.frame,
    connection: connection.id,
    session: session?.id ?? null,
    user: session?.user ?? null,
    message,
    evidence,
  }
}

/** What two have in common: the address and the port, the address alone, or nothing. */
function common(known: Finding['client'], { ip, port }: Endpoint): Finding['client'] {
  if (known === null || known.ip !== ip) return null
  if (known.port !== port) known.port = null
  return known
}

function findingOf(rule: Rule, key: string, group: Group): Finding {
  const { shown, subject, capture, count } = group
  const { severity, connection, session, user } = shown[0]!
  const { message, evidence, more } = explain(group)
  return {
    id: `${rule.id}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`,
    rule: rule.id,
    severity,
    title: rule.title,
    message,
    capture,
    connection: count === 1 ? connection : null,
    session: count === 1 ? session : null,
    client: group.client,
    server: group.server,
    user: subject === 'pair' ? user : null,
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
  for (const shownCase of shown) {
    if (message === '') message = shownCase.message
    for (const item of shownCase.evidence) {
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

function compareToCase({ severity, at, connection, session }: Draft, other: Case): number {
  return (
    RANK[severity] - RANK[other.severity] ||
    at.frame - other.frame ||
    compareText(connection.id, other.connection) ||
    compareText(session?.id ?? '', other.session ?? '')
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
