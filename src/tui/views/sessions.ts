/** Who logged on where, how, and how well what followed was protected. */
import { endpointText } from '../../base/wording.ts'
import type { SessionRow, Share } from '../../rows/rows.ts'
import {
  captureColumn,
  dialectTone,
  listText,
  NOTHING,
  orNothing,
  shareRank,
  statusText,
  timeText,
  worstColumn,
} from '../table/cells.ts'
import type { Column } from '../table/columns.ts'
import type { Tone } from '../text/line.ts'

export const SESSION_COLUMNS: readonly Column<SessionRow>[] = [
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
    tone: (row) => shareTone(row.signed),
    sort: 'number',
    sortValue: (row) => shareRank(row.signed),
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
    sortValue: (row) => shareRank(row.encrypted),
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

/** DOMAIN\user, or what there is of the two. */
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

function shareTone(share: Share | null): Tone {
  return share === null ? 'quiet' : share === 'all' ? 'good' : share === 'none' ? 'medium' : 'low'
}

/** As whom the server let the client in; "-" unless both marks are known to be absent. */
function accessText({ guest, anonymous }: SessionRow): string {
  if (guest === true) return 'guest'
  if (anonymous === true) return 'anon'
  return guest === false && anonymous === false ? 'user' : NOTHING
}

/** The server has a column of its own: of \\server\share the share is left. */
function shareName(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1) || path
}
