/** Why a client used NTLM, as far as SMB shows it. */
import { OID_IAKERB, OID_KRB5, OID_KRB5_U2U, OID_MS_KRB5 } from '../../../dissectors/auth/oids.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts } from '../../ledger/smb-facts.ts'
import { parseAddress } from '../../policy/networks.ts'

const KERBEROS_OIDS: readonly string[] = [OID_KRB5, OID_MS_KRB5, OID_KRB5_U2U, OID_IAKERB]

export interface NtlmReason {
  reason: string
  /** To be read after "by NTLM: ". */
  words: string
  /** What to change. */
  change: string
}

export function ntlmReason({ server, negotiateResponse }: ConnectionFacts, logon: LogonFacts): NtlmReason {
  const { kerberos, ntlm, offered, offeredCut } = logon
  if (kerberos?.error != null) {
    const { code, serverName } = kerberos.error
    return {
      reason: 'kerberos-refused',
      words: `Kerberos was tried first, and refused${code === null ? '' : ` with error ${code}`}${serverName ? ` for ${serverName}` : ''}`,
      change: `Register the service name that clients use for ${server.ip}, and check its clock and keys.`,
    }
  }
  const target = targetHost(ntlm?.authenticate?.targetName ?? null)
  if (target !== null && parseAddress(target) !== null) {
    return {
      reason: 'target-is-address',
      words: `the client asked for the address ${target} instead of a name`,
      change: `Use a name for ${server.ip} that has a service principal, or register one for the address and let clients try it.`,
    }
  }
  const mechanisms = negotiateResponse?.mechanisms ?? null
  if (mechanisms !== null && negotiateResponse?.mechanismsCut === false && !mechanisms.some(isKerberos)) {
    return {
      reason: 'server-offers-no-kerberos',
      words: 'the server does not offer Kerberos',
      change: `Join ${server.ip} to a domain, or give it a Kerberos key.`,
    }
  }
  if (!offeredCut && offered.length > 0 && !offered.some(isKerberos)) {
    return {
      reason: 'client-offers-no-kerberos',
      words: 'the client does not offer Kerberos',
      change: 'Use a client and an account of the domain.',
    }
  }
  if (!offeredCut && offered.length === 0 && ntlm?.negotiate != null) {
    return {
      reason: 'client-offers-ntlm-alone',
      words: 'the client sends NTLM without SPNEGO, so nothing else can be chosen',
      change: 'Use a client that speaks Kerberos.',
    }
  }
  return {
    reason: 'uses-ntlm',
    words: 'the traffic does not show why',
    change:
      'Find out why Kerberos was not used: the name that was asked for, its service principal, the reach of a domain controller.',
  }
}

/** The host in a service principal name: cifs/files.corp.example gives files.corp.example. Null where there is none. */
export function targetHost(targetName: string | null): string | null {
  const host = targetName?.split('/', 2)[1] ?? ''
  return host === '' ? null : host
}

function isKerberos(oid: string): boolean {
  return KERBEROS_OIDS.includes(oid)
}
