/** Why a logon used NTLM and not Kerberos, as far as SMB shows it. `null` where it does not. */
import { isKerberosMechanism } from '../../../dissectors/auth/oids.ts'
import { isSuccess } from '../../../dissectors/ntstatus.ts'
import type { FrameRef } from '../frame-ref.ts'
import type { LogonFacts, NtlmFacts } from '../logon-facts.ts'
import type { ConnectionFacts, SessionFacts } from '../smb-facts.ts'

export type NtlmCause = FrameRef &
  (
    | {
        /** The server answered a ticket with a KRB-ERROR, in this exchange or in an earlier one of the connection. */
        reason: 'kerberos-refused'
        /** RFC 4120 7.5.9; null where it was not captured. */
        code: number | null
      }
    | {
        /** The whole SPNEGO offer in the NEGOTIATE response was seen, and it has no Kerberos mechanism. */
        reason: 'server-offers-no-kerberos'
      }
    | {
        /** SMB1 without extended security has no place for a ticket. */
        reason: 'no-extended-security'
      }
    | {
        /** There are no tickets for addresses, unless an administrator has registered them. */
        reason: 'target-is-address'
        /** As the client wrote it: an SPN, a server name or a UNC path. */
        target: string
        shownBy: 'spn' | 'netname' | 'path'
      }
    | {
        /** The client's whole offer in this exchange was seen, and it has no Kerberos mechanism. A client without a ticket leaves Kerberos out. */
        reason: 'client-offers-no-kerberos'
      }
    | {
        /** Both sides offer Kerberos. What kept it from being used is not in this traffic. */
        reason: 'both-offer-kerberos'
      }
  )

type Authenticate = NonNullable<NtlmFacts['authenticate']>

/** MsvAvFlags: the client has the SPN from a source that it does not trust, [MS-NLMP] 2.2.2.1. */
const UNTRUSTED_SPN = 0x4

/**
 * The reason that stands for this NTLM logon: the first of the above that the traffic shows.
 *
 * @param others sessions set up on the same connection: a client whose ticket was refused may try NTLM in a new one
 */
export function ntlmCause(
  connection: ConnectionFacts,
  session: SessionFacts,
  logon: LogonFacts,
  others: readonly SessionFacts[],
): NtlmCause | null {
  const authenticate = logon.ntlm?.authenticate ?? null
  if (authenticate === null) return null
  return (
    kerberosRefused(logon, authenticate, others) ??
    serverWithoutKerberos(connection) ??
    withoutExtendedSecurity(connection, authenticate) ??
    targetIsAddress(connection, session, authenticate) ??
    clientOffer(connection, logon)
  )
}

function kerberosRefused(
  logon: LogonFacts,
  authenticate: Authenticate,
  others: readonly SessionFacts[],
): NtlmCause | null {
  const own = logon.kerberos?.error ?? null
  const error = own ?? earlierError(authenticate, others)
  return error && { reason: 'kerberos-refused', code: error.code, frame: error.frame, time: error.time }
}

/** The last KRB-ERROR before this logon whose exchange did not succeed after all: a client with a wrong clock may try again with the server's. */
function earlierError({ frame }: Authenticate, others: readonly SessionFacts[]) {
  let last: NonNullable<NonNullable<LogonFacts['kerberos']>['error']> | null = null
  for (const { logons } of others) {
    for (const { kerberos, ntStatus } of logons) {
      if (ntStatus !== null && isSuccess(ntStatus)) continue
      const error = kerberos?.error ?? null
      if (error !== null && error.frame <= frame && (last === null || error.frame > last.frame)) last = error
    }
  }
  return last
}

function serverWithoutKerberos({ negotiateResponse: response }: ConnectionFacts): NtlmCause | null {
  if (response === null || response.mechanismsCut || response.mechanisms === null) return null
  const { mechanisms, frame, time } = response
  if (mechanisms.length === 0 || mechanisms.some(isKerberosMechanism)) return null
  return { reason: 'server-offers-no-kerberos', frame, time }
}

/** The SPN counts, where the client sent one; otherwise the name that it contacted, if all of its pairs were captured. */
function targetIsAddress(
  { negotiateRequest }: ConnectionFacts,
  { trees }: SessionFacts,
  { targetName, avFlags, avPairsCut, frame, time }: Authenticate,
): NtlmCause | null {
  if (targetName) {
    const trusted = ((avFlags ?? 0) & UNTRUSTED_SPN) === 0
    if (!trusted || !isAddress(hostOfSpn(targetName))) return null
    return { reason: 'target-is-address', target: targetName, shownBy: 'spn', frame, time }
  }
  if (avPairsCut) return null
  const netname = negotiateRequest?.netname ?? null
  if (negotiateRequest !== null && netname !== null) {
    if (!isAddress(netname)) return null
    const at = { frame: negotiateRequest.frame, time: negotiateRequest.time }
    return { reason: 'target-is-address', target: netname, shownBy: 'netname', ...at }
  }
  for (const { path, frame, time } of trees) {
    if (path !== null && isAddress(hostOfPath(path)))
      return { reason: 'target-is-address', target: path, shownBy: 'path', frame, time }
  }
  return null
}

/** `cifs/files.example`, with a port behind the host or without: SPNs of SMB have none. */
function hostOfSpn(spn: string): string {
  const host = spn.slice(spn.indexOf('/') + 1)
  const slash = host.indexOf('/')
  return slash < 0 ? host : host.slice(0, slash)
}

function hostOfPath(path: string): string {
  const start = path.startsWith('\\\\') ? 2 : 0
  const end = path.indexOf('\\', start)
  return path.slice(start, end < 0 ? undefined : end)
}

/**
 * An IPv4 or IPv6 address, in brackets or without, or the form of the latter that UNC paths have: dashes, and .ipv6-literal.net behind. No host name is
 * made of digits and dots alone, and none has a colon.
 */
function isAddress(host: string): boolean {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || /^[0-9a-f-]{2,45}\.ipv6-literal\.net$/i.test(host)) return true
  return host.includes(':') && /^\[?[0-9a-f:.]{2,45}(?:%[\w.-]{1,32})?\]?$/i.test(host)
}

function withoutExtendedSecurity(
  { smb1, negotiateResponse }: ConnectionFacts,
  { frame, time }: Authenticate,
): NtlmCause | null {
  if (negotiateResponse !== null || smb1?.negotiateResponse?.extendedSecurity !== false) return null
  return { reason: 'no-extended-security', frame, time }
}

function clientOffer({ negotiateResponse }: ConnectionFacts, logon: LogonFacts): NtlmCause | null {
  const { offered, offeredCut, frame, time } = logon
  if (offered.some(isKerberosMechanism)) {
    const answered = negotiateResponse?.mechanisms?.some(isKerberosMechanism) === true
    return answered ? { reason: 'both-offer-kerberos', frame, time } : null
  }
  return offeredCut ? null : { reason: 'client-offers-no-kerberos', frame, time }
}
