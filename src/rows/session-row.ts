/** The rows of the list of sessions. Text is as it was on the wire: escape it where it is shown. */
import type { Severity } from '../audit/rule/rule.ts'
import { isoTime } from '../base/packet-time.ts'
import { chosenDialect } from '../ledger/derived/dialect.ts'
import { agreedCipher } from '../ledger/derived/encryption.ts'
import { messageTotals, type Protection, protectionOf } from '../ledger/derived/protection.ts'
import { serverSigning } from '../ledger/derived/signing.ts'
import { statusName } from '../ledger/derived/status-name.ts'
import { idIndex } from '../ledger/id-index.ts'
import type { AuthKind } from '../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, SigningMode } from '../ledger/smb-facts.ts'
import type { Direction, Networks } from '../policy/networks.ts'
import { sessionRecord } from '../report/records/session.ts'
import { listCell, yesNoCell } from './cell-text.ts'
import type { FindingTally } from './finding-tally.ts'
import type { StorageKinds } from './row-columns.ts'
import type { RowKind } from './row-kind.ts'

/** How many of the messages that were counted are signed, or encrypted. */
export type Proportion = 'all' | 'some' | 'none'

export interface SessionRow {
  id: string
  capture: string
  connection: string
  /** First and last frame; times are microseconds since 1970 UTC. */
  frame: number
  lastFrame: number
  firstTime: number
  lastTime: number
  client: string
  clientPort: number
  server: string
  serverPort: number
  direction: Direction
  user: string | null
  domain: string | null
  workstation: string | null
  auth: AuthKind
  /** As reports name it: "3.1.1", "NT LM 0.12". */
  dialect: string | null
  serverSigning: SigningMode | null
  /** Null if no message was counted. */
  signed: Proportion | null
  encrypted: Proportion | null
  protection: Protection
  cipher: string | null
  status: SessionFacts['status']
  /** "STATUS_LOGON_FAILURE" */
  ntStatus: string | null
  guest: boolean | null
  anonymous: boolean | null
  /** Messages after the setup, in both directions. */
  messages: number
  /** Paths of the trees. */
  shares: readonly string[]
  /** The worst of the findings that name it, and how many there are. */
  worst: Severity | null
  findings: number
}

export const SESSION_STORAGE: StorageKinds<SessionRow> = {
  id: 'own',
  capture: 'repeated',
  connection: 'own',
  frame: 'number',
  lastFrame: 'number',
  firstTime: 'number',
  lastTime: 'number',
  client: 'repeated',
  clientPort: 'number',
  server: 'repeated',
  serverPort: 'number',
  direction: 'repeated',
  user: 'repeated',
  domain: 'repeated',
  workstation: 'repeated',
  auth: 'repeated',
  dialect: 'repeated',
  serverSigning: 'repeated',
  signed: 'repeated',
  encrypted: 'repeated',
  protection: 'repeated',
  cipher: 'repeated',
  status: 'repeated',
  ntStatus: 'repeated',
  guest: 'repeated',
  anonymous: 'repeated',
  messages: 'number',
  shares: 'repeated',
  worst: 'repeated',
  findings: 'number',
}

/** `connection` is the one that set the session up. */
export function sessionRow(
  session: SessionFacts,
  connection: ConnectionFacts,
  networks: Networks,
  tally: FindingTally | undefined,
): SessionRow {
  // Unread messages are compressed together with their header: they are not encrypted, and it is unknown whether they are signed.
  const { signed, unsigned, encrypted, unread } = messageTotals(session)
  return {
    id: session.id,
    capture: session.capture,
    connection: connection.id,
    frame: session.firstFrame,
    lastFrame: session.lastFrame,
    firstTime: session.firstTime,
    lastTime: session.lastTime,
    client: connection.client.ip,
    clientPort: connection.client.port,
    server: connection.server.ip,
    serverPort: connection.server.port,
    direction: networks.direction(connection.client.ip, connection.server.ip),
    user: session.user || null,
    domain: session.domain || null,
    workstation: session.workstation || null,
    auth: session.auth,
    dialect: chosenDialect(connection),
    serverSigning: serverSigning(connection)?.mode ?? null,
    // Encryption protects better than a signature, so encrypted messages count as signed.
    signed: proportion(signed + encrypted, unsigned),
    encrypted: proportion(encrypted, signed + unsigned + unread),
    protection: protectionOf(session),
    cipher: agreedCipher(connection),
    status: session.status,
    ntStatus: statusName(session.ntStatus, session.family),
    guest: session.guest,
    anonymous: session.anonymous,
    messages: signed + unsigned + encrypted + unread,
    shares: session.trees.map((tree) => tree.path ?? '').filter((path) => path !== ''),
    worst: tally?.worst ?? null,
    findings: tally?.findings ?? 0,
  }
}

function proportion(yes: number, no: number): Proportion | null {
  if (yes + no === 0) return null
  return no === 0 ? 'all' : yes === 0 ? 'none' : 'some'
}

export const SESSION_ROWS: RowKind<SessionRow> = {
  record: 'session',
  columns: [
    ['firstTime', (row) => isoTime(row.firstTime)],
    ['lastTime', (row) => isoTime(row.lastTime)],
    ['firstFrame', (row) => row.frame],
    ['lastFrame', (row) => row.lastFrame],
    ['clientIp', (row) => row.client],
    ['clientPort', (row) => row.clientPort],
    ['serverIp', (row) => row.server],
    ['serverPort', (row) => row.serverPort],
    ['direction', (row) => row.direction],
    ['user', (row) => row.user],
    ['domain', (row) => row.domain],
    ['workstation', (row) => row.workstation],
    ['auth', (row) => row.auth],
    ['dialect', (row) => row.dialect],
    ['serverSigning', (row) => row.serverSigning],
    ['signed', (row) => row.signed],
    ['encrypted', (row) => row.encrypted],
    ['cipher', (row) => row.cipher],
    ['status', (row) => row.status],
    ['ntStatus', (row) => row.ntStatus],
    ['guest', (row) => yesNoCell(row.guest)],
    ['anonymous', (row) => yesNoCell(row.anonymous)],
    ['messages', (row) => row.messages],
    ['shares', (row) => listCell(row.shares)],
    ['worst', (row) => row.worst],
    ['findings', (row) => row.findings],
    ['connection', (row) => row.connection],
    ['id', (row) => row.id],
  ],
  records(source) {
    const { sessions } = source.report().ledger
    const index = idIndex(sessions)
    return {
      of({ id }) {
        const i = index.find(id, null)
        return i < 0 ? undefined : sessionRecord(sessions.at(i)!)
      },
    }
  },
}
