/** What the hosts can be filtered by. */
import type { HostRow } from '../../rows/host-row.ts'
import type { QueryField } from '../language/field.ts'
import { AUTH_KINDS, SIGNING_MODES } from './sessions.ts'

export const HOST_FIELDS: readonly QueryField<HostRow>[] = [
  { key: 'ip', aliases: ['host', 'address'], kind: 'address', help: 'its address', ends: [{ ip: (row) => row.ip }] },
  { key: 'internal', kind: 'flag', help: 'inside the network', get: (row) => row.internal },
  { key: 'name', aliases: ['names'], kind: 'text', help: 'one of its names', get: (row) => row.names },
  { key: 'os', kind: 'text', help: 'operating system, as the host reports it', get: (row) => row.os },
  {
    key: 'support',
    kind: 'choice',
    help: 'support of the Windows it names, on the day it was seen',
    values: ['ended', 'long-term-only', 'unknown', 'supported'],
    get: (row) => row.support,
  },
  {
    key: 'role',
    aliases: ['roles'],
    kind: 'choice',
    help: 'role in its connections',
    values: ['client', 'server'],
    get: (row) => row.roles,
  },
  { key: 'dialect', aliases: ['dialects'], kind: 'dialect', help: 'a negotiated dialect', get: (row) => row.dialects },
  {
    key: 'signing',
    kind: 'choice',
    help: 'weakest signing mode as a server',
    values: SIGNING_MODES,
    get: (row) => row.signing,
  },
  {
    key: 'clientsigning',
    kind: 'choice',
    help: 'weakest signing mode as a client',
    values: SIGNING_MODES,
    get: (row) => row.clientSigning,
  },
  {
    key: 'auth',
    kind: 'choice',
    help: 'a kind of authentication, as a client or as a server',
    values: AUTH_KINDS,
    get: ({ clientAuth, serverAuth }) => [...clientAuth, ...serverAuth],
  },
  { key: 'guest', kind: 'number', help: 'number of guest sessions', get: (row) => row.guestSessions },
  { key: 'anonymous', kind: 'number', help: 'number of null sessions', get: (row) => row.nullSessions },
  { key: 'connections', kind: 'number', help: 'number of connections', get: (row) => row.connections },
  { key: 'sessions', kind: 'number', help: 'number of sessions', get: (row) => row.sessions },
  {
    key: 'severity',
    aliases: ['sev', 'worst'],
    kind: 'severity',
    help: 'severity of its worst finding',
    get: (row) => row.worst,
  },
  { key: 'findings', aliases: ['count'], kind: 'number', help: 'number of findings', get: (row) => row.findings },
  { key: 'first', aliases: ['time'], kind: 'time', help: 'when it was first seen', get: (row) => row.firstTime },
  { key: 'last', kind: 'time', help: 'when it was last seen', get: (row) => row.lastTime },
]
