/**
 * What rules said, by what it is counted by: one group for each finding to be. Groups are as many as the sessions of a large capture, and may grow
 * until the last of them was looked at, so those that did not for a while are packed.
 */
import { createHash } from 'node:crypto'
import { hashText } from '../base/seeded-hash.ts'
import { PackedFacts } from '../ledger/packing/packed-facts.ts'
import { Packer } from '../ledger/packing/packer.ts'
import { DEFAULT_LIMITS } from '../track/core/limits.ts'
import type { Finding } from './finding.ts'
import { type Draft, type EvidenceDraft, type Rule, SEVERITIES, type Severity, type Subject } from './rule/rule.ts'

/** Frames kept as evidence of one finding, and so also the most cases that are told apart. */
const EVIDENCE_LIMIT = 5
/** Server ports that a filter names; a finding over more leaves them out. */
const PORT_LIMIT = 8

/** Where each stands in SEVERITIES. */
export const RANK: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, info: 4 }

const FIRST_PLACES = 1024
/** How many go at once where there is no more room. */
const DROPPED_SHARE = 1 / 4

export class Groups {
  readonly rules: readonly Rule[]
  /** Bytes that packed groups may take. */
  private readonly limit: number
  /** Groups that had to go, and cases of which none was begun: where room ends, the least severe are left out. */
  leftOut = 0
  /** Groups with this mark and higher ones, less severe, are begun no more. */
  private closedFrom = Number.POSITIVE_INFINITY
  readonly rows = new PackedFacts<Group>(new Packer(), groupText)
  private generation = 0
  /** Open addressing by the hash of the group's name: the row + 1. The hash is the row's number. */
  private places = new Int32Array(FIRST_PLACES)

  constructor(rules: readonly Rule[], limit = DEFAULT_LIMITS.findingBytes) {
    this.rules = rules
    this.limit = limit
  }

  /** What this rule, by its place in `rules`, said. */
  add(rule: number, draft: Draft): void {
    const subject = draft.subject ?? this.rules[rule]!.subject
    const name = `${rule} ${draft.connection.captureId} ${keyOf(subject, draft)}`
    const hash = hashText(name)
    const place = this.place(name, hash)
    const row = this.places[place]! - 1
    if (row < 0) {
      if (RANK[draft.severity] + 1 >= this.closedFrom) {
        this.leftOut++
        return
      }
      const group = newGroup(name, rule, subject, draft)
      addTo(group, draft)
      this.put(place, group, hash)
    } else this.change(row, place, hash, (group) => addTo(group, draft))
  }

  private put(place: number, group: Group, hash: number): void {
    this.places[place] = this.rows.append(group, hash, markOf(group)) + 1
    if (this.rows.bytes > this.limit) this.makeRoom()
    else if (this.rows.size * 2 > this.places.length) this.index(this.places.length * 2)
  }

  /** Takes away the least severe, the newest first. */
  private makeRoom(): void {
    const { rows } = this
    const all = rows.rows()
    let excess = Math.ceil(all.length * DROPPED_SHARE)
    this.leftOut += excess
    for (let mark = SEVERITIES.length; excess > 0; mark--) {
      this.closedFrom = mark
      for (let i = all.length - 1; i >= 0 && excess > 0; i--) {
        if (rows.mark(all[i]!) !== mark) continue
        rows.forget(all[i]!)
        excess--
      }
    }
    rows.compact()
    this.index(this.places.length)
  }

  private change(row: number, place: number, hash: number, how: (group: Group) => void): void {
    const group = this.rows.get(row)
    how(group)
    if (this.rows.isPlain(row)) {
      this.rows.setMark(row, markOf(group))
      return
    }
    this.rows.remove(row)
    this.places[place] = this.rows.append(group, hash, markOf(group)) + 1
    this.rows.compact()
    if (this.generation !== this.rows.generation) this.index(this.places.length)
  }

  /** The group of this name; null where there is none. */
  find(name: string): Group | null {
    const row = this.places[this.place(name, hashText(name))]! - 1
    return row < 0 ? null : this.rows.get(row)
  }

  /** Takes in what others of the same rules have counted, none of it twice. */
  merge(other: Group): void {
    const hash = hashText(other.id)
    const place = this.place(other.id, hash)
    const row = this.places[place]! - 1
    if (row < 0 && markOf(other) >= this.closedFrom) this.leftOut++
    else if (row < 0) this.put(place, structuredClone(other), hash)
    else this.change(row, place, hash, (group) => mergeInto(group, other))
  }

  private place(name: string, hash: number): number {
    const { places, rows } = this
    let i = hash & (places.length - 1)
    for (let row = places[i]! - 1; row >= 0; row = places[i]! - 1) {
      if (rows.number(row) === hash && rows.peek(row, 'id') === name) break
      i = (i + 1) & (places.length - 1)
    }
    return i
  }

  private index(capacity: number): void {
    this.generation = this.rows.generation
    this.places = new Int32Array(capacity)
    for (const row of this.rows.rows()) {
      let i = this.rows.number(row) & (capacity - 1)
      while (this.places[i] !== 0) i = (i + 1) & (capacity - 1)
      this.places[i] = row + 1
    }
  }
}

/** The worst of its cases, from 1: the mark of its row. */
function markOf({ shown }: Group): number {
  return RANK[shown[0]!.severity] + 1
}

/** What makes one finding of a rule this one and no other, and its id with it. */
function keyOf(subject: Subject, draft: Draft): string {
  const { capture, client, server } = draft.connection
  switch (subject) {
    case 'pair': {
      // Windows compares names without case. The length keeps a name from passing for part of another.
      const named = namedSession(draft)
      const domain = named?.domain?.toLowerCase() ?? ''
      const user = named?.user?.toLowerCase() ?? ''
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

/** The session whose user and domain count: what a null session claims to be is nobody's name. */
function namedSession({ session }: Draft): Draft['session'] {
  return session !== null && (session.anonymous === true || session.auth === 'anonymous') ? null : session
}

function userOf(draft: Draft): string | null {
  const user = draft.user !== undefined ? draft.user : (namedSession(draft)?.user ?? null)
  return user === '' ? null : user
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

export interface Group {
  /** The rule's place in the list of rules, the capture's identity, and what its cases have in common. */
  id: string
  rule: number
  firstFrame: number
  subject: Subject
  capture: string
  captureId: string
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
  /** The user that all cases name, in lower case; null where they name nobody, and `severalUsers` where they do not agree. */
  user: string | null
  severalUsers: boolean
  remediations: string[]
}

function newGroup(id: string, rule: number, subject: Subject, draft: Draft): Group {
  const { at, connection } = draft
  const { capture, captureId, client, server } = connection
  return {
    id,
    rule,
    firstFrame: at.frame,
    subject,
    capture,
    captureId,
    shown: [],
    count: 0,
    counts: [0, 0, 0, 0, 0],
    firstTime: at.time,
    lastTime: at.time,
    client: { ...client },
    server: { ...server },
    serverPorts: [],
    user: userOf(draft)?.toLowerCase() ?? null,
    severalUsers: false,
    remediations: [],
  }
}

function addTo(group: Group, draft: Draft): void {
  const { severity, at, connection, remediation = '' } = draft
  group.count++
  group.counts[RANK[severity]]!++
  if (at.time < group.firstTime) group.firstTime = at.time
  if (at.time > group.lastTime) group.lastTime = at.time
  group.client = common(group.client, connection.client)
  group.server = common(group.server, connection.server)
  const { port } = connection.server
  if (group.serverPorts.length <= PORT_LIMIT && !group.serverPorts.includes(port)) group.serverPorts.push(port)
  if ((userOf(draft)?.toLowerCase() ?? null) !== group.user) group.severalUsers = true
  if (!group.remediations.includes(remediation)) group.remediations.push(remediation)

  const { shown } = group
  let i = shown.length
  while (i > 0 && compareToCase(draft, shown[i - 1]!) < 0) i--
  if (i === EVIDENCE_LIMIT) return
  shown.splice(i, 0, inWords(draft))
  if (shown.length > EVIDENCE_LIMIT) shown.pop()
}

function mergeInto(group: Group, other: Group): void {
  group.count += other.count
  for (const [i, count] of other.counts.entries()) group.counts[i]! += count
  group.firstFrame = Math.min(group.firstFrame, other.firstFrame)
  group.firstTime = Math.min(group.firstTime, other.firstTime)
  group.lastTime = Math.max(group.lastTime, other.lastTime)
  group.client = other.client && common(group.client, other.client)
  group.server = other.server && common(group.server, other.server)
  for (const port of other.serverPorts) {
    if (group.serverPorts.length <= PORT_LIMIT && !group.serverPorts.includes(port)) group.serverPorts.push(port)
  }
  if (other.severalUsers || other.user !== group.user) group.severalUsers = true
  for (const name of other.remediations) if (!group.remediations.includes(name)) group.remediations.push(name)
  group.shown = [...group.shown, ...other.shown].sort(compareCases).slice(0, EVIDENCE_LIMIT)
}

function inWords(draft: Draft): Case {
  const { severity, at, connection, session } = draft
  const { message, evidence } = draft.explain()
  return {
    severity,
    frame: at.frame,
    connection: connection.id,
    session: session?.id ?? null,
    user: userOf(draft),
    message,
    evidence,
  }
}

/** What two have in common: the address and the port, the address alone, or nothing. */
function common(known: Finding['client'], { ip, port }: NonNullable<Finding['client']>): Finding['client'] {
  if (known === null || known.ip !== ip) return null
  if (known.port !== port) known.port = null
  return known
}

/** @param rule the one that said it */
export function findingOf(rule: Rule, group: Group): Finding {
  const { shown, subject, capture, captureId, count, severalUsers } = group
  const { severity, connection, session, user } = shown[0]!
  const { message, evidence, more } = explain(group)
  return {
    id: findingId(rule, group.id),
    rule: rule.id,
    severity,
    title: rule.title,
    message,
    capture,
    captureId,
    connection: count === 1 ? connection : null,
    session: count === 1 ? session : null,
    client: group.client,
    server: group.server,
    user: subject === 'pair' && !severalUsers ? user : null,
    firstTime: evidence.reduce((first, { time }) => Math.min(first, time), group.firstTime),
    lastTime: evidence.reduce((last, { time }) => Math.max(last, time), group.lastTime),
    count,
    evidence: evidence.map(({ frame, time, what }) => ({ capture, frame, time, what })),
    wiresharkFilter: filterOf(group, evidence, more),
    remediations: [...group.remediations].sort(compareText),
  }
}

/** The same whatever else has the capture's name. @param name the group's id */
export function findingId(rule: Rule, name: string): string {
  const key = name.slice(name.indexOf(' ', name.indexOf(' ') + 1) + 1)
  return `${rule.id}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
}

/** About how many characters. */
function groupText({ id, shown }: Group): number {
  let text = id.length
  for (const { message, evidence } of shown) {
    text += message.length
    for (const { what } of evidence) text += what.length
  }
  return text
}

/** The frame of its first evidence: where it stands in the list. */
export function firstEvidence(group: Group): number {
  return explain(group).evidence[0]?.frame ?? 0
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
  return compareCases({ severity, frame: at.frame, connection: connection.id, session: session?.id ?? null }, other)
}

type CaseOrder = Pick<Case, 'severity' | 'frame' | 'connection' | 'session'>

function compareCases(a: CaseOrder, b: CaseOrder): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    a.frame - b.frame ||
    compareText(a.connection, b.connection) ||
    compareText(a.session ?? '', b.session ?? '')
  )
}

/** By code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
