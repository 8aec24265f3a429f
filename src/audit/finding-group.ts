/** What rules reported about one subject, counted: a finding in the making. */
import { compareText } from '../base/compare-text.ts'
import type { Finding } from './finding.ts'
import type { EvidenceDraft } from './rule/evidence.ts'
import { type Draft, RANK, type Severity, type Subject } from './rule/rule.ts'
import { namedSession, subjectKey } from './subject-key.ts'

/** Cases that are kept in words, and frames that a finding has as evidence. */
export const EVIDENCE_LIMIT = 5
/** Server ports that a filter names; a finding over more leaves them out. */
export const PORT_LIMIT = 8

/** A draft in words, without the facts that it was made from: they may be many, and large. */
export interface Case {
  severity: Severity
  frame: number
  connection: string
  session: string | null
  user: string | null
  message: string
  evidence: EvidenceDraft[]
  /** Of a group over several captures: the one that this case is from. */
  origin?: Origin
}

/** Which capture. */
export interface Origin {
  capture: string
  captureId: string
}

export interface FindingGroup {
  /** The rule's index in the list of rules, the capture's identity, and what its cases have in common. */
  id: string
  rule: number
  firstFrame: number
  subject: Subject
  /** Of a group over several captures, the one of the case that came first. */
  capture: string
  captureId: string
  /** The first of the worst cases: the finding is worded after them. */
  shown: Case[]
  count: number
  /** How many there are of each severity, in the order of SEVERITIES. */
  counts: number[]
  firstTime: number
  lastTime: number
  client: Finding['client']
  server: Finding['server']
  serverPorts: number[]
  /** The user whom all cases name, in lower case; null if they name none. `severalUsers` if they name different ones. */
  user: string | null
  severalUsers: boolean
  remediations: string[]
}

/** The name of the group that this draft belongs to. @param rule its index */
export function groupName(rule: number, subject: Subject, draft: Draft): string {
  return `${rule} ${subject === 'network' ? '' : draft.connection.captureId} ${subjectKey(subject, draft)}`
}

/** Distinguishes the findings of one rule; their ids are made from it. @param name the group's name */
export function findingKey(name: string): string {
  return name.slice(name.indexOf(' ', name.indexOf(' ') + 1) + 1)
}

function userOf(draft: Draft): string | null {
  const user = draft.user !== undefined ? draft.user : (namedSession(draft)?.user ?? null)
  return user === '' ? null : user
}

/** A group with this draft as its first case. @param id its name */
export function newGroup(id: string, rule: number, subject: Subject, draft: Draft): FindingGroup {
  const { at, connection } = draft
  const { capture, captureId, client, server } = connection
  const group: FindingGroup = {
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
  addCase(group, draft)
  return group
}

export function addCase(group: FindingGroup, draft: Draft): void {
  const { severity, at, connection, remediation = '' } = draft
  group.count++
  group.counts[RANK[severity]]!++
  if (at.time < group.firstTime) group.firstTime = at.time
  if (at.time > group.lastTime) group.lastTime = at.time
  group.client = common(group.client, connection.client)
  group.server = common(group.server, connection.server)
  addPort(group, connection.server.port)
  if ((userOf(draft)?.toLowerCase() ?? null) !== group.user) group.severalUsers = true
  if (!group.remediations.includes(remediation)) group.remediations.push(remediation)

  const { shown } = group
  const order = orderOf(group.subject, draft)
  let i = shown.length
  while (i > 0 && compareCases(order, shown[i - 1]!) < 0) i--
  if (i === EVIDENCE_LIMIT) return
  shown.splice(i, 0, inWords(order, draft))
  if (shown.length > EVIDENCE_LIMIT) shown.pop()
}

/** Adds the cases of `other`, of which none may be in `group`. */
export function mergeGroup(group: FindingGroup, other: FindingGroup): void {
  group.count += other.count
  for (const [i, count] of other.counts.entries()) group.counts[i]! += count
  group.firstFrame = Math.min(group.firstFrame, other.firstFrame)
  group.firstTime = Math.min(group.firstTime, other.firstTime)
  group.lastTime = Math.max(group.lastTime, other.lastTime)
  group.client = other.client && common(group.client, other.client)
  group.server = other.server && common(group.server, other.server)
  for (const port of other.serverPorts) addPort(group, port)
  if (other.severalUsers || other.user !== group.user) group.severalUsers = true
  for (const name of other.remediations) if (!group.remediations.includes(name)) group.remediations.push(name)
  group.shown = [...group.shown, ...other.shown].sort(compareCases).slice(0, EVIDENCE_LIMIT)
}

function addPort({ serverPorts }: FindingGroup, port: number): void {
  if (serverPorts.length <= PORT_LIMIT && !serverPorts.includes(port)) serverPorts.push(port)
}

/** What two ends have in common: the address and the port, the address alone, or nothing. */
function common(known: Finding['client'], { ip, port }: NonNullable<Finding['client']>): Finding['client'] {
  if (known === null || known.ip !== ip) return null
  if (known.port !== port) known.port = null
  return known
}

/** What cases are ordered by. */
type CaseOrder = Pick<Case, 'severity' | 'frame' | 'connection' | 'session' | 'origin'>

function orderOf(subject: Subject, { severity, at, connection, session }: Draft): CaseOrder {
  const { id, capture, captureId } = connection
  const order = { severity, frame: at.frame, connection: id, session: session?.id ?? null }
  return subject === 'network' ? { ...order, origin: { capture, captureId } } : order
}

function inWords(order: CaseOrder, draft: Draft): Case {
  const { message, evidence } = draft.explain()
  const { severity, frame, connection, session, origin } = order
  const words = { severity, frame, connection, session, user: userOf(draft), message }
  if (origin === undefined) return { ...words, evidence }
  const { capture } = origin
  return { ...words, evidence: evidence.map((item) => ({ ...item, capture: item.capture ?? capture })), origin }
}

function compareCases(a: CaseOrder, b: CaseOrder): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    a.frame - b.frame ||
    compareText(a.connection, b.connection) ||
    compareText(a.session ?? '', b.session ?? '') ||
    compareText(a.origin?.capture ?? '', b.origin?.capture ?? '') ||
    compareText(a.origin?.captureId ?? '', b.origin?.captureId ?? '')
  )
}

/** The rank of the worst case. */
export function worstRank({ shown }: FindingGroup): number {
  return RANK[shown[0]!.severity]
}

/** About how many characters it holds. */
export function groupText({ id, shown }: FindingGroup): number {
  let text = id.length
  for (const { message, evidence } of shown) {
    text += message.length
    for (const { what } of evidence) text += what.length
  }
  return text
}
