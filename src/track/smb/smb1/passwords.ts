/**
 * Passwords of SMB1 without extended security, [MS-CIFS] 2.2.4.53.1 and 2.2.4.55.1: the password itself, a response to the server's challenge, or none. They
 * are classified and never kept.
 */
import { classifyResponses } from '../../../../dissectors/auth/ntlm-responses.ts'
import { isZero } from '../../../../dissectors/bytes.ts'
import { NEGOTIATE_ENCRYPT_PASSWORDS, NEGOTIATE_USER_SECURITY } from '../../../../dissectors/smb1/negotiate.ts'
import type { NtlmFacts } from '../../../ledger/logon-facts.ts'
import type { SmbConnection } from '../state/smb-connection.ts'

/** LM and NTLM responses; those of NTLMv2 are longer. */
const LM_RESPONSE = 24
/** What of an NT response must be there to see the version of its form. */
const VERSION_END = 18
/** One NUL, or two in UTF-16. */
const EMPTY_PASSWORD = 2

/** The two password fields, as far as they were captured, and their lengths on the wire. */
export interface Passwords {
  oem: Uint8Array
  oemLength: number
  unicode: Uint8Array
  unicodeLength: number
}

export type PasswordKind = NonNullable<NtlmFacts['authenticate']>['kind'] | 'plaintext'

/**
 * The kind of these passwords. plaintext: the password itself, since the server did not ask for another form, or since no response has that length. Null where the bytes that decide it, or what the server asked for, were not seen.
 */
export function passwordKind(
  c: SmbConnection,
  passwords: Passwords,
  accountName: string | null | undefined,
): PasswordKind | null {
  const { oem, oemLength, unicode, unicodeLength } = passwords
  const asked = asksForResponses(c)
  const none = isNone(oem, oemLength, asked) && isNone(unicode, unicodeLength, asked)
  if (none) return accountName === undefined ? null : accountName ? 'blank' : 'anonymous'
  // One byte or two that were cut off may be a password, or none.
  if (unicodeLength === 0 && oemLength <= EMPTY_PASSWORD && oem.length < oemLength) return null
  if (asked === false) return 'plaintext'
  // A password in clear can be as long as a response of NTLMv2.
  if (asked === null && unicodeLength > LM_RESPONSE && unicode.length < VERSION_END) return null
  const kind = classifyResponses(oem, unicode, accountName?.length ?? 0, {
    lmLength: oemLength,
    ntLength: unicodeLength,
    extendedSecurity: false,
  })
  return kind === 'unknown' && oemLength !== LM_RESPONSE && unicodeLength < LM_RESPONSE ? 'plaintext' : kind
}

/** The password of a share: one field, and no name. Null where there is none, or where the bytes that decide it were not seen. */
export function sharePasswordKind(c: SmbConnection, password: Uint8Array, length: number): 'plaintext' | 'lm' | null {
  const asked = asksForResponses(c)
  if (isNone(password, length, asked) || (length <= EMPTY_PASSWORD && password.length < length)) return null
  // A response of the LM or NTLM form: which of the two the client computed shows nowhere, and either reveals the password.
  return length === LM_RESPONSE && asked !== false ? 'lm' : 'plaintext'
}

/** Nothing, or a NUL. The password itself, where it is sent, ends at its first NUL, however many follow. */
function isNone(password: Uint8Array, length: number, asked: boolean | null): boolean {
  if (length === 0) return true
  return password.length === length && isZero(password) && (length <= EMPTY_PASSWORD || asked === false)
}

/** Whether the server asked for responses in place of passwords; null where that was not seen. The core protocol has passwords only. */
function asksForResponses({ facts: { smb1 } }: SmbConnection): boolean | null {
  const response = smb1?.negotiateResponse ?? null
  if (response === null || response.dialectIndex === null) return null
  if (response.securityMode !== null) return (response.securityMode & NEGOTIATE_ENCRYPT_PASSWORDS) !== 0
  return response.extendedSecurity === false ? false : null
}

/** Whether passwords are those of shares and not of users: share-level security, or the core protocol. False where that was not seen. */
export function isShareLevel({ facts: { smb1 } }: SmbConnection): boolean {
  const response = smb1?.negotiateResponse ?? null
  if (response === null || response.dialectIndex === null || response.dialectIndex === 0xffff) return false
  if (response.securityMode !== null) return (response.securityMode & NEGOTIATE_USER_SECURITY) === 0
  return response.extendedSecurity === false
}
