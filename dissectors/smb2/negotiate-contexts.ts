/**
 * SMB2 negotiate contexts, [MS-SMB2] 2.2.3.1 and 2.2.4.1: a list, in a NEGOTIATE that offers or selects dialect 3.1.1.
 * Each is padded to 8 bytes, the last one not.
 *
 *   0 ContextType (2)  2 DataLength (2)  4 Reserved (4)  8 Data (DataLength)
 */
import { Cursor, type Fault, parse } from '../cursor.ts'
import { utf16le } from '../text.ts'

const SMB2_PREAUTH_INTEGRITY_CAPABILITIES = 0x0001
const SMB2_ENCRYPTION_CAPABILITIES = 0x0002
const SMB2_COMPRESSION_CAPABILITIES = 0x0003
const SMB2_NETNAME_NEGOTIATE_CONTEXT_ID = 0x0005
const SMB2_TRANSPORT_CAPABILITIES = 0x0006
const SMB2_RDMA_TRANSFORM_CAPABILITIES = 0x0007
const SMB2_SIGNING_CAPABILITIES = 0x0008
/** Reserved by the specification; the POSIX extensions use it. */
const SMB2_POSIX_EXTENSIONS_AVAILABLE = 0x0100

const CONTEXT_HEADER_LENGTH = 8

/** Nine types are known, and none may occur twice. */
const MAX_CONTEXTS = 32
/** The longest list of the specification has six entries. */
const MAX_LIST = 64

/** Null where there was no such context, or where it could not be read: then there is a `fault`. A list holds what came before the fault. */
export interface NegotiateContexts {
  /** 2.2.3.1.1; 0x0001 is SHA-512. */
  hashAlgorithms: number[] | null
  saltLength: number | null
  /** 2.2.3.1.2, see cipherName. In a response, 0 says that no cipher is common. */
  ciphers: number[] | null
  /** 2.2.3.1.3: 0 NONE, 1 LZNT1, 2 LZ77, 3 LZ77+Huffman, 4 Pattern_V1, 5 LZ4. */
  compressionAlgorithms: number[] | null
  /** 0x1: chained compression. */
  compressionFlags: number | null
  /** 2.2.3.1.4: the server's name as the client's user gave it. Up to 32767 characters of the sender's choice. */
  netname: string | null
  /** 2.2.3.1.5: 0x1 is SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY. */
  transportFlags: number | null
  /** 2.2.3.1.6: 0 none, 1 encryption, 2 signing. */
  rdmaTransforms: number[] | null
  /** 2.2.3.1.7, see signingAlgorithmName. */
  signingAlgorithms: number[] | null
  /** The POSIX extensions are requested, or granted. */
  posix: boolean
  unknown: { type: number; length: number }[]
  /**
   * "duplicate-context" (the first counts), "too-many-contexts" and "list-too-long" (the rest was not read),
   * "unaligned-contexts".
   */
  anomalies: string[]
  /** The first fault. Contexts before it were read, and those after it too where its length was sound. */
  fault: Fault | null
}

/**
 * Reads `count` contexts from `offset`, counted from the SMB2 header. A fault stays in the result, so that the message
 * around it is still read.
 */
export function readNegotiateContexts(
  message: Uint8Array,
  wireLength: number,
  offset: number,
  count: number,
): NegotiateContexts {
  const out: NegotiateContexts = {
    hashAlgorithms: null,
    saltLength: null,
    ciphers: null,
    compressionAlgorithms: null,
    compressionFlags: null,
    netname: null,
    transportFlags: null,
    rdmaTransforms: null,
    signingAlgorithms: null,
    posix: false,
    unknown: [],
    anomalies: [],
    fault: null,
  }
  if (count > 0 && offset % 8 !== 0) out.anomalies.push('unaligned-contexts')
  const seen = new Set<number>()
  let at = offset
  for (let i = 0; i < count; i++) {
    if (i === MAX_CONTEXTS) {
      out.anomalies.push('too-many-contexts')
      break
    }
    const header = parse(new Cursor(message, wireLength, at), readHeader)
    if (!header.ok) {
      out.fault ??= header.fault
      break
    }
    const { type, length } = header.value
    const end = at + CONTEXT_HEADER_LENGTH + length
    if (seen.has(type)) addOnce(out.anomalies, 'duplicate-context')
    else {
      seen.add(type)
      // Bounded by its own length: a list that claims to be longer does not continue into the next context.
      const data = parse(new Cursor(message, end, at + CONTEXT_HEADER_LENGTH), (c) => readData(c, type, length, out))
      if (!data.ok) out.fault ??= data.fault
    }
    at = end + ((8 - (length % 8)) % 8)
  }
  return out
}

function readHeader(c: Cursor): { type: number; length: number } {
  const type = c.u16('ContextType')
  const lengthAt = c.offset
  const length = c.u16('DataLength')
  c.skip(4, 'Reserved')
  if (length > c.remaining()) c.malformed('DataLength', lengthAt)
  return { type, length }
}

function readData(c: Cursor, type: number, length: number, out: NegotiateContexts): void {
  switch (type) {
    case SMB2_PREAUTH_INTEGRITY_CAPABILITIES: {
      const count = c.u16('HashAlgorithmCount')
      const saltLength = c.u16('SaltLength')
      readList(c, count, 'HashAlgorithms', out, 'hashAlgorithms')
      c.skip(saltLength, 'Salt')
      out.saltLength = saltLength
      break
    }
    case SMB2_ENCRYPTION_CAPABILITIES:
      readList(c, c.u16('CipherCount'), 'Ciphers', out, 'ciphers')
      break
    case SMB2_COMPRESSION_CAPABILITIES: {
      const count = c.u16('CompressionAlgorithmCount')
      c.skip(2, 'Padding')
      out.compressionFlags = c.u32('Flags')
      readList(c, count, 'CompressionAlgorithms', out, 'compressionAlgorithms')
      break
    }
    case SMB2_NETNAME_NEGOTIATE_CONTEXT_ID:
      out.netname = utf16le(c.view(length, 'NetName'))
      break
    case SMB2_TRANSPORT_CAPABILITIES:
      out.transportFlags = c.u32('Flags')
      break
    case SMB2_RDMA_TRANSFORM_CAPABILITIES: {
      const count = c.u16('TransformCount')
      c.skip(2, 'Reserved1')
      c.skip(4, 'Reserved2')
      readList(c, count, 'RDMATransformIds', out, 'rdmaTransforms')
      break
    }
    case SMB2_SIGNING_CAPABILITIES:
      readList(c, c.u16('SigningAlgorithmCount'), 'SigningAlgorithms', out, 'signingAlgorithms')
      break
    case SMB2_POSIX_EXTENSIONS_AVAILABLE:
      c.skip(length, 'Data')
      out.posix = true
      break
    default:
      out.unknown.push({ type, length })
      c.skip(length, 'Data')
  }
}

type ListKey = 'hashAlgorithms' | 'ciphers' | 'compressionAlgorithms' | 'rdmaTransforms' | 'signingAlgorithms'

/** The list is put into the record before it is read, so that a fault leaves what came before it. */
function readList(c: Cursor, count: number, field: string, out: NegotiateContexts, key: ListKey): void {
  const list: number[] = []
  out[key] = list
  const kept = Math.min(count, MAX_LIST)
  for (let i = 0; i < kept; i++) list.push(c.u16(field))
  if (count > kept) {
    c.skip((count - kept) * 2, field)
    addOnce(out.anomalies, 'list-too-long')
  }
}

function addOnce(anomalies: string[], name: string): void {
  if (!anomalies.includes(name)) anomalies.push(name)
}

const HASH_ALGORITHMS = new Map([[0x0001, 'SHA-512']])

const CIPHERS = new Map([
  [0x0001, 'AES-128-CCM'],
  [0x0002, 'AES-128-GCM'],
  [0x0003, 'AES-256-CCM'],
  [0x0004, 'AES-256-GCM'],
])

const SIGNING_ALGORITHMS = new Map([
  [0x0000, 'HMAC-SHA256'],
  [0x0001, 'AES-CMAC'],
  [0x0002, 'AES-GMAC'],
])

/** The name of a HashAlgorithms entry, null where the specification has none. */
export function hashAlgorithmName(id: number): string | null {
  return HASH_ALGORITHMS.get(id) ?? null
}

/**
 * The name of a Ciphers entry, null where the specification has none; also for 0, which means "no common cipher".
 */
export function cipherName(id: number): string | null {
  return CIPHERS.get(id) ?? null
}

/** The name of a SigningAlgorithms entry, null where the specification has none. */
export function signingAlgorithmName(id: number): string | null {
  return SIGNING_ALGORITHMS.get(id) ?? null
}
