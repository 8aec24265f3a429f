/** SMB1 SESSION_SETUP_ANDX, [MS-CIFS] 2.2.4.53 and [MS-SMB] 2.2.4.6: with a security blob, or with two password fields. */
import { parseNtlmv2Response } from '../../../../dissectors/auth/ntlm-responses.ts'
import { u16le } from '../../../../dissectors/bytes.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import { SMB1_COMMAND, SMB1_OFFSET } from '../../../../dissectors/smb1/header.ts'
import {
  parseSessionSetupAndxRequest,
  parseSessionSetupAndxResponse,
  type SessionSetupAndxRequest,
  SMB_SETUP_GUEST,
} from '../../../../dissectors/smb1/session-setup-andx.ts'
import { smb1ClientSigningMode, strongerMode } from '../../../ledger/derived/signing-mode.ts'
import type { LogonFacts, NtlmFacts } from '../../../ledger/logon-facts.ts'
import type { SigningMode } from '../../../ledger/smb-facts.ts'
import { authKind, nameOf, openBlob, readSecurityBlob, stepOf } from '../../auth/logon.ts'
import { cappedText } from '../../core/capped-text.ts'
import { adoptLogon, beginSetup, endSetup, type SetupAnswer, setupOfAnswer } from '../state/session-setup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import { joinPieces, storePiece } from '../state/split-blob.ts'
import type { AndxBlock } from './andx-block.ts'
import { type Passwords, passwordKind } from './passwords.ts'

type NtlmAuthenticateFacts = NonNullable<NtlmFacts['authenticate']>

export function smb1SetupRequest(c: SmbConnection, { message, offset, length, mid, uid }: AndxBlock): void {
  const request = readable(parseSessionSetupAndxRequest(message, offset, length))
  const { securityBlob, securityBlobLength } = request
  const piece = securityBlob ? joinPieces(c, uid, 0, securityBlob, securityBlobLength ?? undefined) : null
  const blob = piece && openBlob(piece.bytes, piece.wireLength)
  const { session, logon } = beginSetup(c, {
    family: 'smb1',
    command: SMB1_COMMAND.SESSION_SETUP_ANDX,
    id: mid,
    low: uid,
    high: 0,
    binding: false,
    signing: noteClientSigning(c, u16le(message, SMB1_OFFSET.flags2)),
    // The passwords are the whole logon.
    step: piece === null || blob === null ? 'first' : piece.pieces > 1 ? 'next' : stepOf(blob),
  })
  session.facts.nativeOs.client ??= system(request.nativeOs, request.nativeLanMan)
  if (piece !== null && blob !== null) {
    storePiece(c, session, piece)
    readSecurityBlob(c.context, logon, blob)
  } else readPasswords(c, logon, request)
  adoptLogon(session, logon)
}

/** What these Flags2 say about signing, noted for the connection: the strongest of its sessions counts. */
function noteClientSigning({ facts: { smb1 } }: SmbConnection, flags2: number): SigningMode {
  const mode = smb1ClientSigningMode(flags2)
  if (smb1 !== null) smb1.clientSigning = strongerMode(mode, smb1.clientSigning)
  return mode
}

const NO_PASSWORD = new Uint8Array(0)

/** The forms without extended security: an LM and an NT response, or the password itself. */
function readPasswords(c: SmbConnection, logon: LogonFacts, request: Partial<SessionSetupAndxRequest>): void {
  const { accountName, primaryDomain, oemPasswordLen, unicodePasswordLen } = request
  if (oemPasswordLen === undefined || oemPasswordLen === null) return
  const passwords: Passwords = {
    oem: request.oemPassword ?? NO_PASSWORD,
    oemLength: oemPasswordLen,
    unicode: request.unicodePassword ?? NO_PASSWORD,
    // The LANMAN form has one password field.
    unicodeLength: unicodePasswordLen ?? 0,
  }
  // Strings that the sender left out are empty.
  logon.user = accountName === null ? '' : nameOf(accountName)
  logon.domain = primaryDomain === null ? '' : nameOf(primaryDomain)
  logon.workstation = ''
  const kind = passwordKind(c, passwords, accountName)
  if (kind === 'plaintext') {
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
      ...noAvPairs(c, kind ?? 'unknown', passwords.oemLength, unicodeLength),
      user: logon.user,
      domain: logon.domain,
      ntProof: v2.ntProofStr ?? null,
      avFlags: v2.avPairs?.flags ?? null,
      targetName: cappedText(v2.avPairs?.targetName),
      channelBindings: pairsCut ? 'unknown' : 'absent',
      avPairsCut: pairsCut,
    },
  }
}

/** Responses in password fields: no message around them says more. */
export function noAvPairs(
  { context }: SmbConnection,
  kind: NtlmAuthenticateFacts['kind'],
  lmLength: number,
  ntLength: number,
): NtlmAuthenticateFacts {
  return {
    frame: context.frame,
    time: context.time,
    flags: null,
    version: null,
    lmLength,
    ntLength,
    kind,
    user: null,
    domain: null,
    workstation: '',
    ntProof: null,
    micPresent: false,
    avFlags: null,
    targetName: null,
    channelBindings: 'absent',
    avPairsCut: false,
  }
}

/** The system of a side. Samba calls itself "Windows 6.1" and gives its own name in NativeLanMan only: where that was cut, the answer is unknown. */
function system(nativeOs: string | null | undefined, nativeLanMan: string | null | undefined): string | null {
  if (nativeLanMan === undefined) return null
  return cappedText(nativeLanMan?.startsWith('Samba') ? nativeLanMan : nativeOs)
}

export function smb1SetupResponse(c: SmbConnection, { message, offset, length, mid, uid, status }: AndxBlock): void {
  const response = readable(parseSessionSetupAndxResponse(message, offset, length))
  const granted =
    response.action === undefined || response.action === null
      ? null
      : { guest: (response.action & SMB_SETUP_GUEST) !== 0, anonymous: false, encryptData: false }
  const answer: SetupAnswer = {
    command: SMB1_COMMAND.SESSION_SETUP_ANDX,
    id: mid,
    low: uid,
    high: 0,
    status,
    granted,
  }
  const request = setupOfAnswer(c, answer, 'smb1')
  if (request === null) return
  request.session.facts.nativeOs.server ??= system(response.nativeOs, response.nativeLanMan)
  const { securityBlob, securityBlobLength } = response
  if (securityBlob) readSecurityBlob(c.context, request.logon, openBlob(securityBlob, securityBlobLength ?? undefined))
  endSetup(c, request, answer)
}
