/** A session while it is followed: its facts, and what is needed to go on filling them. */
import { hex64 } from '../../../../dissectors/bytes.ts'
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../../ledger/logon-facts.ts'
import type { MessageCounts, SessionFacts, TreeFacts } from '../../../ledger/smb-facts.ts'
import type { TrackContext } from '../../core/context.ts'
import { keepSession, packSession, unpackSession } from './session-store.ts'

/**
 * What is not kept for the ledger, for want of room, has facts all the same while it is followed. What is kept goes to sleep when nobody has touched
 * it for a while: its facts are packed (retention.ts), and made anew when somebody asks for them.
 */
export class LiveSession {
  private readonly context: TrackContext
  private readonly family: SessionFacts['family']
  private awake: SessionFacts | null
  /** Counts the sessions that are kept; -1 for one that is not. */
  number = -1
  /** Of its facts where they are packed. */
  serial = -1
  idLow = 0
  idHigh = 0
  /** Share types of the connected trees by TreeId; null before the first. */
  trees: Map<number, TreeFacts['shareType']> | null = null
  /** Logged off: its id is free for another session. */
  closed = false
  /** The server asked for more of its logon, and nothing has come since. */
  goesOn = false
  /** Taken up by its id alone, which no answer has confirmed yet: the server may not know it. */
  unproven = false
  /** The last unsigned request where a side requires signing: MessageId (low word), or -1. */
  unsignedRequest = -1
  unsignedFrame = 0
  unsignedTime = 0

  constructor(context: TrackContext, facts: SessionFacts) {
    this.context = context
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

  /** No facts or parts of them may be in use. */
  sleep(): void {
    if (this.awake === null) return
    packSession(this.context, this, this.awake)
    this.awake = null
  }

  private wake(): SessionFacts {
    // One that had to make room while it was asleep begins again, and is not kept.
    this.awake = unpackSession(this.context, this) ?? newSessionFacts(this.context, '', this.family, 'unknown')
    return this.awake
  }
}

export function createSession(
  context: TrackContext,
  connection: string,
  family: 'smb1' | 'smb2',
  status: 'pending' | 'unknown',
): LiveSession {
  const session = new LiveSession(context, newSessionFacts(context, connection, family, status))
  keepSession(context, session)
  return session
}

function newSessionFacts(
  context: TrackContext,
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
  // Several setups may start in one frame: the id tells them apart.
  const { connection, firstFrame, sessionId } = session.facts
  session.facts.id = [connection, '/s', firstFrame, '-', sessionId].join('')
}

function nothingYet(): SessionFacts['firstSigned'] {
  return { request: null, response: null }
}

function noMessages(): MessageCounts {
  return { signed: 0, unsigned: 0, encrypted: 0, unread: 0 }
}

/** A reference to the frame where the context, or whatever else has a frame, stands. */
export function here(at: FrameRef): FrameRef {
  return { frame: at.frame, time: at.time }
}

/**
 * Notes that the session was active in the current frame, which is earlier than one before where a hole was given up. Its first frame is one of the
 * connection that it began on: a channel that was bound to it later may show earlier ones.
 */
export function touch(session: LiveSession, on: { context: TrackContext; facts: { id: string } }): void {
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
  if (response) first.response ??= here(at)
  else first.request ??= here(at)
}

/** Counts one that is compressed, of which nobody can say whether it is signed. */
export function countUnread(session: LiveSession, context: TrackContext, response: boolean): void {
  const { facts } = session
  if (response) facts.responses.unread++
  else facts.requests.unread++
  facts.firstUnread ??= here(context)
}

export function countEncrypted(session: LiveSession, context: TrackContext, response: boolean): void {
  const { facts } = session
  if (response) facts.responses.encrypted++
  else facts.requests.encrypted++
  facts.firstEncrypted ??= here(context)
}
