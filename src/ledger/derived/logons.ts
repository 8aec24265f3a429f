/** How a user logged on, and which statuses refuse a logon. */
import {
  STATUS_ACCESS_DENIED,
  STATUS_ACCOUNT_RESTRICTION,
  STATUS_LOGON_FAILURE,
  STATUS_NETWORK_ACCESS_DENIED,
  STATUS_NO_SUCH_USER,
} from '../../../dissectors/ntstatus.ts'
import type { LogonFacts, NtlmFacts } from '../logon-facts.ts'
import type { SessionFacts } from '../smb-facts.ts'

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

/** The logon that set the session up, or the password of its share; undefined if it was not seen. What followed may differ from it. */
export function firstLogon({ logons }: SessionFacts): LogonFacts | undefined {
  return logons.find(({ purpose }) => purpose === 'first' || purpose === 'share')
}

export function refusesCredentials(status: number | null): boolean {
  return status !== null && LOGON_REFUSALS.has(status)
}

/**
 * The statuses of a wrong name or a wrong password, and that of the lock which wrong passwords cause, [MS-ERREF] 2.3.1. The other refusals of credentials
 * come after the password was found to be right (expired, disabled, wrong hours), or have nothing to do with it (ACCESS_DENIED).
 */
const WRONG_CREDENTIALS: ReadonlySet<number> = new Set([
  STATUS_LOGON_FAILURE,
  STATUS_NO_SUCH_USER,
  0xc000006a, // WRONG_PASSWORD
  0xc0000234, // ACCOUNT_LOCKED_OUT
])
/** The DOS error ERRSRV/ERRbadpw of SMB1, [MS-CIFS] 2.2.2.4. */
const ERR_BAD_PASSWORD = 0x00020002

/** Does this status say that the name or the password was wrong? */
export function isWrongCredentials(status: number | null, family: SessionFacts['family']): boolean {
  return status !== null && (WRONG_CREDENTIALS.has(status) || (family === 'smb1' && status === ERR_BAD_PASSWORD))
}

type ResponseKind = NonNullable<NtlmFacts['authenticate']>['kind']

const LM_KINDS: ReadonlySet<ResponseKind> = new Set(['lm', 'ntlmv1', 'ntlmv1-ess', 'lm+ntlmv1', 'ntlmv1-any'])

/** Is it an LM or NTLMv1 response? */
export function isNtlmv1Kind(kind: ResponseKind): boolean {
  return LM_KINDS.has(kind)
}

/** An LM or NTLMv1 response was sent, with any result. */
export function sentNtlmv1({ auth, ntlm }: LogonFacts): boolean {
  const kind = ntlm?.authenticate?.kind
  return kind === undefined ? auth === 'lm' || auth === 'ntlmv1' : isNtlmv1Kind(kind)
}

export function usedNtlm(session: SessionFacts): boolean {
  return session.logons.some((logon) => logon.auth === 'ntlmv2' || sentNtlmv1(logon))
}
