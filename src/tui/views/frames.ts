/** The SMB messages in the order in which they were captured, one line each. */
import { isoTime } from '../../base/packet-time.ts'
import { MESSAGE_FIELDS } from '../../query/fields/messages.ts'
import { frameFilter } from '../../report/display-filter.ts'
import { MESSAGE_ROWS, type MessageRow } from '../../rows/message-row.ts'
import { filterRows } from '../../rows/row-list.ts'
import type { PacketSelection } from '../../view/action-types.ts'
import { frameLines } from '../pages/frame.ts'
import { booleanRank, captureColumn, NOTHING, orNothing, statusText, yesNo } from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import { sessionAt } from './related.ts'
import type { Known, SelectedThing, TableView } from './view.ts'

const COLUMNS: readonly Column<MessageRow>[] = [
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
    min: 8,
    ideal: 8,
    priority: 3,
    text: (row) => (row.response === null ? NOTHING : row.response ? 'response' : 'request'),
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

export const FRAMES_VIEW: TableView<MessageRow> = {
  name: 'frames',
  key: '5',
  title: 'Frames',
  help: 'frames: the SMB messages',
  kind: MESSAGE_ROWS,
  columns: COLUMNS,
  fields: MESSAGE_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: ({ messages }) => messages,
  keyOf: keyOfMessage,
  pageLines(subject, { known, evidence, width }) {
    const row = rowAt(subject, known)
    return row === undefined ? null : frameLines(row, evidence, width)
  },
  pageHints: [],
  citation(subject, known) {
    const row = rowAt(subject, known)
    return row === undefined ? null : { capture: row.capture, frame: row.frame, field: null }
  },
  sessionOf(subject, known) {
    const row = rowAt(subject, known)
    if (row === undefined) return null
    const { clientPort, serverPort } = row
    const onPorts = filterRows(
      known.shown.sessions,
      (session) => session.clientPort === clientPort && session.serverPort === serverPort,
    )
    return sessionAt(onPorts, row, row.client, row.server)
  },
  relatedFilter(subject, known) {
    const row = rowAt(subject, known)
    return row === undefined ? null : `client:${row.client} server:${row.server}`
  },
  displayFilter(subject, known) {
    const row = rowAt(subject, known)
    return row === undefined ? null : frameFilter(row.frame)
  },
  addPackets(selection, subject, known) {
    const row = rowAt(subject, known)
    if (row !== undefined) addFrame(selection, row)
  },
  addPacketsOfRow: addFrame,
}

function keyOfMessage({ frame, number, capture }: MessageRow): string {
  return `${frame} ${number} ${capture}`
}

/** Looks only at the old index: there may be half a million rows to search, and they move only when older ones are dropped. */
function rowAt({ id, index }: SelectedThing, { shown }: Known): MessageRow | undefined {
  const row = shown.messages.at(index)
  return row !== undefined && keyOfMessage(row) === id ? row : undefined
}

function addFrame(selection: PacketSelection, { capture, frame, command }: MessageRow): void {
  selection.frames.push({ capture, frame, comment: command ?? '' })
}

/** A message whose direction is unknown is shown as if the client had sent it. */
function fromIp(row: MessageRow): string {
  return row.response === true ? row.server : row.client
}

function toIp(row: MessageRow): string {
  return row.response === true ? row.client : row.server
}

/** `2026-01-31 12:34:56.000001` */
function preciseTime(microseconds: number): string {
  const iso = isoTime(microseconds)
  return iso === null ? NOTHING : `${iso.slice(0, 10)} ${iso.slice(11, 26)}`
}
