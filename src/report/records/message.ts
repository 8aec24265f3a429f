/** The record of one SMB message: what its header says. */
import { isoTime } from '../../base/packet-time.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { SmbMessage } from '../../ledger/smb-message.ts'
import { endpoint } from './record-parts.ts'

export interface MessageRecord {
  type: 'message'
  frame: number
  time: string | null
  client: Endpoint
  server: Endpoint
  family: SmbMessage['family']
  command: number | null
  response: boolean | null
  signed: boolean | null
  status: string | null
  sessionId: string | null
  treeId: number | null
  length: number | null
}

export function messageRecord(row: SmbMessage): MessageRecord {
  const { sessionIdHigh: high, sessionIdLow: low } = row
  return {
    type: 'message',
    frame: row.frame,
    time: isoTime(row.time),
    client: endpoint(row.client),
    server: endpoint(row.server),
    family: row.family,
    command: row.command,
    response: row.response,
    signed: row.signed,
    status: row.status === null ? null : `0x${hex32(row.status)}`,
    sessionId: high === null || low === null ? null : `0x${hex32(high)}${hex32(low)}`,
    treeId: row.treeId,
    length: row.length,
  }
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
