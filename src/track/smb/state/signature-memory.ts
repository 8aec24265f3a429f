/** What a connection remembers of SMB1's signatures (smb1/signing.ts compares them). */
import type { FrameRef } from '../../../ledger/frame-ref.ts'
import type { LiveSession } from './live-session.ts'

/** A request whose answer has not come yet. */
export interface AwaitedSignature extends FrameRef {
  mid: number
  low: number
  /** It looks real, and was not among those before. */
  fresh: boolean
  /** No signature came before that it could repeat. */
  first: boolean
  /** Flags2 says that it is signed. */
  flagged: boolean
  session: LiveSession
}

/** The first exchange of a connection, until the next shows whether its signatures change. */
export interface HeldExchange {
  request: AwaitedSignature
  response: FrameRef & { low: number }
}

/** The low words of the last signatures: two real ones hardly ever have the same. */
export interface RecentSignatures {
  readonly words: Uint32Array
  /** How many ever came. */
  count: number
  held: HeldExchange | null
}
