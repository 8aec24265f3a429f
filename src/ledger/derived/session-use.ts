/** Whether a session was used, and how the client left it. */
import type { ConnectionFacts, SessionFacts } from '../smb-facts.ts'
import { messageTotals } from './protection.ts'

/** All messages of both directions that were counted. */
export function messageCount(session: SessionFacts): number {
  const { signed, unsigned, encrypted, unread } = messageTotals(session)
  return signed + unsigned + encrypted + unread
}

/** Was the client seen to leave? If the capture has holes, what it did before is unknown. */
export function clientLeft({ logoff }: SessionFacts, { gaps, end }: ConnectionFacts): boolean {
  return gaps === 0 && (logoff !== null || end?.by === 'client')
}

/** The client left before it used the session. */
export function leftUnused(session: SessionFacts, connection: ConnectionFacts): boolean {
  const used = session.trees.length + session.treesNotKept + messageCount(session) > 0
  return !used && clientLeft(session, connection)
}
