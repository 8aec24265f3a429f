/** What a logon discloses. */
import { isNtlmv1Kind } from '../../ledger/derived/logons.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { EvidenceField } from './evidence.ts'

export interface Credentials {
  /** `an NTLMv2 response`. */
  what: string
  at: FrameRef
  /** Where in that frame they are. */
  field: EvidenceField
}

/** What an eavesdropper, or the server itself, can attack; null if nothing of value was sent. */
export function credentialsSent(logon: LogonFacts): Credentials | null {
  const authenticate = logon.ntlm?.authenticate
  if (logon.auth === 'plaintext')
    return { what: 'a password in clear text', at: authenticate ?? logon, field: 'Password' }
  if (authenticate != null) {
    // Without a response that is known to hold more than the byte of an anonymous logon, it may be one.
    const { kind, lmLength, ntLength } = authenticate
    if (kind === 'local' || kind === 'blank') return null
    if (kind === 'anonymous' || (kind === 'unknown' && (lmLength ?? 0) <= 1 && (ntLength ?? 0) === 0)) return null
    const response = { at: authenticate, field: 'ChallengeResponses' as const }
    if (isNtlmv1Kind(kind)) return { what: 'an LM or NTLMv1 response', ...response }
    return { what: kind === 'ntlmv2' ? 'an NTLMv2 response' : 'an NTLM response', ...response }
  }
  const ticket = logon.kerberos?.apReq
  return ticket == null ? null : { what: 'a Kerberos ticket', at: ticket, field: 'Ticket' }
}
