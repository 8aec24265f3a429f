/** The rows of the list of hosts. Text is as it was on the wire: escape it where it is shown. */
import type { Severity } from '../audit/rule/rule.ts'
import { isoTime } from '../base/packet-time.ts'
import type { SigningMode } from '../ledger/smb-facts.ts'
import { type HostRecord, hostRecords } from '../report/records/host.ts'
import { listCell, yesNoCell } from './cell-text.ts'
import type { FindingTally } from './finding-tally.ts'
import type { RowKind } from './row-kind.ts'

/** Times are microseconds since 1970 UTC. */
export interface HostRow {
  ip: string
  internal: boolean
  names: readonly string[]
  os: string | null
  roles: readonly ('client' | 'server')[]
  dialects: readonly string[]
  /** The weakest it was seen with, as a server and as a client. */
  signing: SigningMode | null
  clientSigning: SigningMode | null
  connections: number
  sessions: number
  firstTime: number
  lastTime: number
  worst: Severity | null
  findings: number
}

/** Times that the record does not have are 0. */
export function hostRow(host: HostRecord, tally: FindingTally | undefined): HostRow {
  return {
    ip: host.ip,
    internal: host.internal,
    names: host.names,
    os: host.os,
    roles: host.roles,
    dialects: host.dialects,
    signing: host.signing,
    clientSigning: host.clientSigning,
    connections: host.connections,
    sessions: host.sessions,
    firstTime: microseconds(host.firstTime),
    lastTime: microseconds(host.lastTime),
    worst: tally?.worst ?? null,
    findings: tally?.findings ?? 0,
  }
}

function microseconds(time: string | null): number {
  if (time === null) return 0
  const seconds = Date.parse(`${time.slice(0, 19)}Z`)
  return seconds * 1000 + Number(time.slice(20, 26))
}

export const HOST_ROWS: RowKind<HostRow> = {
  record: 'host',
  columns: [
    ['ip', (row) => row.ip],
    ['internal', (row) => yesNoCell(row.internal)],
    ['names', (row) => listCell(row.names)],
    ['os', (row) => row.os],
    ['roles', (row) => listCell(row.roles)],
    ['dialects', (row) => listCell(row.dialects)],
    ['signing', (row) => row.signing],
    ['clientSigning', (row) => row.clientSigning],
    ['connections', (row) => row.connections],
    ['sessions', (row) => row.sessions],
    ['firstTime', (row) => isoTime(row.firstTime)],
    ['lastTime', (row) => isoTime(row.lastTime)],
    ['worst', (row) => row.worst],
    ['findings', (row) => row.findings],
  ],
  records(source) {
    const { ledger, policy } = source.report()
    const byIp = new Map(hostRecords(ledger, policy.networks).map((host) => [host.ip, host]))
    return { of: ({ ip }) => byIp.get(ip) }
  },
}
