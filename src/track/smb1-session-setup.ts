/** SMB1 SESSION_SETUP_ANDX, [MS-CIFS] 2.2.4.53 and [MS-SMB] 2.2.4.6: with a security blob, or with two password fields. */
import { classifyResponses, type NtlmResponseKind, parseNtlmv2Response } from '../../dissectors/auth/ntlm-responses.ts'
import { u16le } from '../../dissectors/bytes.ts'
import { readable } from '../../dissectors/parse.ts'
import { SMB1_COMMAND, SMB1_OFFSET } from '../../dissectors/smb1/header.ts'
import { NEGOTIATE_ENCRYPT_PASSWORDS } from '../../dissectors/smb1/negotiate.ts'
import {
  parseSessionSetupAndxRequest,
  parseSessionSetupAndxResponse,
  type SessionSetupAndxRequest,
  SMB_SETUP_GUEST,
} from '../../dissectors/smb1/session-setup-andx.ts'
import type { Connection } from './connection.ts'
import { keptText } from './kept-text.ts'
import type { LogonFacts, SigningMode } from './ledger.ts'
import { adoptLogon, authKind, nameOf, readSecurityBlob } from './logon.ts'
import { beginSetup, endSetup, type SetupAnswer, setupOfAnswer } from './session-setup.ts'
import { smb1ClientSigningMode, strongerMode } from './signing-mode.ts'

export function smb1SetupRequest(
  c: Connection,
  message: Uint8Array,
  offset: number,
  length: number,
  id: number,
  uid: number,
): void {
  const request = readable(parseSessionSetupAndxRequest(message, offset, length))
  const { session, logon } = beginSetup(c, {
    family: 'smb1',
    command: SMB1_COMMAND.SESSION_SETUP_ANDX,
    id,
    low: uid,
    high: 0,
    binding: false,
    signing: noteClientSigning(c, u16le(message, SMB1_OFFSET.flags2)),
  })
  session.facts.nativeOs.client ??= system(request.nativeOs, request.nativeLanMan)
  const { securityBlob, securityBlobLength } = request
  if (securityBlob) readSecurityBlob(c.context, logon, securityBlob, securityBlobLength ?? securityBlob.length)
  else readPasswords(c, logon, request)
  adoptLogon(session, logon)
}

/** What these Flags2 say of signing, noted for the connection: the strongest of its sessions counts. */
function noteClientSigning({ facts: { smb1 } }: Connection, flags2: number): SigningMode {
  const mode = smb1ClientSigningMode(flags2)
  if (smb1 !== null) smb1.clientSigning = strongerMode(mode, smb1.clientSigning)
  return mode
}

/** LM and NTLM responses; those of NTLMv2 are longer. */
const LM_RESPONSE = 24
/** What of an NT response must be there to see the version of its form. */
const VERSION_END = 18
const NO_PASSWORD = new Uint8Array(0)

/** The two password fields, as far as they were captured, and their lengths on the wire. */
interface Passwords {
  oem: Uint8Array
  oemLength: number
  unicode: Uint8Array
  unicodeLength: number
}

/** The forms without extended security: an LM and an NT response, or the password itself. It is classified and never kept. */
function readPasswords(c: Connection, logon: LogonFacts, request: Partial<SessionSetupAndxRequest>): void {
  const { accountName, primaryDomain, oemPasswordLen, unicodePasswordLen } = request
  if (oemPasswordLen === undefined || oemPasswordLen === null) return
  const passwords: Passwords = {
    oem: request.oemPassword ?? NO_PASSWORD,
    oemLength: oemPasswordLen,
    unicode: request.unicodePassword ?? NO_PASSWORD,
    // The LANMAN form has one password field.
    unicodeLength: unicodePasswordLen ?? 0,
  }
  logon.user = nameOf(accountName)
  logon.domain = nameOf(primaryDomain)
  const kind = kindOf(c, passwords, accountName)
  if (isPlaintext(c, kind, passwords)) {
    logon.auth = 'plaintext'
    return
  }
  logon.auth = authKind(kind ?? 'unknown')
  const { unicode, unicodeLength } = passwords
  const v2 = kind === 'ntlmv2' ? readable(parseNtlmv2Response(unicode, unicodeLength)) : {}
  const pairsCut = kind === 'ntlmv2' && v2.avPairs?.cut !== false
  logon.ntlm = {
    negotiate: null,
    challenge: null,
    authenticate: {
      frame: c.context.frame,
      time: c.context.time,
      flags: null,
      version: null,
      lmLength: passwords.oemLength,
      ntLength: unicodeLength,
      kind: kind ?? 'unknown',
      user: logon.user,
      domain: logon.domain,
      workstation: '',
      ntProof: v2.ntProofStr ?? null,
      micPresent: false,
      avFlags: v2.avPairs?.flags ?? null,
      targetName: keptText(v2.avPairs?.targetName),
      channelBindings: pairsCut ? 'unknown' : 'absent',
      avPairsCut: pairsCut,
    },
  }
}

/** Which responses these are. Null where what tells, of them or of what the server asked for, was not seen. */
function kindOf(
  c: Connection,
  { oem, oemLength, unicode, unicodeLength }: Passwords,
  accountName: string | null | undefined,
): NtlmResponseKind | null {
  const named = accountName ?? ''
  // Nothing at all, or one zero byte: anonymous, unless there is a name, or the byte is a password.
  const nothing = unicodeLength === 0 && oemLength <= 1
  if (nothing && (oem.length < oemLength || accountName === undefined)) return null
  // A password in clear can be as long as a response of NTLMv2.
  const long = unicodeLength > LM_RESPONSE && unicode.length < VERSION_END
  if (long && securityModeOf(c) === null) return null
  return classifyResponses(oem, unicode, named.length, {
    lmLength: oemLength,
    ntLength: unicodeLength,
    extendedSecurity: false,
  })
}

/**
 * The password itself: the server did not ask for encrypted ones, or what was sent has no length that a response can have, whatever the server
 * asked for.
 */
function isPlaintext(c: Connection, kind: NtlmResponseKind | null, { oemLength, unicodeLength }: Passwords): boolean {
  if (kind === null || kind === 'anonymous' || oemLength + unicodeLength === 0) return false
  const securityMode = securityModeOf(c)
  if (securityMode !== null && (securityMode & NEGOTIATE_ENCRYPT_PASSWORDS) === 0) return true
  return kind === 'unknown' && oemLength !== LM_RESPONSE && unicodeLength < LM_RESPONSE
}

function securityModeOf(c: Connection): number | null {
  return c.facts.smb1?.negotiateResponse?.securityMode ?? null
}

/** Samba calls itself "Windows 6.1", and only its NativeLanMan says the truth: where that was cut, nobody knows. */
function system(nativeOs: string | null | undefined, nativeLanMan: string | null | undefined): string | null {
  if (nativeLanMan === undefined) return null
  return keptText(nativeLanMan?.startsWith('Samba') ? nativeLanMan : nativeOs)
}

export function smb1SetupResponse(
  c: Connection,
  message: Uint8Array,
  offset: number,
  length: number,
  id: number,
  uid: number,
  status: number,
): void {
  const response = readable(parseSessionSetupAndxResponse(message, offset, length))
  const granted =
    response.action === undefined || response.action === null
      ? null
      : { guest: (response.action & SMB_SETUP_GUEST) !== 0, anonymous: false, encryptData: false }
  const answer: SetupAnswer = {
    command: SMB1_COMMAND.SESSION_SETUP_ANDX,
    id,
    low: uid,
    high: 0,
    status,
    granted,
  }
  const request = setupOfAnswer(c, answer, 'smb1')
  if (request === null || request.session === null || request.logon === null) return
  request.session.facts.nativeOs.server ??= system(response.nativeOs, response.nativeLanMan)
  const { securityBlob, securityBlobLength } = response
  if (securityBlob) readSecurityBlob(c.context, request.logon, securityBlob, securityBlobLength ?? securityBlob.length)
  endSetup(c, request, answer)
}
