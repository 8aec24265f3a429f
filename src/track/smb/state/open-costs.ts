/** What the state of open connections costs in memory, about. */
import { sessionText } from '../../../ledger/text-size.ts'
import type { LiveSession } from './live-session.ts'

/** Bytes that each takes, without its texts. */
export const OPEN_COST = { session: 2560, sleeping: 384, logon: 1024, request: 256, share: 64 } as const
/** Of a text that is not Latin-1. */
export const CHARACTER = 2
/** Bytes that the texts of a logon take, before they have been counted. */
export const LOGON_TEXT = 3072

/** Bytes of a session, unless it is in `counted`, which it is then. */
export function sessionBytes(session: LiveSession, counted: Set<object>): number {
  if (counted.has(session)) return 0
  counted.add(session)
  const { factsAwake, trees } = session
  const facts = factsAwake === null ? OPEN_COST.sleeping : OPEN_COST.session + sessionText(factsAwake) * CHARACTER
  return facts + (trees?.size ?? 0) * OPEN_COST.share
}
