/** Why a client used NTLM, as a reason of readiness, and what to change before NTLM is blocked. */
import { krbErrorName } from '../../../dissectors/auth/kerberos.ts'
import { ntlmCause } from '../../ledger/derived/ntlm-cause.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../../ledger/smb-facts.ts'

export interface NtlmReason {
  reason: string
  /** To be read after "by NTLM: ". */
  words: string
  /** What to change. */
  change: string
}

export function ntlmReason(connection: ConnectionFacts, session: SessionFacts, logon: LogonFacts): NtlmReason {
  const server = connection.server.ip
  const cause = ntlmCause(connection, session, logon, [session])
  switch (cause?.reason) {
    case 'kerberos-refused': {
      const error = cause.code === null ? '' : ` (${krbErrorName(cause.code) ?? `Kerberos error ${cause.code}`})`
      return {
        reason: cause.reason,
        words: `Kerberos was tried first, and refused${error}`,
        change: `Register the service name that clients use for ${server}, and check its clock and keys.`,
      }
    }
    case 'target-is-address':
      return {
        reason: cause.reason,
        words: `the client named the server by its address ("${cause.target}")`,
        change: `Use a name for ${server} that has a service principal, or register one for the address and let clients try it.`,
      }
    case 'server-offers-no-kerberos':
      return {
        reason: cause.reason,
        words: 'the server does not offer Kerberos',
        change: `Join ${server} to a domain, or give it a Kerberos key.`,
      }
    case 'no-extended-security':
      return {
        reason: cause.reason,
        words: 'SMB1 without extended security carries no ticket',
        change: `Use SMB2 or SMB3 between ${connection.client.ip} and ${server}.`,
      }
    case 'client-offers-no-kerberos':
      return {
        reason: cause.reason,
        words: 'the client does not offer Kerberos',
        change: 'Use a client and an account of the domain.',
      }
    case 'both-offer-kerberos':
    case undefined:
      return {
        reason: 'uses-ntlm',
        words: 'the traffic does not show why',
        change:
          'Find out why Kerberos was not used: the name that was asked for, its service principal, the reach of a domain controller.',
      }
  }
}
