/**
 * SMB2 COMPRESSION_TRANSFORM_HEADER, [MS-SMB2] 2.2.42, in front of a compressed message. Little-endian:
 *
 *   0 ProtocolId (FC 'SMB')  4 OriginalCompressedSegmentSize (4)
 *
 * then unchained (2.2.42.1):
 *   8 CompressionAlgorithm (2)  10 Flags (2) = 0  12 Offset (4)  16 `Offset` bytes as they are, then compressed ones
 *
 * or chained (2.2.42.2), one payload after another:
 *   0 CompressionAlgorithm (2)  2 Flags (2)  4 Length (4)  8 OriginalPayloadSize (4; LZ algorithms only)  data
 *     Length covers what follows it
 *
 * The Flags at 10 say which of the two it is. Nothing is decompressed, and no declared size leads to an allocation.
 */
import { u16le, u32le } from '../bytes.ts'
import { Cursor, type Parsed, parse } from '../cursor.ts'
import { PROTOCOL_ID_COMPRESSION } from './header.ts'

export const COMPRESSION_HEADER_LENGTH = 16

export const SMB2_COMPRESSION_FLAG_CHAINED = 0x0001

/** CompressionAlgorithm. */
export const SMB2_COMPRESSION = { NONE: 0, LZNT1: 1, LZ77: 2, LZ77_HUFFMAN: 3, PATTERN_V1: 4, LZ4: 5 } as const

/** Windows sends three at most: a pattern, the bytes between, a pattern. */
const MAX_PAYLOADS = 64
/** The largest message that Windows sends or accepts is half of this. */
const PLAUSIBLE_SIZE = 16 * 1024 * 1024

export interface CompressionTransform {
  /**
   * Size after decompression: of the compressed part where unchained, of the whole message where chained. As the sender
   * declares it.
   */
  originalCompressedSegmentSize: number
  chained: boolean
  /** One where unchained. */
  payloads: CompressedPayload[]
  /** Unchained: how many uncompressed bytes are in front of the compressed ones; null where chained. */
  offset: number | null
  /**
   * The first bytes of the message where they are not compressed: with 64 or more of them, the SMB2 header is readable. A
   * view of the captured part.
   */
  clear: Uint8Array
  /** "implausible-size": more than 16 MiB with Offset; "too-many-payloads": 64 were read. */
  anomalies: string[]
}

export interface CompressedPayload {
  /** SMB2_COMPRESSION. */
  compressionAlgorithm: number
  /** Compressed bytes on the wire. */
  length: number
}

/** Where the uncompressed bytes begin, in either form. */
export const CLEAR_START = 16

/**
 * How many bytes of a compressed message are uncompressed, from CLEAR_START on; 0 where the sizes do not fit. The tracker reads this in place, like
 * headers: the message starts at `start`, and its first 16 bytes are at hand.
 */
export function clearLength(b: Uint8Array, start: number, wireLength: number): number {
  if (isChained(b, start) && u16le(b, start + 8) !== SMB2_COMPRESSION.NONE) return 0
  // Offset, or Length of the first payload.
  const length = u32le(b, start + 12)
  return length > wireLength - CLEAR_START ? 0 : length
}

/** How long the message is without compression, as the sender declares. */
export function uncompressedLength(b: Uint8Array, start: number): number {
  const segment = u32le(b, start + 4)
  return isChained(b, start) ? segment : segment + u32le(b, start + 12)
}

function isChained(b: Uint8Array, start: number): boolean {
  return (u16le(b, start + 10) & SMB2_COMPRESSION_FLAG_CHAINED) !== 0
}

/** `message` starts at the transform header. */
export function parseCompressionTransform(
  message: Uint8Array,
  wireLength: number = message.length,
): Parsed<CompressionTransform> {
  return parse<CompressionTransform>(new Cursor(message, wireLength), (c, out) => {
    out.anomalies = []
    if (c.u32('ProtocolId') !== PROTOCOL_ID_COMPRESSION) c.malformed('ProtocolId', 0)
    out.originalCompressedSegmentSize = c.u32('OriginalCompressedSegmentSize')
    const compressionAlgorithm = c.u16('CompressionAlgorithm')
    out.chained = (c.u16('Flags') & SMB2_COMPRESSION_FLAG_CHAINED) !== 0
    if (out.chained) {
      out.offset = null
      if (out.originalCompressedSegmentSize > PLAUSIBLE_SIZE) out.anomalies.push('implausible-size')
      c.offset -= 4
      readChain(c, out)
      return out as CompressionTransform
    }
    const offsetAt = c.offset
    const offset = c.u32('Offset')
    out.offset = offset
    if (out.originalCompressedSegmentSize + offset > PLAUSIBLE_SIZE) out.anomalies.push('implausible-size')
    if (offset > c.remaining()) c.malformed('Offset', offsetAt)
    out.clear = captured(c, offset)
    out.payloads = [{ compressionAlgorithm, length: c.remaining() - offset }]
    return out as CompressionTransform
  })
}

function readChain(c: Cursor, out: Partial<CompressionTransform>): void {
  const payloads: CompressedPayload[] = []
  out.payloads = payloads
  out.clear = c.bytes.subarray(0, 0)
  while (c.remaining() > 0) {
    if (payloads.length === MAX_PAYLOADS) {
      out.anomalies?.push('too-many-payloads')
      return
    }
    const compressionAlgorithm = c.u16('CompressionAlgorithm')
    c.skip(2, 'Flags')
    const lengthAt = c.offset
    let length = c.u32('Length')
    if (length > c.remaining()) c.malformed('Length', lengthAt)
    if (hasOriginalSize(compressionAlgorithm)) {
      if (length < 4) c.malformed('Length', lengthAt)
      c.skip(4, 'OriginalPayloadSize')
      length -= 4
    }
    if (payloads.length === 0 && compressionAlgorithm === SMB2_COMPRESSION.NONE) out.clear = captured(c, length)
    payloads.push({ compressionAlgorithm, length })
    c.skip(length, 'Data')
  }
}

function hasOriginalSize(algorithm: number): boolean {
  return algorithm !== SMB2_COMPRESSION.NONE && algorithm !== SMB2_COMPRESSION.PATTERN_V1
}

/** The captured part of the next `length` bytes. */
function captured(c: Cursor, length: number): Uint8Array {
  return c.bytes.subarray(c.offset, Math.min(c.offset + length, c.wireLength))
}
