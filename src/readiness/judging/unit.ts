/** What controls judge: one session with the connection that set it up, or a connection without a session. */
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'
import type { Policy } from '../../policy/policy.ts'

export interface Unit {
  connection: ConnectionFacts
  session: SessionFacts | null
}

/** What controls must know beside the unit. */
export interface Surroundings {
  policy: Policy
  /** A connection on which this address answered an SMB2 NEGOTIATE; null if none was seen. */
  smb2Answer(server: string): ConnectionFacts | null
}

/**
 * Whom a unit's rows are about. Null sessions have no user, whatever name they claim. A session whose logon was not seen is nobody's: it must not hide
 * what the others showed.
 */
export type Who = 'named' | 'nobody' | 'hidden' | 'unseen'

export function whoOf(session: SessionFacts | null): Who {
  if (session === null) return 'unseen'
  const { user, auth, anonymous } = session
  if (anonymous === true || auth === 'anonymous') return 'nobody'
  if (user !== null && user !== '') return 'named'
  if (user === '') return 'nobody'
  return auth === 'kerberos' || auth === 'negoex' ? 'hidden' : 'unseen'
}

/** The user of a row, as the session has it. */
export function userOf(session: SessionFacts | null): string | null {
  return whoOf(session) === 'named' ? session!.user : null
}
