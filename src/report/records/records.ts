/**
 * Records: what reports are made of, and what scripts rely on. Fields may be added; none is renamed or given another meaning without a new
 * SCHEMA_VERSION. docs/records.md explains them, docs/records.schema.json holds them.
 *
 * Times are ISO 8601 in UTC with microseconds, absent is null and never "". Text from the wire is kept as it is: escaping is the writers' work.
 */

import type { Finding } from '../../audit/finding.ts'
import { FindingList } from '../../audit/finding-list.ts'
import { remediationOf } from '../../audit/remediation.ts'
import { type Remediation, type Rule, SEVERITIES, type Severity } from '../../audit/rule/rule.ts'
import { isoTime } from '../../base/packet-time.ts'
import type { CaptureFacts, UnreadFacts, Warning } from '../../ledger/capture-facts.ts'
import {
  agreedCipher,
  chosenDialect,
  clientSigning,
  isOfferCut,
  offeredDialects,
  preauthIntegrity,
  serverSigning,
  signingAlgorithm,
} from '../../ledger/derived/negotiated.ts'
import { statusName as nameOf } from '../../ledger/derived/status-name.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { Facts } from '../../ledger/facts-list.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { AuthKind } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, MessageCounts, SessionFacts, SigningMode } from '../../ledger/smb-facts.ts'
import type { MessageRow } from '../../ledger/smb-message.ts'
import type { Direction, Networks } from '../../policy/networks.ts'
import { limitText } from '../../track/core/limits.ts'
import { type HostRecord, hostRecords } from './hosts.ts'

export const SCHEMA_VERSION = 1

export interface CaptureRecord {
  type: 'capture'
  path: string
  /** Tells captures apart that share a path; null for a live capture. */
  captureId: string | null
  format: CaptureFacts['format']
  compression: CaptureFacts['compression']
  linkTypes: string[]
  packets: number
  bytes: number
  smbMessages: number
  firstTime: string | null
  lastTime: string | null
  complete: boolean
  /** Packets that were not read, and may have held SMB: by link type or encapsulation, the most frequent first. */
  unreadPackets: UnreadFacts[]
  limits: Record<string, number>
  warnings: Warning[]
}

export interface ConnectionRecord extends OfCapture {
  type: 'connection'
  id: string
  capture: string
  client: Endpoint
  server: Endpoint
  transport: ConnectionFacts['transport']
  firstFrame: number
  lastFrame: number
  firstTime: string | null
  lastTime: string | null
  state: ConnectionFacts['state']
  gaps: number
  missedBytes: number
  unread: number
  offeredDialects: string[]
  offeredDialectsCut: boolean
  dialect: string | null
  clientSigning: SigningMode | null
  serverSigning: SigningMode | null
  cipher: string | null
  signingAlgorithm: string | null
  preauthIntegrity: string | null
  clientGuid: string | null
  serverGuid: string | null
  direction: Direction
}

export interface SessionRecord extends OfCapture {
  type: 'session'
  id: string
  connection: string
  connections: string[]
  capture: string
  sessionId: string
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  guest: boolean | null
  anonymous: boolean | null
  encryptData: boolean | null
  status: SessionFacts['status']
  ntStatus: string | null
  requests: MessageCounts
  responses: MessageCounts
  trees: TreeRecord[]
  treesNotKept: number
  firstFrame: number
  lastFrame: number
  firstTime: string | null
  lastTime: string | null
}

export interface TreeRecord {
  path: string | null
  shareType: 'disk' | 'pipe' | 'printer' | null
  encryptData: boolean | null
  ntStatus: string | null
  frame: number
}

export interface FindingRecord extends OfCapture {
  type: 'finding'
  id: string
  rule: string
  severity: Severity
  title: string
  message: string
  capture: string
  connection: string | null
  session: string | null
  client: { ip: string; port: number | null } | null
  server: { ip: string; port: number | null } | null
  user: string | null
  firstTime: string | null
  lastTime: string | null
  count: number
  evidence: EvidenceRecord[]
  wiresharkFilter: string
  guide: string | null
  remediation: Remediation | null
  references: string[]
}

export interface EvidenceRecord {
  capture: string
  frame: number
  time: string | null
  what: string
}

export interface SummaryRecord {
  type: 'summary'
  captures: number
  /** Inputs that were named, and of which nothing could be read. */
  inputsUnread: number
  packets: number
  bytes: number
  smbMessages: number
  connections: number
  sessions: number
  /** Of the findings that this report lists. */
  findings: Record<Severity, number>
  /** Findings that --min-severity kept out of this report. */
  findingsHidden: number
  /** What limits on memory cost, by the name of the limit: only those that were reached. */
  limits: Record<string, number>
  durationMs: number
}

export interface MessageRecord {
  type: 'message'
  frame: number
  time: string | null
  client: Endpoint
  server: Endpoint
  family: MessageRow['family']
  command: number | null
  response: boolean | null
  signed: boolean | null
  status: string | null
  sessionId: string | null
  treeId: number | null
  length: number | null
}

/** Where captures of one report share a path, what is of one of them says which. */
interface OfCapture {
  captureId?: string
}

export type ScanRecord = CaptureRecord | ConnectionRecord | SessionRecord | HostRecord | FindingRecord | SummaryRecord

/** All that a report is written from. */
export interface Report {
  ledger: Ledger
  networks: Networks
  /** As they are to be listed. */
  findings: Facts<Finding>
  findingsHidden: number
  /** Inputs that were named, and of which nothing could be read. */
  inputsUnread: number
  rules: readonly Rule[]
  durationMs: number
}

/** Every record of a scan, one at a time: captures, connections, sessions, hosts, findings, and the summary last. */
export function* scanRecords(report: Report): Generator<ScanRecord> {
  const { ledger, networks } = report
  const shared = sharedPaths(ledger.captures)
  for (const capture of ledger.captures) yield captureRecord(capture)
  for (const connection of ledger.connections) yield named(connectionRecord(connection, networks), connection, shared)
  for (const session of ledger.sessions) yield named(sessionRecord(session), session, shared)
  // Loops of their own: each record that `yield*` hands on passes through two iterators.
  for (const host of hostRecords(ledger, networks)) yield host
  const rules = rulesById(report.rules)
  for (const finding of report.findings) yield named(findingRecord(finding, rules.get(finding.rule)), finding, shared)
  yield summaryRecord(report)
}

export function* findingRecords(report: Pick<Report, 'findings' | 'rules'>): Generator<FindingRecord> {
  const rules = rulesById(report.rules)
  for (const finding of report.findings) yield findingRecord(finding, rules.get(finding.rule))
}

function rulesById(rules: readonly Rule[]): Map<string, Rule> {
  return new Map(rules.map((rule) => [rule.id, rule]))
}

/** Paths that several captures have: those of machines whose results were merged. */
function sharedPaths(captures: readonly CaptureFacts[]): Set<string> {
  const seen = new Set<string>()
  const shared = new Set<string>()
  for (const { path } of captures) {
    if (seen.has(path)) shared.add(path)
    seen.add(path)
  }
  return shared
}

function named<R extends OfCapture>(
  record: R,
  { capture, captureId }: { capture: string; captureId: string },
  shared: ReadonlySet<string>,
): R {
  if (shared.has(capture)) record.captureId = captureId
  return record
}

export function captureRecord(capture: CaptureFacts): CaptureRecord {
  return {
    type: 'capture',
    path: capture.path,
    captureId: textOrNull(capture.captureId),
    format: capture.format,
    compression: capture.compression,
    linkTypes: capture.linkTypes,
    packets: capture.packets,
    bytes: capture.bytes,
    smbMessages: capture.smbMessages,
    firstTime: timeOrNull(capture.firstTime),
    lastTime: timeOrNull(capture.lastTime),
    complete: capture.complete,
    unreadPackets: capture.unreadPackets.map(({ kind, what, packets }) => ({ kind, what, packets })),
    limits: capture.limits,
    warnings: capture.warnings.map(({ code, message, frame }) => ({ code, message, frame })),
  }
}

export function connectionRecord(connection: ConnectionFacts, networks: Networks): ConnectionRecord {
  return {
    type: 'connection',
    id: connection.id,
    capture: connection.capture,
    client: endpoint(connection.client),
    server: endpoint(connection.server),
    transport: connection.transport,
    firstFrame: connection.firstFrame,
    lastFrame: connection.lastFrame,
    firstTime: isoTime(connection.firstTime),
    lastTime: isoTime(connection.lastTime),
    state: connection.state,
    gaps: connection.gaps,
    missedBytes: connection.missedBytes,
    unread: connection.unread,
    offeredDialects: offeredDialects(connection),
    offeredDialectsCut: isOfferCut(connection),
    dialect: chosenDialect(connection),
    clientSigning: clientSigning(connection),
    serverSigning: serverSigning(connection),
    cipher: agreedCipher(connection),
    signingAlgorithm: signingAlgorithm(connection),
    preauthIntegrity: preauthIntegrity(connection),
    clientGuid: textOrNull(connection.negotiateRequest?.clientGuid),
    serverGuid: textOrNull(connection.negotiateResponse?.serverGuid),
    direction: networks.direction(connection.client.ip, connection.server.ip),
  }
}

export function sessionRecord(session: SessionFacts): SessionRecord {
  return {
    type: 'session',
    id: session.id,
    connection: session.connection,
    connections: session.connections,
    capture: session.capture,
    sessionId: session.sessionId,
    user: textOrNull(session.user),
    domain: textOrNull(session.domain),
    workstation: textOrNull(session.workstation),
    auth: session.auth,
    guest: session.guest,
    anonymous: session.anonymous,
    encryptData: session.encryptData,
    status: session.status,
    ntStatus: statusName(session.ntStatus, session.family),
    requests: messageCounts(session.requests),
    responses: messageCounts(session.responses),
    trees: session.trees.map((tree) => ({
      path: textOrNull(tree.path),
      shareType: tree.shareType,
      encryptData: tree.encryptData,
      ntStatus: statusName(tree.ntStatus, session.family),
      frame: tree.frame,
    })),
    treesNotKept: session.treesNotKept,
    firstFrame: session.firstFrame,
    lastFrame: session.lastFrame,
    firstTime: isoTime(session.firstTime),
    lastTime: isoTime(session.lastTime),
  }
}

/** `rule` is the one that said it: the parts of a finding that are the same every time. */
export function findingRecord(finding: Finding, rule: Rule | undefined): FindingRecord {
  return {
    type: 'finding',
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    title: finding.title,
    message: finding.message,
    capture: finding.capture,
    connection: finding.connection,
    session: finding.session,
    client: finding.client && { ip: finding.client.ip, port: finding.client.port },
    server: finding.server && { ip: finding.server.ip, port: finding.server.port },
    user: textOrNull(finding.user),
    firstTime: isoTime(finding.firstTime),
    lastTime: isoTime(finding.lastTime),
    count: finding.count,
    evidence: finding.evidence.map(({ capture, frame, time, what }) => ({ capture, frame, time: isoTime(time), what })),
    wiresharkFilter: finding.wiresharkFilter,
    guide: rule?.guide ?? null,
    remediation: rule === undefined ? null : remediationOf(rule, finding.remediations),
    references: rule?.references ?? [],
  }
}

export function summaryRecord(report: Report): SummaryRecord {
  const { captures, connections, sessions } = report.ledger
  return {
    type: 'summary',
    captures: captures.length,
    inputsUnread: report.inputsUnread,
    packets: total(captures, (c) => c.packets),
    bytes: total(captures, (c) => c.bytes),
    smbMessages: total(captures, (c) => c.smbMessages),
    connections: connections.length,
    sessions: sessions.length,
    findings: countBySeverity(report.findings),
    findingsHidden: report.findingsHidden,
    limits: limitTotals(captures, report.findings),
    durationMs: Math.round(report.durationMs),
  }
}

export function messageRecord(row: MessageRow): MessageRecord {
  const { sessionIdHigh: high, sessionIdLow: low } = row
  return {
    type: 'message',
    frame: row.frame,
    time: isoTime(row.time),
    client: endpoint(row.client),
    server: endpoint(row.server),
    family: row.family,
    command: row.command,
    response: row.response,
    signed: row.signed,
    status: row.status === null ? null : `0x${hex32(row.status)}`,
    sessionId: high === null || low === null ? null : `0x${hex32(high)}${hex32(low)}`,
    treeId: row.treeId,
    length: row.length,
  }
}

export function countBySeverity(findings: Iterable<{ severity: Severity }>): Record<Severity, number> {
  if (findings instanceof FindingList) return findings.countBySeverity()
  const counts = Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>
  for (const { severity } of findings) counts[severity]++
  return counts
}

/** The status by name: of SMB1 it may be a DOS error. */
export function statusName(status: number | null, family: SessionFacts['family']): string | null {
  return status === null ? null : nameOf(status, family)
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

function endpoint({ ip, port }: Endpoint): Endpoint {
  return { ip, port }
}

function messageCounts({ signed, unsigned, encrypted, unread }: MessageCounts): MessageCounts {
  return { signed, unsigned, encrypted, unread }
}

function textOrNull(text: string | null | undefined): string | null {
  return text === undefined || text === '' ? null : text
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : isoTime(time)
}

function limitTotals(captures: readonly CaptureFacts[], findings: Report['findings']): Record<string, number> {
  const totals: Record<string, number> = {}
  for (const { limits } of captures) {
    for (const [name, count] of Object.entries(limits)) totals[name] = (totals[name] ?? 0) + count
  }
  if (findings instanceof FindingList && findings.leftOut > 0) totals[limitText('findingBytes')] = findings.leftOut
  return totals
}

function total<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0)
}
