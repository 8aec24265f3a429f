/**
 * SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41, in front of an encrypted message or compound. Little-endian, 52 bytes:
 *
 *   0 ProtocolId (FD 'SMB')  4 Signature (16)  20 Nonce (16)  36 OriginalMessageSize (4)  40 Reserved
 *  42 Flags (2; EncryptionAlgorithm in 3.0 and 3.0.2)  44 SessionId (8)
 *
 * The session is readable, tree and command are not. The tracker reads SessionId in place, like the fields of SMB2's
 * own header.
 */
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { PROTOCOL_ID_TRANSFORM } from './header.ts'

export const TRANSFORM_HEADER_LENGTH = 52
/** Offset of SessionId. */
export const TRANSFORM_SESSION_ID = 44

/** Flags in 3.1.1, and AES-128-CCM as EncryptionAlgorithm before: the only value that either may have. */
const ENCRYPTED = 0x0001

export interface TransformHeader {
  /** The authentication tag. A view. */
  signature: Uint8Array
  /** 11 bytes count with CCM, 12 with GCM; the rest is zero. A view. */
  nonce: Uint8Array
  /** Bytes after decryption, as the sender declares. */
  originalMessageSize: number
  flags: number
  sessionId: bigint
  /** "unknown-flags"; "size-mismatch": OriginalMessageSize differs from what follows the header. */
  anomalies: string[]
}

/** `message` starts at the transform header. */
export function parseTransformHeader(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<TransformHeader> {
  return parse<TransformHeader>(new Cursor(message, wireLength), (c, out) => {
    out.anomalies = []
    if (c.u32('ProtocolId') !== PROTOCOL_ID_TRANSFORM) c.malformed('ProtocolId', 0)
    out.signature = c.view(16, 'Signature')
    out.nonce = c.view(16, 'Nonce')
    out.originalMessageSize = c.u32('OriginalMessageSize')
    c.skip(2, 'Reserved')
    out.flags = c.u16('Flags')
    out.sessionId = c.u64('SessionId')
    if (out.flags !== ENCRYPTED) out.anomalies.push('unknown-flags')
    if (out.originalMessageSize !== c.remaining()) out.anomalies.push('size-mismatch')
    return out as TransformHeader
  })
}
