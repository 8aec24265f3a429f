/** The SMB messages as they came, one line each. */
import { isoTime } from '../../base/packet-time.ts'
import type { FrameRow } from '../../rows/rows.ts'
import { booleanRank, captureColumn, NOTHING, orNothing, statusText, yesNo } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'

export const FRAME_COLUMNS: readonly Column<FrameRow>[] = [
  {
    key: 'frame',
    title: 'frame',
    min: 7,
    ideal: 8,
    priority: 1,
    align: 'right',
    text: (row) => String(row.frame),
    natural: true,
    sort: 'number',
    sortValue: (row) => row.frame,
  },
  {
    key: 'time',
    title: 'time',
    min: 26,
    ideal: 26,
    priority: 9,
    text: (row) => preciseTime(row.time),
    sort: 'number',
    sortValue: (row) => row.time,
  },
  {
    key: 'from',
    title: 'from',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 4,
    text: fromIp,
    sort: 'address',
    sortValue: fromIp,
  },
  {
    key: 'to',
    title: 'to',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 5,
    text: toIp,
    sort: 'address',
    sortValue: toIp,
  },
  {
    key: 'port',
    title: 'client port',
    min: 12,
    ideal: 12,
    priority: 11,
    align: 'right',
    text: (row) => String(row.clientPort),
    sort: 'number',
    sortValue: (row) => row.clientPort,
  },
  {
    key: 'family',
    title: 'family',
    min: 7,
    ideal: 10,
    priority: 8,
    text: (row) => row.family,
    tone: (row) => (row.family === 'smb1' ? 'high' : row.family === 'transform' ? 'good' : 'plain'),
    sort: 'text',
  },
  {
    key: 'command',
    title: 'command',
    min: 14,
    ideal: 18,
    grow: 1,
    priority: 2,
    text: (row) => orNothing(row.command),
    tone: (row) => (row.command === null ? 'quiet' : 'strong'),
    sort: 'text',
    sortValue: (row) => row.command,
  },
  {
    key: 'kind',
    title: 'kind',
    min: 5,
    ideal: 8,
    priority: 3,
    text: (row) => (row.response === null ? NOTHING : row.response ? 'reply' : 'ask'),
    sort: 'number',
    sortValue: (row) => booleanRank(row.response),
  },
  {
    key: 'signed',
    title: 'signed',
    min: 7,
    ideal: 7,
    priority: 7,
    text: (row) => yesNo(row.signed),
    tone: (row) => (row.signed === null ? 'quiet' : row.signed ? 'good' : 'plain'),
    sort: 'number',
    sortValue: (row) => booleanRank(row.signed),
  },
  {
    key: 'status',
    title: 'status',
    min: 10,
    ideal: 24,
    grow: 1,
    priority: 6,
    text: (row) => statusText(row.status),
    tone: (row) => (row.status === null || row.status === 'STATUS_SUCCESS' ? 'quiet' : 'plain'),
    sort: 'text',
    sortValue: (row) => row.status,
  },
  {
    key: 'session',
    title: 'session id',
    min: 18,
    ideal: 18,
    priority: 12,
    text: (row) => orNothing(row.sessionId),
    sort: 'text',
    sortValue: (row) => row.sessionId,
  },
  {
    key: 'tree',
    title: 'tree',
    min: 10,
    ideal: 10,
    priority: 13,
    align: 'right',
    text: (row) => (row.treeId === null ? NOTHING : `0x${row.treeId.toString(16)}`),
    sort: 'number',
    sortValue: (row) => row.treeId,
  },
  {
    key: 'length',
    title: 'length',
    min: 8,
    ideal: 8,
    priority: 10,
    align: 'right',
    text: (row) => orNothing(row.length),
    sort: 'number',
    sortValue: (row) => row.length,
  },
  captureColumn(16, 14),
]

/** A message that does not tell its direction is shown as if the client had sent it. */
function fromIp(row: FrameRow): string {
  return row.response === true ? row.server : row.client
}

function toIp(row: FrameRow): string {
  return row.response === true ? row.client : row.server
}

/** `2026-01-31 12:34:56.000001` */
function preciseTime(microseconds: number): string {
  const iso = isoTime(microseconds)
  return iso === null ? NOTHING : `${iso.slice(0, 10)} ${iso.slice(11, 26)}`
}
