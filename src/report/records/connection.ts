/** The record of one TCP connection that carried SMB, or tried to. */
import { isoTime } from '../../base/packet-time.ts'
import { chosenDialect, isOfferCut, offeredDialects, preauthIntegrity } from '../../ledger/derived/dialect.ts'
import { agreedCipher } from '../../ledger/derived/encryption.ts'
import { clientSigning, serverSigning, signingAlgorithm } from '../../ledger/derived/signing.ts'
import type { Endpoint } from '../../ledger/endpoint.ts'
import type { ConnectionFacts, SigningMode } from '../../ledger/smb-facts.ts'
import type { Direction, Networks } from '../../policy/networks.ts'
import { endpoint, type OfCapture, textOrNull } from './record-parts.ts'

export interface ConnectionRecord extends OfCapture {
  type: 'connection'
  id: string
  capture: string
  client: Endpoint
  server: Endpoint
  transport: ConnectionFacts['transport']
  firstFrame: number
  lastFrame: number
  firstTime: string | null
  lastTime: string | null
  state: ConnectionFacts['state']
  gaps: number
  missedBytes: number
  unread: number
  offeredDialects: string[]
  offeredDialectsCut: boolean
  dialect: string | null
  clientSigning: SigningMode | null
  serverSigning: SigningMode | null
  cipher: string | null
  signingAlgorithm: string | null
  preauthIntegrity: string | null
  clientGuid: string | null
  serverGuid: string | null
  direction: Direction
}

export function connectionRecord(connection: ConnectionFacts, networks: Networks): ConnectionRecord {
  return {
    type: 'connection',
    id: connection.id,
    capture: connection.capture,
    client: endpoint(connection.client),
    server: endpoint(connection.server),
    transport: connection.transport,
    firstFrame: connection.firstFrame,
    lastFrame: connection.lastFrame,
    firstTime: isoTime(connection.firstTime),
    lastTime: isoTime(connection.lastTime),
    state: connection.state,
    gaps: connection.gaps,
    missedBytes: connection.missedBytes,
    unread: connection.unread,
    offeredDialects: offeredDialects(connection),
    offeredDialectsCut: isOfferCut(connection),
    dialect: chosenDialect(connection),
    clientSigning: clientSigning(connection),
    serverSigning: serverSigning(connection)?.mode ?? null,
    cipher: agreedCipher(connection),
    signingAlgorithm: signingAlgorithm(connection),
    preauthIntegrity: preauthIntegrity(connection),
    clientGuid: textOrNull(connection.negotiateRequest?.clientGuid),
    serverGuid: textOrNull(connection.negotiateResponse?.serverGuid),
    direction: networks.direction(connection.client.ip, connection.server.ip),
  }
}
