/** What the sessions can be filtered by. */
import type { SessionRow } from '../../rows/session-row.ts'
import type { QueryField } from '../language/field.ts'
import { endFields } from './ends.ts'

export const SIGNING_MODES = ['required', 'enabled', 'none'] as const
export const AUTH_KINDS = [
  'kerberos',
  'ntlmv2',
  'ntlmv1',
  'ntlm-local',
  'lm',
  'plaintext',
  'negoex',
  'anonymous',
  'unknown',
] as const
const PROPORTIONS = ['all', 'some', 'none'] as const

export const SESSION_FIELDS: readonly QueryField<SessionRow>[] = [
  {
    key: 'severity',
    aliases: ['sev', 'worst'],
    kind: 'severity',
    help: 'severity of its worst finding',
    get: (row) => row.worst,
  },
  { key: 'findings', aliases: ['count'], kind: 'number', help: 'number of findings', get: (row) => row.findings },
  ...endFields<SessionRow>(),
  {
    key: 'direction',
    kind: 'choice',
    help: 'direction across the border of the network',
    values: ['internal', 'outbound', 'inbound', 'external'],
    get: (row) => row.direction,
  },
  {
    key: 'user',
    kind: 'text',
    help: 'user name, or DOMAIN\\user',
    get: (row) => row.user,
    long: {
      mark: '\\',
      get: ({ user, domain }) => (user === null || domain === null ? null : `${domain}\\${user}`),
    },
  },
  { key: 'domain', kind: 'text', help: 'domain of the user', get: (row) => row.domain },
  {
    key: 'workstation',
    aliases: ['ws', 'name'],
    kind: 'text',
    help: 'name of the client, as it reports it',
    get: (row) => row.workstation,
  },
  {
    key: 'auth',
    kind: 'choice',
    help: 'authentication',
    values: AUTH_KINDS,
    get: (row) => row.auth,
  },
  { key: 'dialect', kind: 'dialect', help: 'the negotiated dialect', get: (row) => row.dialect },
  {
    key: 'signing',
    kind: 'choice',
    help: 'signing mode of the server',
    values: SIGNING_MODES,
    get: (row) => row.serverSigning,
  },
  {
    key: 'signed',
    kind: 'choice',
    help: 'how many messages are signed',
    values: PROPORTIONS,
    get: (row) => row.signed,
  },
  {
    key: 'encrypted',
    kind: 'choice',
    help: 'how many messages are encrypted',
    values: PROPORTIONS,
    get: (row) => row.encrypted,
  },
  { key: 'cipher', kind: 'text', help: 'the negotiated cipher', get: (row) => row.cipher },
  {
    key: 'status',
    kind: 'choice',
    help: 'result of the setup',
    values: ['established', 'failed', 'pending', 'unknown'],
    get: (row) => row.status,
  },
  { key: 'ntstatus', kind: 'text', help: 'status of the last SESSION_SETUP response', get: (row) => row.ntStatus },
  { key: 'guest', kind: 'flag', help: 'a guest session', get: (row) => row.guest },
  { key: 'anonymous', aliases: ['anon'], kind: 'flag', help: 'a null session', get: (row) => row.anonymous },
  { key: 'messages', kind: 'number', help: 'messages after the setup', get: (row) => row.messages },
  { key: 'share', aliases: ['shares', 'tree'], kind: 'text', help: 'path of a share', get: (row) => row.shares },
  { key: 'frame', kind: 'number', help: 'its first frame', get: (row) => row.frame },
  { key: 'lastframe', kind: 'number', help: 'its last frame', get: (row) => row.lastFrame },
  { key: 'first', aliases: ['time'], kind: 'time', help: 'when it started', get: (row) => row.firstTime },
  { key: 'last', kind: 'time', help: 'when it was last seen', get: (row) => row.lastTime },
  { key: 'id', kind: 'text', help: 'id of the session', get: (row) => row.id, shown: false },
  { key: 'connection', kind: 'text', help: 'id of the connection', get: (row) => row.connection, shown: false },
]
