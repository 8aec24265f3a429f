/** A session while it is followed: its facts, and what is needed to continue filling them. */
import { hex64 } from '../../../../dissectors/bytes.ts'
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { MessageCounts, SessionFacts, TreeFacts } from '../../../ledger/smb-facts.ts'
import type { Context } from '../../core/context.ts'

/** Keeps the facts of sessions that are asleep: session-store.ts. */
export interface SessionOwner {
  pack(session: LiveSession, facts: SessionFacts): void
  unpack(session: LiveSession): SessionFacts
}

/**
 * A session that is not stored for the ledger, for lack of room, still has facts while it is followed. A stored session goes to sleep when it has not been
 * used for a while: its facts are packed, and made again when they are needed.
 */
export class LiveSession {
  private readonly owner: SessionOwner
  readonly family: SessionFacts['family']
  private awake: SessionFacts | null
  /** Counts the sessions that are stored; -1 for one that is not. */
  number = -1
  /** Of its facts where they are packed. */
  serial = -1
  idLow = 0
  idHigh = 0
  /** Share types of the connected trees by TreeId; null before the first. */
  trees: Map<number, TreeFacts['shareType']> | null = null
  /** Logged off: its id is free for another session. */
  closed = false
  /** The server asked to continue its logon, and nothing has followed yet. */
  goesOn = false
  /** Taken up by its id alone, which no answer has confirmed yet: the server may not know it. */
  unproven = false
  /** The last unsigned request where a side requires signing: MessageId (low word), or -1. */
  unsignedRequest = -1
  unsignedFrame = 0
  unsignedTime = 0

  constructor(owner: SessionOwner, facts: SessionFacts) {
    this.owner = owner
    this.family = facts.family
    this.awake = facts
  }

  get facts(): SessionFacts {
    return this.awake ?? this.wake()
  }

  /** The facts unless they are packed. */
  get factsAwake(): SessionFacts | null {
    return this.awake
  }

  /** Not while its facts, or parts of them, are in use. */
  sleep(): void {
    if (this.awake === null) return
    this.owner.pack(this, this.awake)
    this.awake = null
  }

  private wake(): SessionFacts {
    this.awake = this.owner.unpack(this)
    return this.awake
  }
}

export function newSessionFacts(
  context: Context,
  connection: string,
  family: 'smb1' | 'smb2',
  status: 'pending' | 'unknown',
): SessionFacts {
  const { frame, time } = context
  const connections = [connection]
  const logons: LogonFacts[] = []
  const trees: TreeFacts[] = []
  const firstUnsigned = nothingYet()
  const firstSigned = nothingYet()
  const firstSignature = nothingYet()
  const nativeOs = { client: null, server: null }
  const requests = noMessages()
  const responses = noMessages()
  return {
    id: `${connection}/s${frame}`,
    connection,
    connections,
    capture: context.capture,
    captureId: '',
    family,
    sessionId: hex64(0, 0),
    user: null,
    domain: null,
    workstation: null,
    auth: 'unknown',
    logons,
    guest: null,
    anonymous: null,
    encryptData: null,
    status,
    ntStatus: null,
    decided: null,
    setupSigning: null,
    requests,
    responses,
    firstUnsigned,
    firstSigned,
    firstSignature,
    firstEncrypted: null,
    firstUnread: null,
    firstClearData: null,
    unsignedAccepted: null,
    nativeOs,
    trees,
    treesNotKept: 0,
    logoff: null,
    firstFrame: frame,
    lastFrame: frame,
    firstTime: time,
    lastTime: time,
  }
}

export function setSessionId(session: LiveSession, low: number, high: number): void {
  session.idLow = low
  session.idHigh = high
  session.facts.sessionId = hex64(low, high)
  // Several setups may start in one frame: the id distinguishes them.
  const { connection, firstFrame, sessionId } = session.facts
  session.facts.id = [connection, '/s', firstFrame, '-', sessionId].join('')
}

function nothingYet(): SessionFacts['firstSigned'] {
  return { request: null, response: null }
}

function noMessages(): MessageCounts {
  return { signed: 0, unsigned: 0, encrypted: 0, unread: 0 }
}

/** A reference to the frame of the context, or of another object that has one. */
export function frameRef(at: FrameRef): FrameRef {
  return { frame: at.frame, time: at.time }
}

/**
 * Notes that the session was active in the current frame, which is earlier than a previous one where a hole was given up. Its first frame is one of
 * the connection that it began on: a channel that was bound to it later may show earlier ones.
 */
export function noteActivity(session: LiveSession, on: { context: Context; facts: { id: string } }): void {
  const { facts } = session
  const { frame, time } = on.context
  if (frame >= facts.lastFrame) {
    facts.lastFrame = frame
    facts.lastTime = time
  } else if (frame < facts.firstFrame && facts.connection === on.facts.id) {
    facts.firstFrame = frame
    facts.firstTime = time
  }
}

/** Counts one message of the session in the clear. */
export function countClear(session: LiveSession, at: FrameRef, response: boolean, signed: boolean): void {
  const { facts } = session
  const counts = response ? facts.responses : facts.requests
  const first = signed ? facts.firstSigned : facts.firstUnsigned
  if (signed) counts.signed++
  else counts.unsigned++
  if (response) first.response ??= frameRef(at)
  else first.request ??= frameRef(at)
  if (signed) noteSigned(session, at, response)
}

/** Notes a signed message, whether or not it is one that counts. */
export function noteSigned({ facts }: LiveSession, at: FrameRef, response: boolean): void {
  if (response) facts.firstSignature.response ??= frameRef(at)
  else facts.firstSignature.request ??= frameRef(at)
}

/** Counts a compressed message, of which it is unknown whether it is signed. */
export function countUnread(session: LiveSession, context: Context, response: boolean): void {
  const { facts } = session
  if (response) facts.responses.unread++
  else facts.requests.unread++
  facts.firstUnread ??= frameRef(context)
}

/** Counts a message inside an encryption transform. */
export function countEncrypted(session: LiveSession, context: Context, response: boolean): void {
  const { facts } = session
  if (response) facts.responses.encrypted++
  else facts.requests.encrypted++
  facts.firstEncrypted ??= frameRef(context)
}
