/** The sessions: who logged on where and how, and how well the traffic was protected. */
import { endpointText } from '../../base/wording.ts'
import { SESSION_FIELDS } from '../../query/fields/sessions.ts'
import { sessionFilter } from '../../report/display-filter.ts'
import { type Proportion, SESSION_ROWS, type SessionRow } from '../../rows/session-row.ts'
import { sessionLines } from '../pages/session.ts'
import {
  captureColumn,
  dialectTone,
  listText,
  NOTHING,
  orNothing,
  proportionRank,
  statusText,
  timeText,
  worstColumn,
} from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import type { Tone } from '../text/line.ts'
import { findingsOf } from './related.ts'
import { rowOf, type TableView } from './view.ts'

const COLUMNS: readonly Column<SessionRow>[] = [
  worstColumn(),
  {
    key: 'frame',
    title: 'frame',
    min: 7,
    ideal: 8,
    priority: 8,
    align: 'right',
    text: (row) => String(row.frame),
    sort: 'number',
    sortValue: (row) => row.frame,
  },
  {
    key: 'time',
    title: 'time',
    min: 19,
    ideal: 19,
    priority: 11,
    text: (row) => timeText(row.firstTime),
    sort: 'number',
    sortValue: (row) => row.firstTime,
  },
  {
    key: 'client',
    title: 'client',
    min: 15,
    ideal: 15,
    grow: 1,
    priority: 4,
    text: (row) => row.client,
    sort: 'address',
    sortValue: (row) => row.client,
  },
  {
    key: 'server',
    title: 'server',
    min: 15,
    ideal: 19,
    grow: 1,
    priority: 3,
    text: (row) => endpointText({ ip: row.server, port: row.serverPort }),
    sort: 'address',
    sortValue: (row) => row.server,
  },
  {
    key: 'user',
    title: 'user',
    min: 12,
    ideal: 20,
    grow: 2,
    priority: 2,
    text: userText,
    sort: 'text',
    sortValue: (row) => (row.user === null && row.domain === null ? null : userText(row)),
  },
  {
    key: 'auth',
    title: 'auth',
    min: 9,
    ideal: 9,
    priority: 5,
    text: (row) => (row.auth === 'unknown' ? NOTHING : row.auth),
    tone: (row) => authTone(row.auth),
    sort: 'text',
  },
  {
    key: 'dialect',
    title: 'dialect',
    min: 8,
    ideal: 10,
    priority: 9,
    text: (row) => orNothing(row.dialect),
    tone: (row) => dialectTone(row.dialect),
    sort: 'text',
    sortValue: (row) => row.dialect,
  },
  {
    key: 'signed',
    title: 'signed',
    min: 7,
    ideal: 7,
    priority: 6,
    text: (row) => orNothing(row.signed),
    tone: (row) => proportionTone(row.signed),
    sort: 'number',
    sortValue: (row) => proportionRank(row.signed),
  },
  {
    key: 'encrypted',
    title: 'encrypted',
    min: 10,
    ideal: 10,
    priority: 10,
    text: (row) => orNothing(row.encrypted),
    tone: (row) => (row.encrypted === 'all' ? 'good' : row.encrypted === null ? 'quiet' : 'plain'),
    sort: 'number',
    sortValue: (row) => proportionRank(row.encrypted),
  },
  {
    key: 'status',
    title: 'status',
    min: 11,
    ideal: 18,
    priority: 7,
    text: (row) => (row.status === 'failed' && row.ntStatus !== null ? statusText(row.ntStatus) : row.status),
    tone: (row) => (row.status === 'failed' ? 'strong' : row.status === 'established' ? 'plain' : 'quiet'),
    sort: 'text',
  },
  {
    key: 'access',
    title: 'access',
    min: 7,
    ideal: 7,
    priority: 12,
    text: accessText,
    tone: (row) => (row.guest === true || row.anonymous === true ? 'high' : 'plain'),
    sort: 'text',
  },
  {
    key: 'messages',
    title: 'messages',
    min: 9,
    ideal: 9,
    priority: 14,
    align: 'right',
    text: (row) => String(row.messages),
    sort: 'number',
    sortValue: (row) => row.messages,
  },
  {
    key: 'shares',
    title: 'shares',
    min: 12,
    ideal: 16,
    grow: 2,
    priority: 13,
    text: (row) => listText(row.shares.map(shareName)),
    sort: 'text',
  },
  captureColumn(16, 15),
]

export const SESSIONS_VIEW: TableView<SessionRow> = {
  name: 'sessions',
  key: '3',
  title: 'Sessions',
  help: 'sessions',
  kind: SESSION_ROWS,
  columns: COLUMNS,
  fields: SESSION_FIELDS,
  sort: { column: null, descending: false },
  rowsOf: ({ sessions }) => sessions,
  keyOf: ({ id }) => id,
  pageLines({ id }, { known, width }) {
    const session = known.details.session(id)
    if (session === undefined) return null
    const connection = known.details.connection(session.connection)
    return sessionLines(session, connection, findingsOf(session, known), width)
  },
  pageHints: [],
  sessionOf: ({ id }) => id,
  relatedFilter(subject, known) {
    const row = rowOf(this, subject, known)
    return row === undefined ? null : `client:${row.client} server:${row.server}`
  },
  displayFilter({ id }, { details }) {
    const session = details.session(id)
    const connection = session && details.connection(session.connection)
    return session && connection ? sessionFilter(session, connection) : null
  },
  addPackets(selection, { id }, { details }) {
    selection.connections.push(...(details.session(id)?.connections ?? []))
  },
  addPacketsOfRow(selection, { connection }) {
    selection.connections.push(connection)
  },
}

/** DOMAIN\user, or the one of the two that is known. */
function userText({ domain, user }: SessionRow): string {
  if (domain === null) return orNothing(user)
  return `${domain}\\${user ?? ''}`
}

function authTone(auth: SessionRow['auth']): Tone {
  switch (auth) {
    case 'ntlmv1':
    case 'lm':
    case 'plaintext':
      return 'high'
    case 'anonymous':
      return 'medium'
    case 'kerberos':
      return 'good'
    case 'unknown':
      return 'quiet'
    case 'ntlmv2':
    case 'ntlm-local':
    case 'negoex':
      return 'plain'
  }
}

function proportionTone(value: Proportion | null): Tone {
  return value === null ? 'quiet' : value === 'all' ? 'good' : value === 'none' ? 'medium' : 'low'
}

/** How the server classified the client; "user" only if both flags are known to be clear. */
function accessText({ guest, anonymous }: SessionRow): string {
  if (guest === true) return 'guest'
  if (anonymous === true) return 'anon'
  return guest === false && anonymous === false ? 'user' : NOTHING
}

/** \\server\share without the server, which has a separate column. */
function shareName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1) || path
}
