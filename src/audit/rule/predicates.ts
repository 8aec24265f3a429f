/** Conditions that several rules share; wording.ts has the words. A condition that hangs on a frame which was not seen is null or "unknown", never false. */
import {
  isSuccess,
  STATUS_ACCESS_DENIED,
  STATUS_ACCOUNT_RESTRICTION,
  STATUS_LOGON_FAILURE,
  STATUS_NETWORK_ACCESS_DENIED,
  STATUS_NO_SUCH_USER,
} from '../../../dissectors/ntstatus.ts'
import { smb1ServerSigningMode, smb2SigningMode } from '../../ledger/derived/signing-mode.ts'
import type { FrameRef } from '../../ledger/frame-ref.ts'
import type { LogonFacts } from '../../ledger/logon-facts.ts'
import type { ConnectionFacts, SessionFacts, SigningMode, TreeFacts } from '../../ledger/smb-facts.ts'
import { type EvidenceField, earliest } from './evidence.ts'

// Hosts

/** Private addresses repeat from site to site, so a host is only the same host within its capture. */
export function hostKey({ capture, captureId }: Pick<ConnectionFacts, 'capture' | 'captureId'>, ip: string): string {
  return `${ip} ${captureId} ${capture}`
}

export function pairKey({ capture, captureId, client, server }: ConnectionFacts): string {
  return `${client.ip} ${server.ip} ${captureId} ${capture}`
}

/** One port of a host: servers behind one address may differ. */
export function serverKey(connection: ConnectionFacts): string {
  const { ip, port } = connection.server
  return `${port} ${hostKey(connection, ip)}`
}

// Dialects

/** The SMB2 dialects that an SMB1 NEGOTIATE may list beside SMB1's own, [MS-SMB2] 3.3.5.3. */
export function isSmb2DialectString(dialect: string): boolean {
  return dialect.startsWith('SMB 2.')
}

/** What made this an SMB1 connection, and null where nothing shows that it is one. */
export function smb1Use(connection: ConnectionFacts): { how: 'selected' | 'used'; at: FrameRef } | null {
  const { smb1 } = connection
  if (smb1 === null) return null
  const { negotiateResponse: response, firstUse, firstCommand } = smb1
  const index = response?.dialectIndex ?? null
  if (response !== null && index !== null && index !== 0xffff && !isSmb2DialectString(response.dialect ?? '')) {
    return { how: 'selected', at: response }
  }
  if (firstUse !== null) return { how: 'used', at: firstUse }
  if (
    firstCommand !== null &&
    index === null &&
    connection.negotiateResponse === null &&
    answerMayBeMissing(connection)
  ) {
    return { how: 'used', at: firstCommand }
  }
  return null
}

/**
 * No client goes on in SMB1 unless the server picked it, so requests alone show that it did, as one direction of the traffic has them, or a capture that
 * begins behind the negotiation. Where everything was captured and nothing of it answers in SMB1, a scanner or a health check sent a header, and
 * nobody took it.
 */
function answerMayBeMissing({ smb1, state, serverSeen, gaps }: ConnectionFacts): boolean {
  return smb1?.firstAnswer != null || state === 'midstream' || !serverSeen || gaps > 0
}

// Signing policy

/** What the server says of signing in the NEGOTIATE response that counts, and where; null where that was not seen. */
export function serverSigning(
  connection: ConnectionFacts,
): { mode: SigningMode; at: FrameRef; securityMode: number } | null {
  const smb1 = connection.smb1?.negotiateResponse
  if (smb1 != null && smb1Use(connection)?.how === 'selected') {
    const { securityMode } = smb1
    if (securityMode === null) return null
    return { mode: smb1ServerSigningMode(securityMode), at: smb1, securityMode }
  }
  const smb2 = connection.negotiateResponse
  if (smb2 === null) return null
  return { mode: smb2SigningMode(smb2.securityMode), at: smb2, securityMode: smb2.securityMode }
}

/** What the client says of signing, for the connection or for this session alone; null where neither was seen. */
export function clientSigning(connection: ConnectionFacts, session: SessionFacts): SigningMode | null {
  if (session.setupSigning === 'required') return 'required'
  if (session.family === 'smb1') return session.setupSigning
  const securityMode = connection.negotiateRequest?.securityMode ?? null
  return securityMode === null ? session.setupSigning : smb2SigningMode(securityMode)
}

// Sessions

/**
 * Guest and null sessions have no key: nothing in them can be signed or encrypted, and no other rule repeats that. One of which it was not seen
 * counts as an authenticated one; `mayBeKeyless` is for the sentence about it.
 */
export function hasKey({ guest, anonymous, auth, status }: SessionFacts): boolean {
  // With empty credentials it was granted as the one or the other.
  return !guest && !anonymous && !(auth === 'anonymous' && status === 'established')
}

export function mayBeKeyless({ guest, anonymous }: SessionFacts): 'guest' | 'anonymous' | 'guest or anonymous' | null {
  if (guest === null && anonymous === null) return 'guest or anonymous'
  return guest === null ? 'guest' : anonymous === null ? 'anonymous' : null
}

/** Messages outside of encryption, signed or not, after those that are exempt; compressed ones among them. */
export function clearMessages({ requests, responses }: SessionFacts): number {
  const { signed, unsigned, unread } = requests
  return signed + unsigned + unread + responses.signed + responses.unsigned + responses.unread
}

export function firstClearMessage({ firstUnsigned, firstSigned, firstUnread }: SessionFacts): FrameRef | null {
  return earliest(firstUnsigned.request, firstUnsigned.response, firstSigned.request, firstSigned.response, firstUnread)
}

// Logons

/** The statuses that refuse credentials, [MS-ERREF] 2.3.1, and the DOS errors of SMB1 that do, [MS-CIFS] 2.2.2.4. */
const LOGON_REFUSALS: ReadonlySet<number> = new Set([
  STATUS_ACCESS_DENIED,
  STATUS_NETWORK_ACCESS_DENIED,
  STATUS_NO_SUCH_USER,
  STATUS_LOGON_FAILURE,
  STATUS_ACCOUNT_RESTRICTION,
  0xc000006a, // WRONG_PASSWORD
  0xc000006f, // INVALID_LOGON_HOURS
  0xc0000070, // INVALID_WORKSTATION
  0xc0000071, // PASSWORD_EXPIRED
  0xc0000072, // ACCOUNT_DISABLED
  0xc000015b, // LOGON_TYPE_NOT_GRANTED
  0xc0000193, // ACCOUNT_EXPIRED
  0xc0000224, // PASSWORD_MUST_CHANGE
  0xc0000234, // ACCOUNT_LOCKED_OUT
  0x00050001, // ERRDOS/ERRnoaccess
  0x00020002, // ERRSRV/ERRbadpw
  0x00040002, // ERRSRV/ERRaccess
  0x08bf0002, // ERRSRV/ERRaccountExpired
  0x08c00002, // ERRSRV/ERRbadClient
  0x08c10002, // ERRSRV/ERRbadLogonTime
  0x08c20002, // ERRSRV/ERRpasswordExpired
])

export function refusesCredentials(status: number | null): boolean {
  return status !== null && LOGON_REFUSALS.has(status)
}

const LM_KINDS: ReadonlySet<string> = new Set(['lm', 'ntlmv1', 'ntlmv1-ess', 'lm+ntlmv1', 'ntlmv1-any'])

/** An LM or NTLMv1 response was sent, whatever became of it. */
export function sentNtlmv1({ auth, ntlm }: LogonFacts): boolean {
  const kind = ntlm?.authenticate?.kind
  return kind === undefined ? auth === 'lm' || auth === 'ntlmv1' : LM_KINDS.has(kind)
}

export function usedNtlm(session: SessionFacts): boolean {
  return session.logons.some((logon) => logon.auth === 'ntlmv2' || sentNtlmv1(logon))
}

export interface Credentials {
  /** `an NTLMv2 response`. */
  what: string
  at: FrameRef
  /** Where in that frame they are. */
  field: EvidenceField
}

/** What an eavesdropper, or the server itself, got to work on; null where nothing of value was sent. */
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
    if (LM_KINDS.has(kind)) return { what: 'an LM or NTLMv1 response', ...response }
    return { what: kind === 'ntlmv2' ? 'an NTLMv2 response' : 'an NTLM response', ...response }
  }
  const ticket = logon.kerberos?.apReq
  return ticket == null ? null : { what: 'a Kerberos ticket', at: ticket, field: 'Ticket' }
}

// Trees

const IPC = /(?:^|\\)IPC\$$/i
const POLICY_SHARE = /\\(?:SYSVOL|NETLOGON)$/i

export function isIpc({ shareType, path }: TreeFacts): boolean {
  return shareType === 'pipe' || (path !== null && IPC.test(path))
}

/** SYSVOL and NETLOGON: what domain members take their policies and logon scripts from. */
export function isPolicyShare({ path }: TreeFacts): boolean {
  return path !== null && POLICY_SHARE.test(path)
}

export function isConnected({ ntStatus }: TreeFacts): boolean {
  return ntStatus !== null && isSuccess(ntStatus)
}
