/** SMB2 negotiate contexts, [MS-SMB2] 2.2.3.1 and 2.2.4.1. */
import { cipherName, hashAlgorithmName, signingAlgorithmName } from '../../../dissectors/smb2/negotiate-contexts.ts'
import { utf16le } from '../../../dissectors/text.ts'
import { type Field, type FieldReader, note } from '../field/field.ts'
import { flags, hexadecimal, namedNumber, nameIn } from '../field/names.ts'
import { compressionAlgorithm } from './transform.ts'

const CONTEXT_TYPE = {
  SMB2_PREAUTH_INTEGRITY_CAPABILITIES: 0x0001,
  SMB2_ENCRYPTION_CAPABILITIES: 0x0002,
  SMB2_COMPRESSION_CAPABILITIES: 0x0003,
  SMB2_NETNAME_NEGOTIATE_CONTEXT_ID: 0x0005,
  SMB2_TRANSPORT_CAPABILITIES: 0x0006,
  SMB2_RDMA_TRANSFORM_CAPABILITIES: 0x0007,
  SMB2_SIGNING_CAPABILITIES: 0x0008,
  SMB2_POSIX_EXTENSIONS_AVAILABLE: 0x0100,
} as const

const typeName = nameIn(CONTEXT_TYPE)
const RDMA_TRANSFORMS = ['NONE', 'ENCRYPTION', 'SIGNING']

const MAX_CONTEXTS = 32
const MAX_LIST = 64
const HEADER = 8

/** Reads `count` contexts from `offset`, counted from the SMB2 header. */
export function describeNegotiateContexts(r: FieldReader, body: Field, offset: number, count: number): void {
  if (count > 0 && offset > r.cursor.wireLength) {
    note(body, `NegotiateContextOffset ${offset} goes beyond the message`)
    return
  }
  r.offset = offset
  for (let i = 0; i < Math.min(count, MAX_CONTEXTS); i++) {
    let complete = false
    r.group('NegotiateContext', '', (context) => {
      const type = r.u16('ContextType', namedNumber(4, typeName))
      context.value = typeName(type) ?? hexadecimal(4)(type)
      const length = r.u16('DataLength')
      r.u32('Reserved')
      const start = r.offset
      const data = r.rawAt('Data', start, length)
      r.within(data, start, length, (inner) => describeData(inner, type, data))
      r.cursor.skip(length, 'Data')
      complete = true
    })
    if (!complete) return
    // Padded to eight bytes, the last one not.
    r.offset += (8 - ((r.offset - offset) % HEADER)) % HEADER
  }
  if (count > MAX_CONTEXTS) note(body, `${count} negotiate contexts, ${MAX_CONTEXTS} of them are shown`)
}

function describeData(r: FieldReader, type: number, data: Field): void {
  switch (type) {
    case CONTEXT_TYPE.SMB2_PREAUTH_INTEGRITY_CAPABILITIES: {
      const count = r.u16('HashAlgorithmCount')
      const salt = r.u16('SaltLength')
      list(r, 'HashAlgorithm', count, hashAlgorithmName)
      r.raw('Salt', salt)
      break
    }
    case CONTEXT_TYPE.SMB2_ENCRYPTION_CAPABILITIES:
      list(r, 'Cipher', r.u16('CipherCount'), cipherName)
      break
    case CONTEXT_TYPE.SMB2_COMPRESSION_CAPABILITIES: {
      const count = r.u16('CompressionAlgorithmCount')
      r.u16('Padding')
      r.u32('Flags', flags(8, [[1, 'CHAINED']]))
      list(r, 'CompressionAlgorithm', count, compressionAlgorithm)
      break
    }
    case CONTEXT_TYPE.SMB2_NETNAME_NEGOTIATE_CONTEXT_ID:
      data.value = utf16le(r.bytes).slice(0, 256)
      r.raw('NetName', r.cursor.wireLength, utf16le)
      break
    case CONTEXT_TYPE.SMB2_TRANSPORT_CAPABILITIES:
      r.u32('Flags', flags(8, [[1, 'ACCEPT_TRANSPORT_LEVEL_SECURITY']]))
      break
    case CONTEXT_TYPE.SMB2_RDMA_TRANSFORM_CAPABILITIES: {
      const count = r.u16('TransformCount')
      r.u16('Reserved1')
      r.u32('Reserved2')
      list(r, 'RDMATransformId', count, (id) => RDMA_TRANSFORMS[id])
      break
    }
    case CONTEXT_TYPE.SMB2_SIGNING_CAPABILITIES:
      list(r, 'SigningAlgorithm', r.u16('SigningAlgorithmCount'), signingAlgorithmName)
      break
    default:
  }
}

function list(r: FieldReader, name: string, count: number, nameOf: (id: number) => string | null | undefined): void {
  for (let i = 0; i < Math.min(count, MAX_LIST); i++) r.u16(name, namedNumber(4, nameOf))
  if (count > MAX_LIST) r.cursor.skip(2 * (count - MAX_LIST), name)
}
