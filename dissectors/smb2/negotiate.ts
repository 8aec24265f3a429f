/**
 * SMB2 NEGOTIATE, [MS-SMB2] 2.2.3 and 2.2.4. The body is 64 bytes into the message.
 *
 * Request:
 *   0 StructureSize = 36  2 DialectCount  4 SecurityMode (2)  6 Reserved  8 Capabilities (4)  12 ClientGuid (16)
 *  28 NegotiateContextOffset (4)  32 NegotiateContextCount (2)  34 Reserved2; unless 3.1.1 is offered, ClientStartTime (8)
 *  36 Dialects (2 each), padding, negotiate contexts
 *
 * Response:
 *   0 StructureSize = 65  2 SecurityMode (2)  4 DialectRevision  6 NegotiateContextCount, or Reserved  8 ServerGuid
 *  24 Capabilities (4)  28 MaxTransactSize (4)  32 MaxReadSize (4)  36 MaxWriteSize (4)  40 SystemTime (8)
 *  48 ServerStartTime (8)  56 SecurityBufferOffset (2)  58 SecurityBufferLength (2)
 *  60 NegotiateContextOffset (4), or Reserved2  64 Buffer
 *
 * Offsets in both count from the start of the SMB2 header.
 */
import { guid } from '../bytes.ts'
import { type Parsed, parse } from '../cursor.ts'
import { bodyOf, capturedBuffer, expectStructureSize } from './body.ts'
import { DIALECT_3_1_1 } from './dialects.ts'
import { SMB2_HEADER_LENGTH } from './header.ts'
import { type NegotiateContexts, readNegotiateContexts } from './negotiate-contexts.ts'

/** Capabilities. ENCRYPTION decides in 3.0 and 3.0.2 only: 3.1.1 has a negotiate context for it. */
export const SMB2_GLOBAL_CAP = {
  DFS: 0x00000001,
  LEASING: 0x00000002,
  LARGE_MTU: 0x00000004,
  MULTI_CHANNEL: 0x00000008,
  PERSISTENT_HANDLES: 0x00000010,
  DIRECTORY_LEASING: 0x00000020,
  ENCRYPTION: 0x00000040,
  NOTIFICATIONS: 0x00000080,
} as const

/** Only eight dialects have ever been in use. */
const MAX_DIALECTS = 64
const RESPONSE_FIXED_END = SMB2_HEADER_LENGTH + 64

export interface NegotiateRequest {
  /** SMB2_NEGOTIATE_SIGNING_ENABLED 0x01, SMB2_NEGOTIATE_SIGNING_REQUIRED 0x02. */
  securityMode: number
  /** SMB2_GLOBAL_CAP bits. */
  capabilities: number
  /** As [MS-DTYP] prints it; all zero where only 2.0.2 is offered. */
  clientGuid: string
  /** DialectRevision numbers in the order of the request. In a partial record those before the fault. */
  dialects: number[]
  /** Null unless 3.1.1 is offered. They carry their own fault. */
  negotiateContexts: NegotiateContexts | null
  /** "no-dialects"; "too-many-dialects": those after the 64th were not kept. */
  anomalies: string[]
}

export interface NegotiateResponse {
  /** SMB2_NEGOTIATE_SIGNING_ENABLED 0x01, SMB2_NEGOTIATE_SIGNING_REQUIRED 0x02. */
  securityMode: number
  dialectRevision: number
  /** As [MS-DTYP] prints it. */
  serverGuid: string
  /** SMB2_GLOBAL_CAP bits. */
  capabilities: number
  maxTransactSize: number
  maxReadSize: number
  maxWriteSize: number
  /** FILETIME: 100 ns since 1601 UTC. */
  systemTime: bigint
  /** FILETIME; many servers send 0. */
  serverStartTime: bigint
  /** Null unless 3.1.1 is selected. They carry their own fault. */
  negotiateContexts: NegotiateContexts | null
  /** The server's SPNEGO offer; it may be empty. A view; in a partial record, of its captured part. */
  securityBuffer: Uint8Array
  /** Its declared length, for the parser of the buffer. */
  securityBufferLength: number
  /** "buffer-overlaps-fields". */
  anomalies: string[]
}

/** `message` starts at the SMB2 header. */
export function parseNegotiateRequest(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<NegotiateRequest> {
  return parse<NegotiateRequest>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    expectStructureSize(c, 36)
    const dialectCount = c.u16('DialectCount')
    out.securityMode = c.u16('SecurityMode')
    c.skip(2, 'Reserved')
    out.capabilities = c.u32('Capabilities')
    out.clientGuid = guid(c.view(16, 'ClientGuid'))
    const contextOffset = c.u32('NegotiateContextOffset')
    const contextCount = c.u16('NegotiateContextCount')
    c.skip(2, 'Reserved2')

    const dialects: number[] = []
    out.dialects = dialects
    let offers311 = false
    for (let i = 0; i < dialectCount; i++) {
      const dialect = c.u16('Dialects')
      if (dialect === DIALECT_3_1_1) offers311 = true
      if (i < MAX_DIALECTS) dialects.push(dialect)
    }
    if (dialectCount === 0) out.anomalies.push('no-dialects')
    if (dialectCount > MAX_DIALECTS) out.anomalies.push('too-many-dialects')

    out.negotiateContexts = offers311 ? readNegotiateContexts(message, wireLength, contextOffset, contextCount) : null
    return out as NegotiateRequest
  })
}

/**
 * `message` starts at the SMB2 header, whose Status must be a success: a refused NEGOTIATE has the body of an ERROR
 * response instead (error.ts), which here is a malformed StructureSize.
 */
export function parseNegotiateResponse(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<NegotiateResponse> {
  return parse<NegotiateResponse>(bodyOf(message, wireLength), (c, out) => {
    out.anomalies = []
    expectStructureSize(c, 65)
    out.securityMode = c.u16('SecurityMode')
    out.dialectRevision = c.u16('DialectRevision')
    const contextCount = c.u16('NegotiateContextCount')
    out.serverGuid = guid(c.view(16, 'ServerGuid'))
    out.capabilities = c.u32('Capabilities')
    out.maxTransactSize = c.u32('MaxTransactSize')
    out.maxReadSize = c.u32('MaxReadSize')
    out.maxWriteSize = c.u32('MaxWriteSize')
    out.systemTime = c.u64('SystemTime')
    out.serverStartTime = c.u64('ServerStartTime')
    const bufferOffset = c.u16('SecurityBufferOffset')
    const length = c.u16('SecurityBufferLength')
    out.securityBufferLength = length
    const contextOffset = c.u32('NegotiateContextOffset')

    // Read before the buffer: a fault in the buffer would end the record, one in the contexts does not.
    out.negotiateContexts =
      out.dialectRevision === DIALECT_3_1_1
        ? readNegotiateContexts(message, wireLength, contextOffset, contextCount)
        : null
    const buffer = capturedBuffer(c, bufferOffset, length, RESPONSE_FIXED_END, 'SecurityBuffer', out.anomalies)
    out.securityBuffer = buffer
    c.raiseIfShort(buffer, bufferOffset, length, 'SecurityBuffer')
    return out as NegotiateResponse
  })
}
