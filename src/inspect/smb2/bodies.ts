/** The bodies of SMB2 messages other than NEGOTIATE, [MS-SMB2] 2.2. Offsets in them count from the start of the SMB2 header. */
import { STATUS_MORE_PROCESSING_REQUIRED, STATUS_SUCCESS } from '../../../dissectors/ntstatus.ts'
import { SMB2_COMMAND } from '../../../dissectors/smb2/header.ts'
import {
  FSCTL_DFS_GET_REFERRALS,
  FSCTL_QUERY_NETWORK_INTERFACE_INFO,
  FSCTL_VALIDATE_NEGOTIATE_INFO,
} from '../../../dissectors/smb2/ioctl.ts'
import {
  SMB2_SESSION_FLAG_BINDING,
  SMB2_SESSION_FLAG_ENCRYPT_DATA,
  SMB2_SESSION_FLAG_IS_GUEST,
  SMB2_SESSION_FLAG_IS_NULL,
} from '../../../dissectors/smb2/session-setup.ts'
import {
  SMB2_SHARE_TYPE,
  SMB2_SHAREFLAG_ENCRYPT_DATA,
  SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT,
} from '../../../dissectors/smb2/tree-connect.ts'
import { utf16le } from '../../../dissectors/text.ts'
import { securityBuffer } from '../auth/security-blob.ts'
import type { Field, FieldReader } from '../field/field.ts'
import { type FlagNames, flags, hexadecimal, namedNumber, nameIn } from '../field/names.ts'
import type { Smb2Header } from './header.ts'
import {
  describeNegotiateRequest,
  describeNegotiateResponse,
  describeValidateRequest,
  describeValidateResponse,
  globalCapabilities,
  securityMode,
} from './negotiate.ts'

const SESSION_FLAGS: FlagNames = [
  [SMB2_SESSION_FLAG_IS_GUEST, 'IS_GUEST'],
  [SMB2_SESSION_FLAG_IS_NULL, 'IS_NULL'],
  [SMB2_SESSION_FLAG_ENCRYPT_DATA, 'ENCRYPT_DATA'],
]

const SHARE_FLAGS: FlagNames = [
  [0x00000001, 'DFS'],
  [0x00000002, 'DFS_ROOT'],
  [0x00000030, 'NO_CACHING'],
  [0x00000010, 'AUTO_CACHING'],
  [0x00000020, 'VDO_CACHING'],
  [0x00000100, 'RESTRICT_EXCLUSIVE_OPENS'],
  [0x00000200, 'FORCE_SHARED_DELETE'],
  [0x00000400, 'ALLOW_NAMESPACE_CACHING'],
  [0x00000800, 'ACCESS_BASED_DIRECTORY_ENUM'],
  [0x00001000, 'FORCE_LEVELII_OPLOCK'],
  [0x00002000, 'ENABLE_HASH_V1'],
  [0x00004000, 'ENABLE_HASH_V2'],
  [SMB2_SHAREFLAG_ENCRYPT_DATA, 'ENCRYPT_DATA'],
  [0x00040000, 'IDENTITY_REMOTING'],
  [0x00100000, 'COMPRESS_DATA'],
  [0x00200000, 'ISOLATED_TRANSPORT'],
]

const SHARE_CAPABILITIES: FlagNames = [
  [0x00000008, 'DFS'],
  [0x00000010, 'CONTINUOUS_AVAILABILITY'],
  [0x00000020, 'SCALEOUT'],
  [0x00000040, 'CLUSTER'],
  [0x00000080, 'ASYMMETRIC'],
  [0x00000100, 'REDIRECT_TO_OWNER'],
]

const shareType = nameIn(SMB2_SHARE_TYPE)
const controlCode = nameIn({
  FSCTL_DFS_GET_REFERRALS,
  FSCTL_QUERY_NETWORK_INTERFACE_INFO,
  FSCTL_VALIDATE_NEGOTIATE_INFO,
  FSCTL_PIPE_TRANSCEIVE: 0x0011c017,
})

type Body = (r: FieldReader, body: Field, header: Smb2Header) => void

const REQUESTS: ReadonlyMap<number, Body> = new Map<number, Body>([
  [SMB2_COMMAND.NEGOTIATE, describeNegotiateRequest],
  [SMB2_COMMAND.SESSION_SETUP, sessionSetupRequest],
  [SMB2_COMMAND.LOGOFF, empty],
  [SMB2_COMMAND.TREE_CONNECT, treeConnectRequest],
  [SMB2_COMMAND.TREE_DISCONNECT, empty],
  [SMB2_COMMAND.WRITE, writeRequest],
  [SMB2_COMMAND.IOCTL, ioctlRequest],
])

/** With the StructureSize that distinguishes the command's own response from an ERROR response. */
const RESPONSES: ReadonlyMap<number, [structureSize: number, body: Body]> = new Map<number, [number, Body]>([
  [SMB2_COMMAND.NEGOTIATE, [65, describeNegotiateResponse]],
  [SMB2_COMMAND.SESSION_SETUP, [9, sessionSetupResponse]],
  [SMB2_COMMAND.LOGOFF, [4, empty]],
  [SMB2_COMMAND.TREE_CONNECT, [16, treeConnectResponse]],
  [SMB2_COMMAND.TREE_DISCONNECT, [4, empty]],
  [SMB2_COMMAND.READ, [17, readResponse]],
  [SMB2_COMMAND.IOCTL, [49, ioctlResponse]],
])

const ERROR_SIZE = 9

/** Reads the body of a message, from behind its header to the end of the message. */
export function describeSmb2Body(r: FieldReader, header: Smb2Header): void {
  const { command, response } = header
  const answer = RESPONSES.get(command)
  const read = response ? answer?.[1] : REQUESTS.get(command)
  const isError = response && isErrorResponse(r, header, answer?.[0] ?? 0)
  r.group(isError ? 'ERROR response' : header.title, '', (body) => {
    if (isError) errorResponse(r, body)
    else if (read !== undefined) read(r, body, header)
    else r.raw('Body', r.cursor.remaining())
  })
}

/** As in the dissectors: by Status for SESSION_SETUP, whose own body has the same size, and otherwise by the size. */
function isErrorResponse({ bytes, offset }: FieldReader, { command, status }: Smb2Header, expected: number): boolean {
  if (command === SMB2_COMMAND.SESSION_SETUP) {
    return status !== STATUS_SUCCESS && status !== STATUS_MORE_PROCESSING_REQUIRED
  }
  if (offset + 2 > bytes.length) return false
  const size = (bytes[offset] ?? 0) + 256 * (bytes[offset + 1] ?? 0)
  // Other responses of this size, such as QUERY_INFO's, have a success status.
  return size === ERROR_SIZE && size !== expected && (expected !== 0 || status >>> 30 === 3)
}

function errorResponse(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u8('ErrorContextCount')
  r.u8('Reserved')
  const count = r.u32('ByteCount')
  r.buffer(body, 'ErrorData', r.offset, count)
}

function empty(r: FieldReader): void {
  r.u16('StructureSize')
  r.u16('Reserved')
}

function sessionSetupRequest(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u8('Flags', flags(2, [[SMB2_SESSION_FLAG_BINDING, 'BINDING']]))
  r.u8('SecurityMode', securityMode(2))
  r.u32('Capabilities', globalCapabilities)
  r.u32('Channel')
  const offset = r.u16('SecurityBufferOffset')
  const length = r.u16('SecurityBufferLength')
  r.u64('PreviousSessionId')
  r.buffer(body, 'SecurityBuffer', offset, length, securityBuffer)
}

function sessionSetupResponse(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u16('SessionFlags', flags(4, SESSION_FLAGS))
  const offset = r.u16('SecurityBufferOffset')
  const length = r.u16('SecurityBufferLength')
  r.buffer(body, 'SecurityBuffer', offset, length, securityBuffer)
}

function treeConnectRequest(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  const set = r.u16(
    'Flags',
    flags(4, [
      [1, 'CLUSTER_RECONNECT'],
      [2, 'REDIRECT_TO_OWNER'],
      [SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT, 'EXTENSION_PRESENT'],
    ]),
  )
  const offset = r.u16('PathOffset')
  const length = r.u16('PathLength')
  if ((set & SMB2_TREE_CONNECT_FLAG_EXTENSION_PRESENT) !== 0 && offset >= r.offset + 16) {
    r.u32('TreeConnectContextOffset')
    r.u16('TreeConnectContextCount')
    r.raw('Reserved', 10)
  }
  r.buffer(body, 'PathName', offset, length, { show: utf16le })
}

function treeConnectResponse(r: FieldReader): void {
  r.u16('StructureSize')
  r.u8('ShareType', namedNumber(2, shareType))
  r.u8('Reserved')
  // NO_CACHING is two bits, each of which is also a value: the first of the three that fits applies.
  r.u32('ShareFlags', (value) => flags(8, SHARE_FLAGS.filter(isCaching(value)))(value))
  r.u32('Capabilities', flags(8, SHARE_CAPABILITIES))
  r.u32('MaximalAccess', hexadecimal(8))
}

function isCaching(value: number): (name: readonly [number, string]) => boolean {
  return ([mask]) => (mask & 0x30) === 0 || mask === (value & 0x30)
}

function ioctlRequest(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u16('Reserved')
  const code = r.u32('CtlCode', namedNumber(8, controlCode))
  r.raw('FileId', 16)
  const inputOffset = r.u32('InputOffset')
  const inputCount = r.u32('InputCount')
  r.u32('MaxInputResponse')
  const outputOffset = r.u32('OutputOffset')
  const outputCount = r.u32('OutputCount')
  r.u32('MaxOutputResponse')
  r.u32('Flags', flags(8, [[1, 'IS_FSCTL']]))
  r.u32('Reserved2')
  const validates = code === FSCTL_VALIDATE_NEGOTIATE_INFO
  r.buffer(body, 'Input', inputOffset, inputCount, validates ? { inside: describeValidateRequest } : null)
  r.buffer(body, 'Output', outputOffset, outputCount)
}

function ioctlResponse(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u16('Reserved')
  const code = r.u32('CtlCode', namedNumber(8, controlCode))
  r.raw('FileId', 16)
  const inputOffset = r.u32('InputOffset')
  const inputCount = r.u32('InputCount')
  const outputOffset = r.u32('OutputOffset')
  const outputCount = r.u32('OutputCount')
  r.u32('Flags', hexadecimal(8))
  r.u32('Reserved2')
  const validates = code === FSCTL_VALIDATE_NEGOTIATE_INFO
  r.buffer(body, 'Input', inputOffset, inputCount)
  r.buffer(body, 'Output', outputOffset, outputCount, validates ? { inside: describeValidateResponse } : null)
}

/** [MS-SMB2] 2.2.20. */
function readResponse(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  const offset = r.u8('DataOffset')
  r.u8('Reserved')
  const length = r.u32('DataLength')
  r.u32('DataRemaining')
  r.u32('Flags', hexadecimal(8))
  r.buffer(body, 'Data', offset, length)
}

/** [MS-SMB2] 2.2.21. */
function writeRequest(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  const offset = r.u16('DataOffset')
  const length = r.u32('Length')
  r.u64('Offset', String)
  r.raw('FileId', 16)
  r.u32('Channel')
  r.u32('RemainingBytes')
  r.u16('WriteChannelInfoOffset')
  r.u16('WriteChannelInfoLength')
  r.u32('Flags', hexadecimal(8))
  r.buffer(body, 'Data', offset, length)
}
