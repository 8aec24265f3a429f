/** What a view exports: the columns of its rows, for csv, and the full record behind each row, in the form that docs/records.md describes. */
import type { Finding } from '../audit/finding.ts'
import { isoTime } from '../base/packet-time.ts'
import { idIndex } from '../ledger/id-index.ts'
import type { Columns } from '../report/formats/report-format.ts'
import { type FindingRecord, findingRecord } from '../report/records/finding.ts'
import { type HostRecord, hostRecords } from '../report/records/host.ts'
import type { Report } from '../report/records/report.ts'
import { type SessionRecord, sessionRecord } from '../report/records/session.ts'
import type { FindingRow, FrameRow, HostRow, SessionRow } from './rows.ts'

/** What is behind the rows of the audit's views; undefined for what the ledger does not hold any more. */
export interface RowRecords {
  finding(row: FindingRow): FindingRecord | undefined
  session(row: SessionRow): SessionRecord | undefined
  host(row: HostRow): HostRecord | undefined
}

/** Makes look-ups of all that a report holds, once; the records themselves are made as they are asked for, hosts excepted. */
export function rowRecords(report: Pick<Report, 'ledger' | 'networks' | 'findings' | 'rules'>): RowRecords {
  const findings = new Map<string, Finding>()
  for (const finding of report.findings) findings.set(finding.id, finding)
  const rules = new Map(report.rules.map((rule) => [rule.id, rule]))
  const { sessions } = report.ledger
  const sessionIndex = idIndex(sessions)
  const hosts = new Map(hostRecords(report.ledger, report.networks).map((host) => [host.ip, host]))
  return {
    finding({ id, rule }) {
      const finding = findings.get(id)
      return finding && findingRecord(finding, rules.get(rule))
    },
    session({ id }) {
      const place = sessionIndex.find(id, null)
      return place < 0 ? undefined : sessionRecord(sessions.at(place)!)
    },
    host: ({ ip }) => hosts.get(ip),
  }
}

function list(items: readonly string[]): string {
  return items.join(' | ')
}

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? 'yes' : 'no'
}

export const FINDING_COLUMNS: Columns<FindingRow> = [
  ['severity', (r) => r.severity],
  ['rule', (r) => r.rule],
  ['title', (r) => r.title],
  ['message', (r) => r.message],
  ['clientIp', (r) => r.client],
  ['serverIp', (r) => r.server],
  ['serverPort', (r) => r.serverPort],
  ['user', (r) => r.user],
  ['count', (r) => r.count],
  ['frame', (r) => r.frame],
  ['firstTime', (r) => isoTime(r.firstTime)],
  ['lastTime', (r) => isoTime(r.lastTime)],
  ['connection', (r) => r.connection],
  ['session', (r) => r.session],
  ['id', (r) => r.id],
]

export const SESSION_COLUMNS: Columns<SessionRow> = [
  ['firstTime', (r) => isoTime(r.firstTime)],
  ['lastTime', (r) => isoTime(r.lastTime)],
  ['firstFrame', (r) => r.frame],
  ['lastFrame', (r) => r.lastFrame],
  ['clientIp', (r) => r.client],
  ['clientPort', (r) => r.clientPort],
  ['serverIp', (r) => r.server],
  ['serverPort', (r) => r.serverPort],
  ['direction', (r) => r.direction],
  ['user', (r) => r.user],
  ['domain', (r) => r.domain],
  ['workstation', (r) => r.workstation],
  ['auth', (r) => r.auth],
  ['dialect', (r) => r.dialect],
  ['serverSigning', (r) => r.serverSigning],
  ['signed', (r) => r.signed],
  ['encrypted', (r) => r.encrypted],
  ['cipher', (r) => r.cipher],
  ['status', (r) => r.status],
  ['ntStatus', (r) => r.ntStatus],
  ['guest', (r) => yesNo(r.guest)],
  ['anonymous', (r) => yesNo(r.anonymous)],
  ['messages', (r) => r.messages],
  ['shares', (r) => list(r.shares)],
  ['worst', (r) => r.worst],
  ['findings', (r) => r.findings],
  ['connection', (r) => r.connection],
  ['id', (r) => r.id],
]

export const HOST_COLUMNS: Columns<HostRow> = [
  ['ip', (r) => r.ip],
  ['internal', (r) => yesNo(r.internal)],
  ['names', (r) => list(r.names)],
  ['os', (r) => r.os],
  ['roles', (r) => list(r.roles)],
  ['dialects', (r) => list(r.dialects)],
  ['signing', (r) => r.signing],
  ['clientSigning', (r) => r.clientSigning],
  ['connections', (r) => r.connections],
  ['sessions', (r) => r.sessions],
  ['firstTime', (r) => isoTime(r.firstTime)],
  ['lastTime', (r) => isoTime(r.lastTime)],
  ['worst', (r) => r.worst],
  ['findings', (r) => r.findings],
]

export const FRAME_COLUMNS: Columns<FrameRow> = [
  ['frame', (r) => r.frame],
  ['time', (r) => isoTime(r.time)],
  ['clientIp', (r) => r.client],
  ['clientPort', (r) => r.clientPort],
  ['serverIp', (r) => r.server],
  ['serverPort', (r) => r.serverPort],
  ['family', (r) => r.family],
  ['command', (r) => r.command],
  ['response', (r) => yesNo(r.response)],
  ['signed', (r) => yesNo(r.signed)],
  ['status', (r) => r.status],
  ['sessionId', (r) => r.sessionId],
  ['treeId', (r) => r.treeId],
  ['length', (r) => r.length],
]
