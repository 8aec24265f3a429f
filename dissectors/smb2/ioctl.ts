/**
 * SMB2 IOCTL, [MS-SMB2] 2.2.31 and 2.2.32. The body is 64 bytes into the message.
 *
 * Request:
 *   0 StructureSize = 57  2 Reserved  4 CtlCode (4)  8 FileId (16)  24 InputOffset (4)  28 InputCount (4)
 *  32 MaxInputResponse (4)  36 OutputOffset (4)  40 OutputCount (4)  44 MaxOutputResponse (4)  48 Flags (4)
 *  52 Reserved2  56 Buffer
 *
 * Response:
 *   0 StructureSize = 49  2 Reserved  4 CtlCode (4)  8 FileId (16)  24 InputOffset (4)  28 InputCount (4)
 *  32 OutputOffset (4)  36 OutputCount (4)  40 Flags (4)  44 Reserved2  48 Buffer
 *
 * Offsets count from the start of the SMB2 header.
 */
import { type Parsed, parse } from '../cursor.ts'
import { bodyOf, bufferAt, expectStructureSize } from './body.ts'
import { type ErrorResponse, readErrorInsteadOf } from './error.ts'
import { SMB2_HEADER_LENGTH } from './header.ts'

/** CtlCode. */
export const FSCTL_DFS_GET_REFERRALS = 0x00060194
export const FSCTL_QUERY_NETWORK_INTERFACE_INFO = 0x001401fc
/** Of the beta dialect 0x0224; never answered by a released server. */
export const FSCTL_VALIDATE_NEGOTIATE_INFO_224 = 0x00140200
export const FSCTL_VALIDATE_NEGOTIATE_INFO = 0x00140204

const REQUEST_FIXED_END = SMB2_HEADER_LENGTH + 56
const RESPONSE_FIXED_END = SMB2_HEADER_LENGTH + 48

export interface IoctlRequest {
  ctlCode: number
  /** 16 bytes, all 0xFF where the operation has no file. A view. */
  fileId: Uint8Array
  maxInputResponse: number
  maxOutputResponse: number
  /** 0x1: SMB2_0_IOCTL_IS_FSCTL. */
  flags: number
  /** Views. */
  input: Uint8Array
  output: Uint8Array
  /** "buffer-overlaps-fields". */
  anomalies: string[]
}

/** Only `error` and `anomalies` are not null where it is an ERROR response. */
export interface IoctlResponse {
  ctlCode: number | null
  /** 16 bytes. A view. */
  fileId: Uint8Array | null
  flags: number | null
  /** Views. */
  input: Uint8Array | null
  output: Uint8Array | null
  error: ErrorResponse | null
  /** "buffer-overlaps-fields". */
  anomalies: string[]
}

/** `message` starts at the SMB2 header. */
export function parseIoctlRequest(message: Uint8Array, wireLength: number = message.length): Parsed<IoctlRequest> {
  return parse<IoctlRequest>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    expectStructureSize(c, 57)
    c.skip(2, 'Reserved')
    out.ctlCode = c.u32('CtlCode')
    out.fileId = c.view(16, 'FileId')
    const inputOffset = c.u32('InputOffset')
    const inputCount = c.u32('InputCount')
    out.maxInputResponse = c.u32('MaxInputResponse')
    const outputOffset = c.u32('OutputOffset')
    const outputCount = c.u32('OutputCount')
    out.maxOutputResponse = c.u32('MaxOutputResponse')
    out.flags = c.u32('Flags')
    c.skip(4, 'Reserved2')
    out.input = bufferAt(c, inputOffset, inputCount, REQUEST_FIXED_END, 'Input', out.anomalies)
    out.output = bufferAt(c, outputOffset, outputCount, REQUEST_FIXED_END, 'Output', out.anomalies)
    return out as IoctlRequest
  })
}

/** `message` starts at the SMB2 header. */
export function parseIoctlResponse(message: Uint8Array, wireLength: number = message.length): Parsed<IoctlResponse> {
  return parse<IoctlResponse>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    const error = readErrorInsteadOf(c, 49)
    if (error !== null) {
      return { ctlCode: null, fileId: null, flags: null, input: null, output: null, error, anomalies: [] }
    }
    out.error = null
    c.skip(2, 'Reserved')
    out.ctlCode = c.u32('CtlCode')
    out.fileId = c.view(16, 'FileId')
    const inputOffset = c.u32('InputOffset')
    const inputCount = c.u32('InputCount')
    const outputOffset = c.u32('OutputOffset')
    const outputCount = c.u32('OutputCount')
    out.flags = c.u32('Flags')
    c.skip(4, 'Reserved2')
    out.input = bufferAt(c, inputOffset, inputCount, RESPONSE_FIXED_END, 'Input', out.anomalies)
    out.output = bufferAt(c, outputOffset, outputCount, RESPONSE_FIXED_END, 'Output', out.anomalies)
    return out as IoctlResponse
  })
}
