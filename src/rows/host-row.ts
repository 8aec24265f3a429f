/** The rows of the list of hosts. Text is as it was on the wire: escape it where it is shown. */
import type { Severity } from '../audit/rule/rule.ts'
import { isoTime } from '../base/packet-time.ts'
import type { SupportState } from '../ledger/derived/systems/windows-support.ts'
import type { AuthKind } from '../ledger/logon-facts.ts'
import type { SigningMode } from '../ledger/smb-facts.ts'
import type { SystemRecord } from '../report/hosts/host-systems.ts'
import { type HostRecord, hostRecords } from '../report/records/host.ts'
import { listCell, yesNoCell } from './cell-text.ts'
import type { FindingTally } from './finding-tally.ts'
import type { StorageKinds } from './row-columns.ts'
import type { RowKind } from './row-kind.ts'

/** Times are microseconds since 1970 UTC. */
export interface HostRow {
  ip: string
  internal: boolean
  names: readonly string[]
  os: string | null
  /** Of the systems that it named, the worst, and the last day of its support. Null where no date is known. */
  support: SupportState | null
  supportEnd: string | null
  roles: readonly ('client' | 'server')[]
  dialects: readonly string[]
  /** The weakest it was seen with, as a server and as a client. */
  signing: SigningMode | null
  clientSigning: SigningMode | null
  /** Kinds of authentication, as a client and as a server. */
  clientAuth: readonly AuthKind[]
  serverAuth: readonly AuthKind[]
  /** Guest and null sessions, in either role. */
  guestSessions: number
  nullSessions: number
  connections: number
  sessions: number
  firstTime: number
  lastTime: number
  worst: Severity | null
  findings: number
}

export const HOST_STORAGE: StorageKinds<HostRow> = {
  ip: 'own',
  internal: 'repeated',
  names: 'repeated',
  os: 'repeated',
  support: 'repeated',
  supportEnd: 'repeated',
  roles: 'repeated',
  dialects: 'repeated',
  signing: 'repeated',
  clientSigning: 'repeated',
  clientAuth: 'repeated',
  serverAuth: 'repeated',
  guestSessions: 'number',
  nullSessions: 'number',
  connections: 'number',
  sessions: 'number',
  firstTime: 'number',
  lastTime: 'number',
  worst: 'repeated',
  findings: 'number',
}

const WORST_FIRST: readonly SupportState[] = ['ended', 'long-term-only', 'unknown', 'supported']

function worstSupport(systems: readonly SystemRecord[]): SystemRecord['support'] {
  let worst: SystemRecord['support'] = null
  for (const { support } of systems) {
    if (support === null) continue
    if (worst === null || WORST_FIRST.indexOf(support.state) < WORST_FIRST.indexOf(worst.state)) worst = support
  }
  return worst
}

/** Times that the record does not have are 0. */
export function hostRow(host: HostRecord, tally: FindingTally | undefined): HostRow {
  const { asClient, asServer } = host
  const support = worstSupport(host.systems)
  return {
    ip: host.ip,
    internal: host.internal,
    names: host.names,
    os: host.os,
    support: support?.state ?? null,
    supportEnd: support?.end ?? null,
    roles: host.roles,
    dialects: host.dialects,
    signing: host.signing,
    clientSigning: host.clientSigning,
    clientAuth: authKinds(asClient),
    serverAuth: authKinds(asServer),
    guestSessions: (asClient?.guestSessions ?? 0) + (asServer?.guestSessions ?? 0),
    nullSessions: (asClient?.nullSessions ?? 0) + (asServer?.nullSessions ?? 0),
    connections: host.connections,
    sessions: host.sessions,
    firstTime: microseconds(host.firstTime),
    lastTime: microseconds(host.lastTime),
    worst: tally?.worst ?? null,
    findings: tally?.findings ?? 0,
  }
}

function authKinds(role: HostRecord['asClient']): AuthKind[] {
  return Object.keys(role?.logons ?? {}).sort() as AuthKind[]
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
    ['support', (row) => row.support],
    ['supportEnd', (row) => row.supportEnd],
    ['roles', (row) => listCell(row.roles)],
    ['dialects', (row) => listCell(row.dialects)],
    ['signing', (row) => row.signing],
    ['clientSigning', (row) => row.clientSigning],
    ['clientAuth', (row) => listCell(row.clientAuth)],
    ['serverAuth', (row) => listCell(row.serverAuth)],
    ['guestSessions', (row) => row.guestSessions],
    ['nullSessions', (row) => row.nullSessions],
    ['connections', (row) => row.connections],
    ['sessions', (row) => row.sessions],
    ['firstTime', (row) => isoTime(row.firstTime)],
    ['lastTime', (row) => isoTime(row.lastTime)],
    ['worst', (row) => row.worst],
    ['findings', (row) => row.findings],
  ],
  records(source) {
    const { ledger, policy } = source.report()
    const byIp = new Map([...hostRecords(ledger, policy.networks)].map((host) => [host.ip, host]))
    return { of: ({ ip }) => byIp.get(ip) }
  },
}
