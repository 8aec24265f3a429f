/** How the traffic of a session was protected. What was not captured counts neither way. */
import { earliest, type FrameRef } from '../frame-ref.ts'
import type { MessageCounts, SessionFacts } from '../smb-facts.ts'

/** The outcome of a session, and how its traffic was protected if it was granted or in use. */
export type Protection =
  /** The server refused it. */
  | 'refused'
  /** The response to the setup was not seen, and nothing followed. */
  | 'unanswered'
  | 'encrypted'
  /** All of it signed or encrypted. */
  | 'signed'
  | 'partly'
  /** Neither signed nor encrypted. */
  | 'clear'
  /** No traffic was seen that shows it. */
  | 'unseen'

export function protectionOf(session: Pick<SessionFacts, 'status' | 'requests' | 'responses'>): Protection {
  if (session.status === 'failed') return 'refused'
  if (session.status === 'pending') return 'unanswered'
  const { signed, unsigned, encrypted, unread } = messageTotals(session)
  if (signed + unsigned + encrypted === 0) return 'unseen'
  if (unsigned > 0) return signed + encrypted === 0 ? 'clear' : 'partly'
  // Compressed with their headers: in the clear, and whether they are signed cannot be read.
  if (unread > 0) return 'unseen'
  return signed === 0 ? 'encrypted' : 'signed'
}

export type ProtectionCounts = Record<Protection, number>

export function noProtection(): ProtectionCounts {
  return { refused: 0, unanswered: 0, encrypted: 0, signed: 0, partly: 0, clear: 0, unseen: 0 }
}

/** The messages of both directions that were counted. */
export function messageTotals({ requests, responses }: Pick<SessionFacts, 'requests' | 'responses'>): MessageCounts {
  return {
    signed: requests.signed + responses.signed,
    unsigned: requests.unsigned + responses.unsigned,
    encrypted: requests.encrypted + responses.encrypted,
    unread: requests.unread + responses.unread,
  }
}

/** How many messages were not encrypted, signed or not, after those that are exempt; compressed ones among them. */
export function clearMessages(session: SessionFacts): number {
  const { signed, unsigned, unread } = messageTotals(session)
  return signed + unsigned + unread
}

export function firstClearMessage({ firstUnsigned, firstSigned, firstUnread }: SessionFacts): FrameRef | null {
  return earliest(firstUnsigned.request, firstUnsigned.response, firstSigned.request, firstSigned.response, firstUnread)
}

/**
 * Guest and null sessions have no key: nothing in them can be signed or encrypted. A session whose kind was not seen counts as one of a user; ask
 * `mayBeKeyless` if that matters.
 */
export function hasKey({ guest, anonymous, auth, status }: SessionFacts): boolean {
  // With empty credentials it was granted as the one or the other.
  return !guest && !anonymous && !(auth === 'anonymous' && status === 'established')
}

export function mayBeKeyless({ guest, anonymous }: SessionFacts): 'guest' | 'anonymous' | 'guest or anonymous' | null {
  if (guest === null && anonymous === null) return 'guest or anonymous'
  return guest === null ? 'guest' : anonymous === null ? 'anonymous' : null
}
