/** The hosts that used SMB, and what each of them offered. */
import { HOST_FIELDS } from '../../query/fields/hosts.ts'
import { hostFilter } from '../../report/display-filter.ts'
import { HOST_ROWS, type HostRow } from '../../rows/host-row.ts'
import { filterRows } from '../../rows/row-list.ts'
import type { SessionRow } from '../../rows/session-row.ts'
import { hostLines } from '../pages/host.ts'
import { dialectTone, listText, NOTHING, orNothing, worstColumn } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import type { Tone } from '../text/line.ts'
import { type Known, rowOf, type TableView } from './view.ts'

/** Sessions that the page of a host lists. */
const MAX_SESSIONS = 50

const COLUMNS: readonly Column<HostRow>[] = [
  worstColumn(),
  {
    key: 'ip',
    title: 'address',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 2,
    text: (row) => row.ip,
    tone: () => 'strong',
    sort: 'address',
    sortValue: (row) => row.ip,
  },
  {
    key: 'names',
    title: 'names',
    min: 12,
    ideal: 24,
    grow: 3,
    priority: 3,
    text: (row) => listText(row.names),
    sort: 'text',
  },
  {
    key: 'os',
    title: 'os',
    min: 14,
    ideal: 30,
    grow: 1,
    priority: 9,
    text: (row) => orNothing(row.os),
    sort: 'text',
    sortValue: (row) => row.os,
  },
  {
    key: 'support',
    title: 'support',
    min: 8,
    ideal: 16,
    priority: 12,
    text: (row) => supportText(row),
    tone: (row) => (row.support === 'ended' ? 'high' : row.support === 'long-term-only' ? 'medium' : 'plain'),
    sort: 'text',
    sortValue: (row) => row.supportEnd,
  },
  {
    key: 'auth',
    title: 'logons',
    min: 8,
    ideal: 16,
    priority: 13,
    text: (row) => listText([...new Set([...row.clientAuth, ...row.serverAuth])]),
    sort: 'text',
  },
  {
    key: 'roles',
    title: 'roles',
    min: 6,
    ideal: 13,
    priority: 4,
    text: (row) => (row.roles.length > 1 ? 'both' : listText(row.roles)),
    sort: 'text',
  },
  {
    key: 'dialects',
    title: 'dialects',
    min: 10,
    ideal: 18,
    grow: 1,
    priority: 7,
    text: (row) => listText(row.dialects),
    tone: (row) => (row.dialects.some((dialect) => dialectTone(dialect) === 'high') ? 'high' : 'plain'),
    sort: 'text',
  },
  {
    key: 'signing',
    title: 'signing',
    min: 8,
    ideal: 8,
    priority: 5,
    text: (row) => orNothing(row.signing),
    tone: (row) => signingTone(row.signing),
    sort: 'number',
    sortValue: (row) => signingRank(row.signing),
  },
  {
    key: 'sessions',
    title: 'sessions',
    min: 9,
    ideal: 9,
    priority: 8,
    align: 'right',
    text: (row) => String(row.sessions),
    sort: 'number',
    sortValue: (row) => row.sessions,
  },
  {
    key: 'connections',
    title: 'connections',
    min: 12,
    ideal: 12,
    priority: 11,
    align: 'right',
    text: (row) => String(row.connections),
    sort: 'number',
    sortValue: (row) => row.connections,
  },
  {
    key: 'findings',
    title: 'findings',
    min: 9,
    ideal: 9,
    priority: 6,
    align: 'right',
    text: (row) => String(row.findings),
    sort: 'number',
    sortValue: (row) => row.findings,
  },
  {
    key: 'internal',
    title: 'network',
    min: 8,
    ideal: 8,
    priority: 10,
    text: (row) => (row.internal ? 'internal' : 'external'),
    tone: (row) => (row.internal ? 'plain' : 'accent'),
    sort: 'text',
  },
]

export const HOSTS_VIEW: TableView<HostRow> = {
  name: 'hosts',
  key: '4',
  title: 'Hosts',
  help: 'hosts',
  kind: HOST_ROWS,
  columns: COLUMNS,
  fields: HOST_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: ({ hosts }) => hosts,
  keyOf: ({ ip }) => ip,
  pageLines(subject, { known, width }) {
    const host = rowOf(this, subject, known)
    if (host === undefined) return null
    const { ip } = host
    const findings = filterRows(known.shown.findings, ({ client, server }) => client === ip || server === ip)
    const sessions: SessionRow[] = []
    for (const session of sessionsOf(ip, known)) {
      sessions.push(session)
      if (sessions.length === MAX_SESSIONS) break
    }
    return hostLines(host, known.details.host(ip), findings, sessions, width)
  },
  pageHints: [],
  relatedFilter(subject, known) {
    const host = rowOf(this, subject, known)
    return host === undefined ? null : `ip:${host.ip}`
  },
  displayFilter(subject, known) {
    const host = rowOf(this, subject, known)
    return host === undefined ? null : hostFilter(host.ip)
  },
  addPackets(selection, { id }, known) {
    for (const { connection } of sessionsOf(id, known)) selection.connections.push(connection)
  },
}

function* sessionsOf(ip: string, { shown }: Known): Generator<SessionRow> {
  for (const session of shown.sessions) if (session.client === ip || session.server === ip) yield session
}

/** When support ends, or that it had ended on the day of the capture. */
function supportText({ support, supportEnd }: HostRow): string {
  if (support === null || supportEnd === null) return NOTHING
  if (support === 'unknown') return 'not known'
  return support === 'supported' ? `to ${supportEnd}` : `ended ${supportEnd}`
}

function signingTone(signing: HostRow['signing']): Tone {
  return signing === null ? 'quiet' : signing === 'required' ? 'good' : signing === 'enabled' ? 'low' : 'medium'
}

function signingRank(signing: HostRow['signing']): number | null {
  return signing === null ? null : signing === 'none' ? 0 : signing === 'enabled' ? 1 : 2
}
