/** SMB2 SESSION_SETUP, [MS-SMB2] 2.2.5 and 2.2.6. */
import { u32le } from '../../../../dissectors/bytes.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import { SMB2_COMMAND, SMB2_OFFSET } from '../../../../dissectors/smb2/header.ts'
import {
  parseSessionSetupRequest,
  parseSessionSetupResponse,
  SMB2_SESSION_FLAG_ENCRYPT_DATA,
  SMB2_SESSION_FLAG_IS_GUEST,
  SMB2_SESSION_FLAG_IS_NULL,
} from '../../../../dissectors/smb2/session-setup.ts'
import { smb2SigningMode } from '../../../ledger/derived/signing-mode.ts'
import { openBlob, readSecurityBlob, stepOf } from '../../auth/logon.ts'
import type { LiveSession } from '../state/live-session.ts'
import { capturedBytes, type MessageView } from '../state/message-view.ts'
import { adoptLogon, beginSetup, endSetup, type SetupAnswer, setupOfAnswer } from '../state/session-setup.ts'
import type { SmbConnection } from '../state/smb-connection.ts'
import { joinPieces, storePiece } from '../state/split-blob.ts'

/** Returns the session that it is for. */
export function setupRequest(c: SmbConnection, m: MessageView, low: number, high: number): LiveSession {
  const { binding, securityMode, securityBuffer, securityBufferLength } = readable(
    parseSessionSetupRequest(capturedBytes(m), m.length),
  )
  const piece = securityBuffer === undefined ? null : joinPieces(c, low, high, securityBuffer, securityBufferLength)
  const blob = piece && openBlob(piece.bytes, piece.wireLength)
  const { session, logon } = beginSetup(c, {
    family: 'smb2',
    command: SMB2_COMMAND.SESSION_SETUP,
    id: u32le(m.b, m.o + SMB2_OFFSET.messageId),
    low,
    high,
    binding: binding ?? null,
    signing: securityMode === undefined ? null : smb2SigningMode(securityMode),
    step: piece === null || blob === null ? null : piece.pieces > 1 ? 'next' : stepOf(blob),
  })
  if (piece === null || blob === null) return session
  storePiece(c, session, piece)
  readSecurityBlob(c.context, logon, blob)
  adoptLogon(session, logon)
  return session
}

/** Returns the session that it is for; null where that is not known. */
export function setupResponse(c: SmbConnection, m: MessageView, low: number, high: number): LiveSession | null {
  const { status } = m
  const { sessionFlags, securityBuffer, securityBufferLength } = readable(
    parseSessionSetupResponse(capturedBytes(m), m.length),
  )
  const granted =
    sessionFlags === undefined || sessionFlags === null
      ? null
      : {
          guest: (sessionFlags & SMB2_SESSION_FLAG_IS_GUEST) !== 0,
          anonymous: (sessionFlags & SMB2_SESSION_FLAG_IS_NULL) !== 0,
          encryptData: (sessionFlags & SMB2_SESSION_FLAG_ENCRYPT_DATA) !== 0,
        }
  const id = u32le(m.b, m.o + SMB2_OFFSET.messageId)
  const answer: SetupAnswer = { command: SMB2_COMMAND.SESSION_SETUP, id, low, high, status, granted }
  const request = setupOfAnswer(c, answer, 'smb2')
  if (request === null) return null
  if (securityBuffer) readSecurityBlob(c.context, request.logon, openBlob(securityBuffer, securityBufferLength))
  endSetup(c, request, answer)
  return request.session
}
