/** The rows of the list of findings. Text is as it was on the wire: escape it where it is shown. */
import type { Finding } from '../audit/finding.ts'
import type { Severity } from '../audit/rule/rule.ts'
import { isoTime } from '../base/packet-time.ts'
import { findingRecord } from '../report/records/finding.ts'
import type { StorageKinds } from './row-columns.ts'
import type { RowKind } from './row-kind.ts'

/** Times are microseconds since 1970 UTC. */
export interface FindingRow {
  id: string
  capture: string
  severity: Severity
  rule: string
  title: string
  message: string
  /** Null if the finding is about several. */
  client: string | null
  server: string | null
  serverPort: number | null
  user: string | null
  count: number
  /** The first frame of its evidence. */
  frame: number
  firstTime: number
  lastTime: number
  connection: string | null
  session: string | null
}

export const FINDING_STORAGE: StorageKinds<FindingRow> = {
  id: 'own',
  capture: 'repeated',
  severity: 'repeated',
  rule: 'repeated',
  title: 'repeated',
  message: 'own',
  client: 'repeated',
  server: 'repeated',
  serverPort: 'repeated',
  user: 'repeated',
  count: 'number',
  frame: 'number',
  firstTime: 'number',
  lastTime: 'number',
  connection: 'own',
  session: 'own',
}

export function findingRow(finding: Finding): FindingRow {
  return {
    id: finding.id,
    capture: finding.capture,
    severity: finding.severity,
    rule: finding.rule,
    title: finding.title,
    message: finding.message,
    client: finding.client?.ip ?? null,
    server: finding.server?.ip ?? null,
    serverPort: finding.server?.port ?? null,
    user: finding.user || null,
    count: finding.count,
    frame: finding.evidence[0]?.frame ?? 0,
    firstTime: finding.firstTime,
    lastTime: finding.lastTime,
    connection: finding.connection,
    session: finding.session,
  }
}

export const FINDING_ROWS: RowKind<FindingRow> = {
  record: 'finding',
  columns: [
    ['severity', (row) => row.severity],
    ['rule', (row) => row.rule],
    ['title', (row) => row.title],
    ['message', (row) => row.message],
    ['clientIp', (row) => row.client],
    ['serverIp', (row) => row.server],
    ['serverPort', (row) => row.serverPort],
    ['user', (row) => row.user],
    ['count', (row) => row.count],
    ['frame', (row) => row.frame],
    ['firstTime', (row) => isoTime(row.firstTime)],
    ['lastTime', (row) => isoTime(row.lastTime)],
    ['connection', (row) => row.connection],
    ['session', (row) => row.session],
    ['id', (row) => row.id],
  ],
  records(source) {
    const { findings, rules } = source.report()
    const byId = new Map<string, Finding>()
    for (const finding of findings) byId.set(finding.id, finding)
    const rulesById = new Map(rules.map((rule) => [rule.id, rule]))
    return {
      of({ id, rule }) {
        const finding = byId.get(id)
        return finding && findingRecord(finding, rulesById.get(rule))
      },
    }
  },
}
