/** What the findings can be filtered by. */
import { RULES } from '../../audit/rules/index.ts'
import type { FindingRow } from '../../rows/finding-row.ts'
import type { AddressEnd, QueryField } from '../language/field.ts'
import { eitherField, serverField } from './ends.ts'

const CLIENT: AddressEnd<FindingRow> = { ip: (row) => row.client }

export const FINDING_FIELDS: readonly QueryField<FindingRow>[] = [
  {
    key: 'severity',
    aliases: ['sev', 'worst'],
    kind: 'severity',
    help: 'severity of the finding',
    get: (row) => row.severity,
  },
  {
    key: 'rule',
    kind: 'choice',
    help: 'id of the rule, as smblens rules lists it',
    values: RULES.map((rule) => rule.id),
    get: (row) => row.rule,
  },
  { key: 'title', kind: 'text', help: 'title of the rule', get: (row) => row.title },
  { key: 'message', aliases: ['msg'], kind: 'text', help: 'what was seen', get: (row) => row.message },
  { key: 'client', aliases: ['src'], kind: 'address', help: 'address of the client', ends: [CLIENT] },
  serverField(),
  eitherField(CLIENT),
  { key: 'port', kind: 'number', help: 'port of the server', get: (row) => row.serverPort },
  { key: 'user', kind: 'text', help: 'user name', get: (row) => row.user },
  { key: 'count', kind: 'number', help: 'number of cases', get: (row) => row.count },
  { key: 'frame', kind: 'number', help: 'first frame of the evidence', get: (row) => row.frame },
  { key: 'first', aliases: ['time'], kind: 'time', help: 'when it was first seen', get: (row) => row.firstTime },
  { key: 'last', kind: 'time', help: 'when it was last seen', get: (row) => row.lastTime },
  { key: 'id', kind: 'text', help: 'id of the finding', get: (row) => row.id, shown: false },
  { key: 'connection', kind: 'text', help: 'id of the connection', get: (row) => row.connection, shown: false },
  { key: 'session', kind: 'text', help: 'id of the session', get: (row) => row.session, shown: false },
]
