/** SMB2 IOCTL, [MS-SMB2] 2.2.31 and 2.2.32: the validation of the negotiate, and the two controls whose messages are signed even in unsigned sessions. */
import { u32le } from '../../../../dissectors/bytes.ts'
import { readable } from '../../../../dissectors/cursor.ts'
import { isSuccess, STATUS_PENDING } from '../../../../dissectors/ntstatus.ts'
import { SMB2_COMMAND, SMB2_HEADER_LENGTH, SMB2_OFFSET } from '../../../../dissectors/smb2/header.ts'
import {
  FSCTL_QUERY_NETWORK_INTERFACE_INFO,
  FSCTL_VALIDATE_NEGOTIATE_INFO,
  parseIoctlRequest,
  parseIoctlResponse,
} from '../../../../dissectors/smb2/ioctl.ts'
import {
  parseValidateNegotiateInfoRequest,
  parseValidateNegotiateInfoResponse,
} from '../../../../dissectors/smb2/validate-negotiate-info.ts'
import type { LiveSession } from '../state/live-session.ts'
import { capturedBytes, type MessageView } from '../state/message-view.ts'
import type { SmbConnection } from '../state/smb-connection.ts'

/** CtlCode follows StructureSize and Reserved. */
const CTL_CODE = SMB2_HEADER_LENGTH + 4
export const CTL_CODE_END = CTL_CODE + 4

/**
 * True where the message is exempt: it is signed even in unsigned sessions ([MS-SMB2] 3.2.5.5, and Windows' interface query). One that was cut
 * before CtlCode may be.
 */
export function ioctl(c: SmbConnection, session: LiveSession, m: MessageView): boolean {
  return m.response ? ioctlResponse(c, m) : ioctlRequest(c, session, m)
}

function ioctlRequest(c: SmbConnection, session: LiveSession, m: MessageView): boolean {
  const code = m.captured < CTL_CODE_END ? null : u32le(m.b, m.o + CTL_CODE)
  if (code !== null && !isExemptControl(code)) return false
  c.pending.add({
    kind: 'ioctl',
    id: u32le(m.b, m.o + SMB2_OFFSET.messageId),
    command: SMB2_COMMAND.IOCTL,
    session,
    logon: null,
    code,
    frame: c.context.frame,
    time: c.context.time,
  })
  if (code === FSCTL_VALIDATE_NEGOTIATE_INFO) validateRequest(c, capturedBytes(m), m.length)
  return true
}

function ioctlResponse(c: SmbConnection, m: MessageView): boolean {
  const { b, o, status } = m
  const id = u32le(b, o + SMB2_OFFSET.messageId)
  const request = c.pending.size > 0 ? c.pending.take('ioctl', SMB2_COMMAND.IOCTL, id) : null
  if (status === STATUS_PENDING) {
    if (request !== null) c.pending.add(request)
    return request !== null
  }
  // An error answer has no control code: the request had.
  const named = isSuccess(status) && m.captured >= CTL_CODE_END ? u32le(b, o + CTL_CODE) : null
  const code = request?.code ?? named
  if (code === null) return request !== null || isSuccess(status)
  if (code === FSCTL_VALIDATE_NEGOTIATE_INFO) {
    const answer = isSuccess(status) ? readable(parseIoctlResponse(capturedBytes(m), m.length)) : {}
    validateResponse(c, status, answer.output ?? null)
    return true
  }
  return code === FSCTL_QUERY_NETWORK_INTERFACE_INFO
}

function isExemptControl(code: number): boolean {
  return code === FSCTL_VALIDATE_NEGOTIATE_INFO || code === FSCTL_QUERY_NETWORK_INTERFACE_INFO
}

function validateRequest(c: SmbConnection, message: Uint8Array, length: number): void {
  const { input } = readable(parseIoctlRequest(message, length))
  const info = input === undefined ? null : parseValidateNegotiateInfoRequest(input)
  c.facts.validateNegotiate ??= { request: null, response: null }
  if (info === null || !info.ok) return
  const { capabilities, guid, securityMode, dialects } = info.value
  c.facts.validateNegotiate.request = {
    frame: c.context.frame,
    time: c.context.time,
    capabilities,
    clientGuid: guid,
    securityMode,
    dialects,
  }
}

function validateResponse(c: SmbConnection, status: number, output: Uint8Array | null): void {
  const info = output === null ? null : readable(parseValidateNegotiateInfoResponse(output))
  c.facts.validateNegotiate ??= { request: null, response: null }
  c.facts.validateNegotiate.response = {
    frame: c.context.frame,
    time: c.context.time,
    status,
    capabilities: info?.capabilities ?? null,
    serverGuid: info?.guid ?? null,
    securityMode: info?.securityMode ?? null,
    dialect: info?.dialect ?? null,
  }
}
