/** Reads one SMB connection: an NBSS framer finds the messages in each direction, and each goes to the reader of its family by its ProtocolId. */
import { u32le } from '../../../dissectors/bytes.ts'
import { POSITIVE_SESSION_RESPONSE, SESSION_REQUEST } from '../../../dissectors/netbios/session-service.ts'
import {
  PROTOCOL_ID_COMPRESSION,
  PROTOCOL_ID_SMB1,
  PROTOCOL_ID_SMB2,
  PROTOCOL_ID_TRANSFORM,
} from '../../../dissectors/smb2/header.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import type { FactLists } from '../../ledger/tables.ts'
import { connectionText, logonText } from '../../ledger/text-size.ts'
import { connectionId } from '../core/connection-id.ts'
import { noteLimit } from '../core/context.ts'
import type { FlowReader, StreamReader } from '../core/protocol.ts'
import type { GatherLimits, MessageReader } from './message-reader.ts'
import { NbssFramer } from './nbss-framer.ts'
import { smb1BytesNeeded, smb1Message } from './smb1/messages.ts'
import { settleSignatures } from './smb1/signing.ts'
import { smb2BytesNeeded, smb2Message } from './smb2/messages.ts'
import { COMPRESSED_BYTES_NEEDED, compressedMessage, transformMessage } from './smb2/transform.ts'
import { type ConnectionStore, SMB_PORT } from './state/connection-store.ts'
import type { LiveSession } from './state/live-session.ts'
import type { MessageView } from './state/message-view.ts'
import { CHARACTER, OPEN_COST, sessionBytes } from './state/open-costs.ts'
import type { SmbConnection } from './state/smb-connection.ts'
import { settlePending } from './state/tree-connects.ts'

export class SmbFlow implements FlowReader, MessageReader {
  readonly facts: ConnectionFacts
  hasMessages = false
  private readonly connection: SmbConnection
  private readonly connections: ConnectionStore
  /** Shared by all connections: one message is read at a time. */
  private readonly view: MessageView
  private netbios = false

  constructor(connection: SmbConnection, connections: ConnectionStore, view: MessageView) {
    this.facts = connection.facts
    this.connection = connection
    this.connections = connections
    this.view = view
  }

  newSide(fromA: boolean): StreamReader {
    const { limits, arenas } = this.connection.context
    return new NbssFramer(this, fromA, limits, arenas)
  }

  /** MessageReader. */
  bytesNeeded(bytes: Uint8Array, start: number, length: number): number {
    switch (u32le(bytes, start)) {
      case PROTOCOL_ID_SMB2:
        return smb2BytesNeeded(bytes, start, length)
      case PROTOCOL_ID_SMB1:
        return smb1BytesNeeded(bytes, start, length)
      case PROTOCOL_ID_COMPRESSION:
        return COMPRESSED_BYTES_NEEDED
      default:
        return 0
    }
  }

  message(fromA: boolean, bytes: Uint8Array, start: number, captured: number, length: number, ended: boolean): void {
    const { connection, view } = this
    const { context } = connection
    this.hasMessages = true
    connection.rows = ended ? context.messages : null
    if (ended) context.smbMessages++
    view.b = bytes
    view.o = start
    view.captured = captured
    view.length = length
    view.fromA = fromA
    switch (u32le(bytes, start)) {
      case PROTOCOL_ID_SMB2:
        smb2Message(connection, view)
        break
      case PROTOCOL_ID_SMB1:
        smb1Message(connection, view)
        break
      case PROTOCOL_ID_TRANSFORM:
        transformMessage(connection, view)
        break
      case PROTOCOL_ID_COMPRESSION:
        compressedMessage(connection, view)
    }
  }

  control(_fromA: boolean, type: number): void {
    if (type === SESSION_REQUEST || type === POSITIVE_SESSION_RESPONSE) this.netbios = true
  }

  limited(name: keyof GatherLimits): void {
    const { context } = this.connection
    noteLimit(context, name, context.frame)
  }

  addOpenFacts(lists: FactLists): void {
    const { facts, connection } = this
    const { flow, context } = connection
    if (facts.id !== '') {
      lists.connections.push(facts)
      return
    }
    // Which side is the client may yet turn out otherwise.
    const clientIsA = flow.isClient(true)
    const client = clientIsA ? flow.endpointA : flow.endpointB
    const server = clientIsA ? flow.endpointB : flow.endpointA
    const assumed = { ...facts, client, server }
    assumed.id = connectionId(context, assumed)
    lists.connections.push(assumed)
  }

  closed(): void {
    const { facts, connection, connections } = this
    settleSignatures(connection)
    settlePending(connection)
    // Without an id it carried no session.
    if (facts.id === '' && !connections.hasRoom(facts)) return
    connection.flow.settle()
    if (this.netbios || facts.server.port === SMB_PORT.NETBIOS_SESSION) facts.transport = 'netbios-session'
    connections.store(facts)
  }

  openBytes(counted: Set<object>): number {
    const { sessions, pending, exchanges, splitBlob } = this.connection
    let bytes = connectionText(this.facts) * CHARACTER + (splitBlob?.bytes.length ?? 0)
    for (const session of sessions) bytes += sessionBytes(session, counted)
    bytes += pending.bytes()
    for (const [session, logon] of exchanges ?? []) bytes += logonBytes(logon) + sessionBytes(session, counted)
    return bytes
  }

  /** Adds the sessions with logons in progress. */
  addBusySessions(busy: Set<LiveSession>): void {
    const { exchanges, pending } = this.connection
    for (const session of exchanges?.keys() ?? []) busy.add(session)
    for (const { session, logon } of pending) if (session !== null && logon !== null) busy.add(session)
  }
}

function logonBytes(logon: LogonFacts): number {
  return OPEN_COST.logon + logonText(logon) * CHARACTER
}
