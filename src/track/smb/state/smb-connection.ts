/** What is known of one SMB connection while it is open: data only. The readers of the messages fill it. */
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../../ledger/smb-facts.ts'
import type { MessageSink } from '../../../ledger/smb-message.ts'
import type { Context } from '../../core/context.ts'
import type { FlowEnds } from '../../core/protocol.ts'
import { KnownSessions } from './known-sessions.ts'
import type { LiveSession } from './live-session.ts'
import { PendingRequests } from './pending-requests.ts'
import type { SessionStore } from './session-store.ts'
import type { AwaitedSignature, RecentSignatures } from './signature-memory.ts'

/** A security blob of which the first pieces came, each in a SESSION_SETUP of its own. */
export interface SplitBlob {
  session: LiveSession
  /** The bytes captured so far, and the length that it declares. */
  bytes: Uint8Array
  wireLength: number
  pieces: number
}

export class SmbConnection {
  readonly context: Context
  /** All sessions of the capture. */
  readonly store: SessionStore
  /** Its TCP connection. */
  readonly flow: FlowEnds
  readonly facts: ConnectionFacts

  readonly pending: PendingRequests
  /** SMB1 requests whose signatures are compared with their answers'. */
  readonly awaitedSignatures: AwaitedSignature[] = []
  /** Signatures of the last SMB1 messages; made for the first. */
  recentSignatures: RecentSignatures | null = null
  readonly sessions = new KnownSessions()
  /** It carries a session whose id the server knows. */
  carries = false
  splitBlob: SplitBlob | null = null
  /** Authentications in progress, from the first request to the last response: each channel of a session has its own. */
  exchanges: Map<LiveSession, LogonFacts> | null = null
  /** The session of the last look-up: the next message is nearly always of the same one. */
  lastSession: LiveSession | null = null
  /** The id of the previous message's session, for related operations of a compound. */
  previousSessionLow = 0
  previousSessionHigh = 0
  /** The sink of the message that is being read; null if there is none. */
  rows: MessageSink | null = null

  constructor(context: Context, store: SessionStore, flow: FlowEnds, facts: ConnectionFacts) {
    this.context = context
    this.store = store
    this.flow = flow
    this.facts = facts
    this.pending = new PendingRequests(context)
  }
}
