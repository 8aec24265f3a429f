/** How far a session got, and whether it has a key. What was not seen is a state of its own. */
import { cite, type EvidenceDraft, start } from '../../audit/rule/evidence.ts'
import { answeredWith, place, who } from '../../audit/rule/wording.ts'
import { earliest } from '../../ledger/frame-ref.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import { nothingSeen, notObserved, type Observation, type Placed } from './observation.ts'
import type { Unit } from './unit.ts'

/** A session of a guest or of nobody has no key: it cannot sign or encrypt. Null: it has one. unknown: its grant was not seen. */
export type Keyless = 'guest' | 'null' | 'unknown' | null

export function keylessOf({ guest, anonymous, status }: SessionFacts): Keyless {
  if (guest === true) return 'guest'
  if (anonymous === true) return 'null'
  if (status === 'failed') return null
  return guest === null || anonymous === null ? 'unknown' : null
}

export function keylessName(kind: 'guest' | 'null'): string {
  return kind === 'guest' ? 'a guest session' : 'a null session'
}

/** The answer that granted the session, or a message that shows it in use. */
export function citeGrant(session: SessionFacts): EvidenceDraft {
  const { decided: at, firstUnsigned, firstSigned, firstEncrypted } = session
  if (at === null) {
    const used = earliest(
      ...[firstUnsigned.request, firstUnsigned.response, firstSigned.request, firstSigned.response, firstEncrypted],
    )
    return cite(used ?? start(session), 'SessionId', 'session in use')
  }
  if (session.guest === true) {
    return cite(
      at,
      'SessionFlags',
      session.family === 'smb1' ? 'Action 0x0001 (GUEST)' : 'SessionFlags 0x0001 (IS_GUEST)',
    )
  }
  return cite(at, 'Status', answeredWith('SESSION_SETUP', session.ntStatus, session.family))
}

/**
 * What there is to say of a unit that has no session, or one that was refused or whose setup was not seen to its end. Null for a granted session, and for
 * one that is in use though its setup was not seen.
 */
export function withoutSession(unit: Unit, placed: Placed = {}): Observation | null {
  const { connection, session } = unit
  const client = connection.client.ip
  const server = place(connection.server)
  if (session === null) {
    return nothingSeen('no-session', () => `No session of ${client} on ${server} was seen.`, placed)
  }
  if (session.status === 'failed') {
    return nothingSeen('logon-refused', () => `${server} refused the logon of ${who(session)} from ${client}.`, placed)
  }
  if (session.status === 'pending') {
    return notObserved(
      'logon-unanswered',
      () => `The end of the logon of ${who(session)} from ${client} on ${server} was not seen.`,
      placed,
    )
  }
  return null
}
