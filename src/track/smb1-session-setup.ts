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
import type { LogonFacts } from './ledger.ts'
import { adoptLogon, authKind, readSecurityBlob } from './logon.ts'
import { beginSetup, endSetup, type SetupAnswer, setupOfAnswer } from './session-setup.ts'
import { smb1ClientSigningMode } from './signing-mode.ts'

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
    signing: smb1ClientSigningMode(u16le(message, SMB1_OFFSET.flags2)),
  })
  session.facts.nativeOs.client ??= system(request.nativeOs, request.nativeLanMan)
  if (request.securityBlob) readSecurityBlob(c.context, logon, request.securityBlob)
  else readPasswords(c, logon, request)
  adoptLogon(session, logon)
}

/** LM and NTLM responses; those of NTLMv2 are longer. */
const LM_RESPONSE = 24
const NO_PASSWORD = new Uint8Array(0)

/** The forms without extended security: an LM and an NT response, or the password itself. It is classified and never kept. */
function readPasswords(c: Connection, logon: LogonFacts, request: Partial<SessionSetupAndxRequest>): void {
  const { accountName, primaryDomain } = request
  // The LANMAN form has one password field.
  const oemPassword = request.oemPassword
  const unicodePassword = request.unicodePassword ?? NO_PASSWORD
  if (!oemPassword) return
  logon.user = keptText(accountName)
  logon.domain = keptText(primaryDomain)
  const user = logon.user ?? ''
  const kind = classifyResponses(oemPassword, unicodePassword, user.length, { extendedSecurity: false })
  if (kind !== 'anonymous' && isPlaintext(c, kind, oemPassword, unicodePassword)) {
    logon.auth = 'plaintext'
    return
  }
  logon.auth = authKind(kind)
  const v2 = kind === 'ntlmv2' ? readable(parseNtlmv2Response(unicodePassword)) : {}
  logon.ntlm = {
    negotiate: null,
    challenge: null,
    authenticate: {
      frame: c.context.frame,
      time: c.context.time,
      flags: null,
      version: null,
      lmLength: oemPassword.length,
      ntLength: unicodePassword.length,
      kind,
      user,
      domain: logon.domain ?? '',
      workstation: '',
      ntProof: v2.ntProofStr ?? null,
      micPresent: false,
      avFlags: v2.avPairs?.flags ?? null,
      targetName: keptText(v2.avPairs?.targetName),
      channelBindings: 'absent',
    },
  }
}

/**
 * The password itself: the server did not ask for encrypted ones, or what was sent has no length that a response can have, whatever the server
 * asked for.
 */
function isPlaintext(c: Connection, kind: NtlmResponseKind, oem: Uint8Array, unicode: Uint8Array): boolean {
  if (oem.length + unicode.length === 0) return false
  const securityMode = c.facts.smb1?.negotiateResponse?.securityMode ?? null
  if (securityMode !== null && (securityMode & NEGOTIATE_ENCRYPT_PASSWORDS) === 0) return true
  return kind === 'unknown' && oem.length !== LM_RESPONSE && unicode.length < LM_RESPONSE
}

/** Samba calls itself "Windows 6.1", and only its NativeLanMan says the truth. */
function system(nativeOs: string | null | undefined, nativeLanMan: string | null | undefined): string | null {
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
  if (response.securityBlob) readSecurityBlob(c.context, request.logon, response.securityBlob)
  endSetup(c, request, answer)
}
