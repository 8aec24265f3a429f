/** The rows of the list of SMB messages, which users know as "frames". Text is as it was on the wire: escape it where it is shown. */
import { isoTime } from '../base/packet-time.ts'
import { statusName } from '../ledger/derived/status-name.ts'
import type { SmbMessage } from '../ledger/smb-message.ts'
import { commandName } from '../report/message-table.ts'
import { messageRecord } from '../report/records/message.ts'
import { yesNoCell } from './cell-text.ts'
import type { MessageId, RowKind } from './row-kind.ts'

/** An SMB message, as its own header describes it. The time is in microseconds since 1970 UTC. */
export interface MessageRow extends MessageId {
  frame: number
  time: number
  client: string
  clientPort: number
  server: string
  serverPort: number
  family: SmbMessage['family']
  /** By name if it has one, such as "SESSION_SETUP", else "0x1f". */
  command: string | null
  response: boolean | null
  signed: boolean | null
  /** "STATUS_SUCCESS"; responses only. */
  status: string | null
  sessionId: string | null
  treeId: number | null
  length: number | null
}

export function messageRow(message: SmbMessage, capture: string, number: number): MessageRow {
  const { client, server, command, status, sessionIdHigh, sessionIdLow, ...rest } = message
  return {
    ...rest,
    number,
    capture,
    client: client.ip,
    clientPort: client.port,
    server: server.ip,
    serverPort: server.port,
    command: command === null ? null : commandName(rest.family, command),
    status: statusName(status, rest.family === 'smb1' ? 'smb1' : 'smb2'),
    sessionId:
      sessionIdHigh === null || sessionIdLow === null ? null : `0x${hex32(sessionIdHigh)}${hex32(sessionIdLow)}`,
  }
}

function hex32(word: number): string {
  return word.toString(16).padStart(8, '0')
}

export const MESSAGE_ROWS: RowKind<MessageRow> = {
  record: 'message',
  columns: [
    ['frame', (row) => row.frame],
    ['time', (row) => isoTime(row.time)],
    ['clientIp', (row) => row.client],
    ['clientPort', (row) => row.clientPort],
    ['serverIp', (row) => row.server],
    ['serverPort', (row) => row.serverPort],
    ['family', (row) => row.family],
    ['command', (row) => row.command],
    ['response', (row) => yesNoCell(row.response)],
    ['signed', (row) => yesNoCell(row.signed)],
    ['status', (row) => row.status],
    ['sessionId', (row) => row.sessionId],
    ['treeId', (row) => row.treeId],
    ['length', (row) => row.length],
  ],
  records: (source) => ({
    of(row) {
      const message = source.messageOf(row)
      return message && messageRecord(message)
    },
  }),
}
