/**
 * FSCTL_VALIDATE_NEGOTIATE_INFO, [MS-SMB2] 2.2.31.4 and 2.2.32.6: each side repeats its NEGOTIATE under the session's
 * signature.
 *
 * Request, the input of the IOCTL request:
 *   0 Capabilities (4)  4 Guid (16)  20 SecurityMode (2)  22 DialectCount (2)  24 Dialects (2 each)
 *
 * Response, the output of the IOCTL response:
 *   0 Capabilities (4)  4 Guid (16)  20 SecurityMode (2)  22 Dialect (2)
 */
import { guid } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'

/** As many as parseNegotiateRequest keeps: the two lists are compared. */
const MAX_DIALECTS = 64

export interface ValidateNegotiateInfoRequest {
  capabilities: number
  /** The client's, as [MS-DTYP] prints it. */
  guid: string
  securityMode: number
  dialects: number[]
  /** "too-many-dialects": those after the 64th were not kept. */
  anomalies: string[]
}

export interface ValidateNegotiateInfoResponse {
  capabilities: number
  /** The server's, as [MS-DTYP] prints it. */
  guid: string
  securityMode: number
  dialect: number
}

export function parseValidateNegotiateInfoRequest(
  input: Uint8Array,
  wireLength: number = input.length,
): Parsed<ValidateNegotiateInfoRequest> {
  return parse<ValidateNegotiateInfoRequest>(new Cursor(input, wireLength), (c, out) => {
    out.anomalies = []
    out.capabilities = c.u32('Capabilities')
    out.guid = guid(c.view(16, 'Guid'))
    out.securityMode = c.u16('SecurityMode')
    const dialectCount = c.u16('DialectCount')
    const kept = Math.min(dialectCount, MAX_DIALECTS)
    const dialects: number[] = []
    for (let i = 0; i < kept; i++) dialects.push(c.u16('Dialects'))
    if (dialectCount > kept) {
      c.skip((dialectCount - kept) * 2, 'Dialects')
      out.anomalies.push('too-many-dialects')
    }
    out.dialects = dialects
    return out as ValidateNegotiateInfoRequest
  })
}

export function parseValidateNegotiateInfoResponse(
  output: Uint8Array,
  wireLength: number = output.length,
): Parsed<ValidateNegotiateInfoResponse> {
  return parse<ValidateNegotiateInfoResponse>(new Cursor(output, wireLength), (c, out) => {
    out.capabilities = c.u32('Capabilities')
    out.guid = guid(c.view(16, 'Guid'))
    out.securityMode = c.u16('SecurityMode')
    out.dialect = c.u16('Dialect')
    return out as ValidateNegotiateInfoResponse
  })
}
