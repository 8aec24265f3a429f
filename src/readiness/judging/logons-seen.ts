/** The logons of a session, and whether all that matter were seen. */

import { etypeName } from '../../../dissectors/auth/kerberos.ts'
import { cite, type EvidenceDraft, evidence } from '../../audit/rule/evidence.ts'
import { answeredWith, responseLengths } from '../../audit/rule/wording.ts'
import { firstLogon } from '../../ledger/derived/logons.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'

/**
 * Without its first logon a session shows nothing about how it was set up: what followed may differ.
 *
 * @returns all logons that were seen, and whether the first one is among them
 */
export function logonsOf(session: SessionFacts): { logons: readonly LogonFacts[]; complete: boolean } {
  return { logons: session.logons, complete: firstLogon(session) !== undefined }
}

/** Did this logon succeed? Null where its end was not seen. */
export function succeeded({ answered, ntStatus }: LogonFacts): boolean | null {
  return answered === null || ntStatus === null ? null : ntStatus === 0
}

/** How these logons went: the first, and the last one. */
export function citeLogons(logons: readonly LogonFacts[], family: SessionFacts['family']): EvidenceDraft[] {
  const first = citeLogon(logons[0]!, family)
  return logons.length === 1 ? first : [...first, ...citeLogon(logons.at(-1)!, family)]
}

/** The message that shows how it logs on, and the answer that ended it. */
export function citeLogon(logon: LogonFacts, family: SessionFacts['family']): EvidenceDraft[] {
  const { answered, ntStatus } = logon
  return evidence(
    logonFrame(logon),
    answered !== null && cite(answered, 'Status', answeredWith('SESSION_SETUP', ntStatus, family)),
  )
}

/** The message that shows how it logs on. */
export function logonFrame({ ntlm, kerberos, ...logon }: LogonFacts): EvidenceDraft {
  const ticket = kerberos?.apReq ?? null
  if (ticket !== null) {
    const { serverName, ticketEtype } = ticket
    const etype = ticketEtype === null ? '' : `, ${etypeName(ticketEtype)}`
    return cite(ticket, 'Ticket', `Kerberos ticket${serverName ? ` for ${serverName}` : ''}${etype}`)
  }
  const authenticate = ntlm?.authenticate ?? null
  if (authenticate !== null) return cite(authenticate, 'ChallengeResponses', responseLengths(authenticate))
  return cite(logon, 'Command', 'SESSION_SETUP')
}
