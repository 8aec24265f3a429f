/** The machines that spoke SMB, and what each of them offers. */

import type { HostRow } from '../../rows/rows.ts'
import { dialectTone, listText, orNothing, worstColumn } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import type { Tone } from '../text/line.ts'

export const HOST_COLUMNS: readonly Column<HostRow>[] = [
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

function signingTone(signing: HostRow['signing']): Tone {
  return signing === null ? 'quiet' : signing === 'required' ? 'good' : signing === 'enabled' ? 'low' : 'medium'
}

function signingRank(signing: HostRow['signing']): number | null {
  return signing === null ? null : signing === 'none' ? 0 : signing === 'enabled' ? 1 : 2
}
