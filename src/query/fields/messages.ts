/** What the messages can be filtered by. */
import type { MessageRow } from '../../rows/message-row.ts'
import type { QueryField } from '../language/field.ts'
import { endFields } from './ends.ts'

export const MESSAGE_FIELDS: readonly QueryField<MessageRow>[] = [
  { key: 'frame', kind: 'number', help: 'number of the frame', get: (row) => row.frame },
  { key: 'time', aliases: ['first', 'last'], kind: 'time', help: 'when it was captured', get: (row) => row.time },
  ...endFields<MessageRow>(),
  {
    key: 'family',
    kind: 'choice',
    help: 'protocol of its header',
    values: ['smb1', 'smb2', 'transform', 'compressed'],
    get: (row) => row.family,
  },
  { key: 'command', aliases: ['cmd'], kind: 'text', help: 'name of the command', get: (row) => row.command },
  {
    key: 'response',
    aliases: ['reply'],
    kind: 'flag',
    help: 'yes for a response, no for a request',
    get: (row) => row.response,
  },
  { key: 'signed', kind: 'flag', help: 'whether it is signed', get: (row) => row.signed },
  { key: 'status', aliases: ['ntstatus'], kind: 'text', help: 'status of a response', get: (row) => row.status },
  { key: 'session', kind: 'text', help: 'session id', get: (row) => row.sessionId },
  { key: 'tree', kind: 'number', help: 'tree id', get: (row) => row.treeId },
  { key: 'length', aliases: ['len'], kind: 'number', help: 'bytes of the message', get: (row) => row.length },
]
