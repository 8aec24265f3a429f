/** The headers before encrypted and compressed messages, [MS-SMB2] 2.2.41 and 2.2.42. */
import { u32le } from '../../../dissectors/bytes.ts'
import { SMB2_COMPRESSION, SMB2_COMPRESSION_FLAG_CHAINED } from '../../../dissectors/smb2/compression-transform.ts'
import { PROTOCOL_ID_SMB2, SMB2_HEADER_LENGTH } from '../../../dissectors/smb2/header.ts'
import type { FieldReader } from '../field/field.ts'
import { flags, hexadecimal, namedNumber, nameIn } from '../field/names.ts'
import { describeSmb2Header } from './header.ts'

export const compressionAlgorithm = nameIn(SMB2_COMPRESSION)

/** Of a chain; Windows makes three at the most. */
const MAX_PAYLOADS = 64

/** Reads the header; only those who have the key can read what follows it. */
export function describeTransform(r: FieldReader): void {
  r.group('SMB2 TRANSFORM_HEADER', 'encrypted', () => {
    r.u32('ProtocolId', () => "FD 'SMB'")
    r.raw('Signature', 16)
    r.raw('Nonce', 16)
    r.u32('OriginalMessageSize')
    r.u16('Reserved')
    r.u16('Flags', flags(4, [[1, 'ENCRYPTED']]))
    r.u64('SessionId')
  })
  r.raw('Encrypted data', r.cursor.remaining())
}

/** Reads the header, and the payloads of a chain; nothing is decompressed. */
export function describeCompression(r: FieldReader): void {
  r.group('SMB2 COMPRESSION_TRANSFORM_HEADER', '', (group) => {
    r.u32('ProtocolId', () => "FC 'SMB'")
    r.u32('OriginalCompressedSegmentSize')
    const chained = ((r.bytes[r.offset + 2] ?? 0) & SMB2_COMPRESSION_FLAG_CHAINED) !== 0
    group.value = chained ? 'chained' : 'unchained'
    if (chained) for (let i = 0; i < MAX_PAYLOADS && r.cursor.remaining() > 0; i++) payload(r)
    else {
      r.u16('CompressionAlgorithm', namedNumber(4, compressionAlgorithm))
      r.u16('Flags', hexadecimal(4))
      const offset = r.u32('Offset')
      uncompressed(r, offset)
      r.raw('Compressed data', r.cursor.remaining())
    }
  })
}

/** The first bytes of the message, if they go as they are, hold its header. */
function uncompressed(r: FieldReader, length: number): void {
  const start = r.offset
  const field = r.raw('Uncompressed data', length)
  if (length < SMB2_HEADER_LENGTH || u32le(r.bytes, start) !== PROTOCOL_ID_SMB2) return
  r.within(field, start, length, (inside) => void describeSmb2Header(inside, null))
  r.offset = start + length
}

function payload(r: FieldReader): void {
  const algorithm = r.u16('CompressionAlgorithm', namedNumber(4, compressionAlgorithm))
  r.u16('Flags', flags(4, [[SMB2_COMPRESSION_FLAG_CHAINED, 'CHAINED']]))
  let length = r.u32('Length')
  if (algorithm !== SMB2_COMPRESSION.NONE && algorithm !== SMB2_COMPRESSION.PATTERN_V1 && length >= 4) {
    r.u32('OriginalPayloadSize')
    length -= 4
  }
  if (algorithm === SMB2_COMPRESSION.NONE) uncompressed(r, length)
  else r.raw('Compressed data', length)
}
