/** What the controls and the predictions about them can be filtered by. */
import { CONTROL_IDS } from '../../readiness/control.ts'
import type { ReadinessRow } from '../../readiness/readiness-row.ts'
import type { ControlRow } from '../../rows/control-row.ts'
import { STATES_BY_URGENCY } from '../../rows/prediction-row.ts'
import type { AddressEnd, QueryField } from '../language/field.ts'

const CLIENT: AddressEnd<ReadinessRow> = { ip: (row) => row.client }
const SERVER: AddressEnd<ReadinessRow> = { ip: (row) => row.server }

export const CONTROL_FIELDS: readonly QueryField<ControlRow>[] = [
  { key: 'control', kind: 'choice', help: 'id of the control', values: CONTROL_IDS, get: (row) => row.control },
  { key: 'title', kind: 'text', help: 'title of the control', get: (row) => row.summary.title },
  { key: 'ready', kind: 'number', help: 'clients that are ready', get: (row) => row.summary.ready },
  { key: 'breaks', kind: 'number', help: 'clients that would break', get: (row) => row.summary.breaks },
  { key: 'exempt', kind: 'number', help: 'clients that the policy exempts', get: (row) => row.summary.exempt },
  {
    key: 'notseen',
    aliases: ['unseen'],
    kind: 'number',
    help: 'clients of which too little was seen',
    get: (row) => row.summary.notObserved,
  },
  { key: 'observable', kind: 'flag', help: 'traffic can show it', get: (row) => row.summary.observable },
]

export const PREDICTION_FIELDS: readonly QueryField<ReadinessRow>[] = [
  { key: 'control', kind: 'choice', help: 'id of the control', values: CONTROL_IDS, get: (row) => row.control },
  {
    key: 'state',
    kind: 'choice',
    help: 'what enforcing the control would do',
    values: STATES_BY_URGENCY,
    get: (row) => row.state,
  },
  {
    key: 'scope',
    kind: 'choice',
    help: 'about a pair of hosts, or one host',
    values: ['pair', 'host'],
    get: (row) => row.scope,
  },
  {
    key: 'side',
    kind: 'choice',
    help: 'who enforces it, where both can',
    values: ['client', 'server'],
    get: (row) => row.side,
  },
  { key: 'client', aliases: ['src'], kind: 'address', help: 'address of the client', ends: [CLIENT] },
  { key: 'server', aliases: ['dst'], kind: 'address', help: 'address of the server', ends: [SERVER] },
  {
    key: 'host',
    aliases: ['ip'],
    kind: 'address',
    help: 'address of the client or the server',
    ends: [CLIENT, SERVER],
    shown: false,
  },
  { key: 'user', kind: 'text', help: 'user name', get: (row) => row.user },
  { key: 'share', kind: 'text', help: 'path of the share', get: (row) => row.share },
  { key: 'reason', kind: 'text', help: 'why, as a code', get: (row) => row.reason },
  { key: 'message', aliases: ['msg'], kind: 'text', help: 'what was seen', get: (row) => row.message },
  { key: 'count', kind: 'number', help: 'sessions that show it', get: (row) => row.count },
  { key: 'first', aliases: ['time'], kind: 'time', help: 'when it was first seen', get: (row) => row.firstTime },
  { key: 'last', kind: 'time', help: 'when it was last seen', get: (row) => row.lastTime },
]
