/** The SMB1 commands of a session's setup, and those that carry file data, [MS-CIFS] 2.2.4 and [MS-SMB] 2.2.4. */
import { readable } from '../../../dissectors/cursor.ts'
import { andxChain } from '../../../dissectors/smb1/andx.ts'
import { SMB1_COMMAND, SMB1_HEADER_LENGTH } from '../../../dissectors/smb1/header.ts'
import {
  NEGOTIATE_ENCRYPT_PASSWORDS,
  NEGOTIATE_SECURITY_SIGNATURES_ENABLED,
  NEGOTIATE_SECURITY_SIGNATURES_REQUIRED,
  NEGOTIATE_USER_SECURITY,
  NO_DIALECT,
} from '../../../dissectors/smb1/negotiate.ts'
import { SMB_SETUP_GUEST, SMB_SETUP_USE_LANMAN_KEY } from '../../../dissectors/smb1/session-setup-andx.ts'
import { parseTreeConnectRequest } from '../../../dissectors/smb1/tree-connect.ts'
import { securityBuffer } from '../auth/security-blob.ts'
import { type Field, type FieldReader, note } from '../field/field.ts'
import { type FlagNames, fileTime, flags, hexadecimal } from '../field/names.ts'
import { guidText } from '../smb2/negotiate.ts'
import { readAndxResponse, writeAndxRequest } from './data.ts'
import { type Smb1Header, smb1CommandName } from './header.ts'
import { andx, plain, smb1Bytes, smb1String } from './strings.ts'

const SECURITY_MODES: FlagNames = [
  [NEGOTIATE_USER_SECURITY, 'USER_SECURITY'],
  [NEGOTIATE_ENCRYPT_PASSWORDS, 'ENCRYPT_PASSWORDS'],
  [NEGOTIATE_SECURITY_SIGNATURES_ENABLED, 'SECURITY_SIGNATURES_ENABLED'],
  [NEGOTIATE_SECURITY_SIGNATURES_REQUIRED, 'SECURITY_SIGNATURES_REQUIRED'],
]

const CAP_UNICODE = 0x00000004
const CAP_EXTENDED_SECURITY = 0x80000000
const CAPABILITIES = flags(8, [
  [0x00000001, 'RAW_MODE'],
  [0x00000002, 'MPX_MODE'],
  [CAP_UNICODE, 'UNICODE'],
  [0x00000008, 'LARGE_FILES'],
  [0x00000010, 'NT_SMBS'],
  [0x00000020, 'RPC_REMOTE_APIS'],
  [0x00000040, 'STATUS32'],
  [0x00000080, 'LEVEL_II_OPLOCKS'],
  [0x00000100, 'LOCK_AND_READ'],
  [0x00000200, 'NT_FIND'],
  [0x00001000, 'DFS'],
  [0x00002000, 'INFOLEVEL_PASSTHRU'],
  [0x00004000, 'LARGE_READX'],
  [0x00008000, 'LARGE_WRITEX'],
  [0x00010000, 'LWIO'],
  [0x00800000, 'UNIX'],
  [0x02000000, 'COMPRESSED_DATA'],
  [0x20000000, 'DYNAMIC_REAUTH'],
  [0x40000000, 'PERSISTENT_HANDLES'],
  [CAP_EXTENDED_SECURITY, 'EXTENDED_SECURITY'],
])

const ACTION = flags(4, [
  [SMB_SETUP_GUEST, 'GUEST'],
  [SMB_SETUP_USE_LANMAN_KEY, 'USE_LANMAN_KEY'],
])

const TREE_FLAGS = flags(4, [
  [1, 'DISCONNECT_TID'],
  [4, 'EXTENDED_SIGNATURES'],
  [8, 'EXTENDED_RESPONSE'],
])

/** Dialects of a request beyond this are not shown. */
const MAX_DIALECTS = 64

/** Reads the command at the WordCount where `r` stands. */
type Command = (r: FieldReader, body: Field, words: number, unicode: boolean) => void

const REQUESTS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [SMB1_COMMAND.NEGOTIATE, negotiateRequest],
  [SMB1_COMMAND.SESSION_SETUP_ANDX, sessionSetupRequest],
  [SMB1_COMMAND.TREE_CONNECT, coreTreeConnectRequest],
  [SMB1_COMMAND.TREE_CONNECT_ANDX, treeConnectRequest],
  [SMB1_COMMAND.LOGOFF_ANDX, andxOnly],
  [SMB1_COMMAND.WRITE_ANDX, writeAndxRequest],
])

const RESPONSES: ReadonlyMap<number, Command> = new Map<number, Command>([
  [SMB1_COMMAND.NEGOTIATE, negotiateResponse],
  [SMB1_COMMAND.SESSION_SETUP_ANDX, sessionSetupResponse],
  [SMB1_COMMAND.TREE_CONNECT, coreTreeConnectResponse],
  [SMB1_COMMAND.TREE_CONNECT_ANDX, treeConnectResponse],
  [SMB1_COMMAND.LOGOFF_ANDX, andxOnly],
  [SMB1_COMMAND.READ_ANDX, readAndxResponse],
])

/** Reads the commands of a message behind its header: one, or those of an AndX chain. */
export function describeSmb1Commands(r: FieldReader, header: Smb1Header): void {
  if (r.bytes.length < SMB1_HEADER_LENGTH) return
  const { steps, anomalies } = andxChain(r.bytes, r.cursor.wireLength)
  for (const { command, offset } of steps) {
    r.offset = offset
    const read = (header.response ? RESPONSES : REQUESTS).get(command)
    r.group(`${smb1CommandName(command)} ${header.response ? 'response' : 'request'}`, '', (body) => {
      const words = r.u8('WordCount')
      // An error response has no words.
      if (read === undefined || (header.response && words === 0)) plain(r, words)
      else read(r, body, words, header.unicode)
    })
  }
  const last = r.fields.at(-1)
  if (anomalies.length > 0 && last !== undefined) note(last, anomalies.join(', '))
}

function andxOnly(r: FieldReader, _body: Field, words: number): void {
  if (words !== 2) {
    plain(r, words)
    return
  }
  andx(r)
  smb1Bytes(r, () => {})
}

function negotiateRequest(r: FieldReader, body: Field, words: number): void {
  if (words > 0) r.raw('Words', 2 * words)
  smb1Bytes(r, (end) => {
    for (let i = 0; i < MAX_DIALECTS && r.offset < end; i++) {
      r.u8('BufferFormat', hexadecimal(2))
      if (smb1String(r, 'DialectString', false, end) === null) note(body, 'a dialect has no string')
    }
  })
}

function negotiateResponse(r: FieldReader, body: Field, words: number): void {
  r.u16('DialectIndex', (index) => (index === NO_DIALECT ? '0xFFFF (none)' : String(index)))
  if (words === 13) {
    lanmanResponse(r)
    return
  }
  if (words !== 17) {
    plain(r, words - 1)
    return
  }
  r.u8('SecurityMode', flags(2, SECURITY_MODES))
  r.u16('MaxMpxCount')
  r.u16('MaxNumberVcs')
  r.u32('MaxBufferSize')
  r.u32('MaxRawSize')
  r.u32('SessionKey', hexadecimal(8))
  const capabilities = r.u32('Capabilities', CAPABILITIES)
  r.u64('SystemTime', fileTime)
  r.u16('ServerTimeZone')
  const challengeLength = r.u8('ChallengeLength')
  smb1Bytes(r, (end) => {
    if ((capabilities & CAP_EXTENDED_SECURITY) !== 0) {
      r.raw('ServerGUID', 16, guidText)
      blob(r, body, end - r.offset)
    } else {
      const unicode = (capabilities & CAP_UNICODE) !== 0
      r.raw('Challenge', challengeLength)
      smb1String(r, 'DomainName', unicode, end, false)
      smb1String(r, 'ServerName', unicode, end, false)
    }
  })
}

function lanmanResponse(r: FieldReader): void {
  r.u16('SecurityMode', flags(4, SECURITY_MODES))
  for (const name of ['MaxBufferSize', 'MaxMpxCount', 'MaxNumberVcs', 'RawMode']) r.u16(name)
  r.u32('SessionKey', hexadecimal(8))
  for (const name of ['ServerTime', 'ServerDate', 'ServerTimeZone']) r.u16(name)
  const keyLength = r.u16('EncryptionKeyLength')
  r.u16('Reserved')
  smb1Bytes(r, (end) => {
    r.raw('EncryptionKey', keyLength)
    smb1String(r, 'DomainName', false, end)
  })
}

/** The next `length` bytes. */
function blob(r: FieldReader, body: Field, length: number): void {
  r.buffer(body, 'SecurityBlob', r.offset, length, securityBuffer)
  r.cursor.skip(length, 'SecurityBlob')
}

function sessionSetupRequest(r: FieldReader, body: Field, words: number, unicode: boolean): void {
  if (words !== 10 && words !== 12 && words !== 13) {
    plain(r, words)
    return
  }
  andx(r)
  for (const name of ['MaxBufferSize', 'MaxMpxCount', 'VcNumber']) r.u16(name)
  r.u32('SessionKey', hexadecimal(8))
  if (words === 12) {
    const length = r.u16('SecurityBlobLength')
    r.u32('Reserved')
    r.u32('Capabilities', CAPABILITIES)
    smb1Bytes(r, (end) => {
      blob(r, body, length)
      for (const name of ['NativeOS', 'NativeLanMan', 'PrimaryDomain']) smb1String(r, name, unicode, end)
    })
    return
  }
  const nt = words === 13
  const oemLength = r.u16(nt ? 'OEMPasswordLen' : 'PasswordLength')
  const unicodeLength = nt ? r.u16('UnicodePasswordLen') : 0
  r.u32('Reserved')
  if (nt) r.u32('Capabilities', CAPABILITIES)
  smb1Bytes(r, (end) => {
    if (oemLength > 0) r.raw(nt ? 'OEMPassword' : 'AccountPassword', oemLength)
    if (unicodeLength > 0) r.raw('UnicodePassword', unicodeLength)
    for (const name of ['AccountName', 'PrimaryDomain', 'NativeOS', 'NativeLanMan']) smb1String(r, name, unicode, end)
  })
}

function sessionSetupResponse(r: FieldReader, body: Field, words: number, unicode: boolean): void {
  if (words !== 3 && words !== 4) {
    plain(r, words)
    return
  }
  andx(r)
  r.u16('Action', ACTION)
  const length = words === 4 ? r.u16('SecurityBlobLength') : 0
  smb1Bytes(r, (end) => {
    blob(r, body, length)
    for (const name of ['NativeOS', 'NativeLanMan', 'PrimaryDomain']) smb1String(r, name, unicode, end)
  })
}

function treeConnectRequest(r: FieldReader, _body: Field, words: number, unicode: boolean): void {
  if (words !== 4) {
    plain(r, words)
    return
  }
  andx(r)
  r.u16('Flags', TREE_FLAGS)
  const length = r.u16('PasswordLength')
  smb1Bytes(r, (end) => {
    if (length > 0) r.raw('Password', length)
    smb1String(r, 'Path', unicode, end)
    smb1String(r, 'Service', false, end)
  })
}

function treeConnectResponse(r: FieldReader, _body: Field, words: number, unicode: boolean): void {
  if (words !== 2 && words !== 3 && words !== 7) {
    plain(r, words)
    return
  }
  andx(r)
  if (words >= 3) r.u16('OptionalSupport', hexadecimal(4))
  if (words === 7) {
    r.u32('MaximalShareAccessRights', hexadecimal(8))
    r.u32('GuestMaximalShareAccessRights', hexadecimal(8))
  }
  smb1Bytes(r, (end) => {
    smb1String(r, 'Service', false, end)
    smb1String(r, 'NativeFileSystem', unicode, end)
  })
}

/** Of the core protocol: each string behind its BufferFormat. */
function coreTreeConnectRequest(r: FieldReader, _body: Field, words: number): void {
  if (words > 0) r.raw('Words', 2 * words)
  const { password } = readable(parseTreeConnectRequest(r.bytes, r.offset - 1, r.cursor.wireLength))
  smb1Bytes(r, (end) => {
    r.u8('BufferFormat', hexadecimal(2))
    smb1String(r, 'Path', false, end)
    r.u8('BufferFormat', hexadecimal(2))
    if (password === undefined) return
    const nul = r.bytes[r.offset + password.length] === 0 ? 1 : 0
    r.raw('Password', password.length + nul)
    r.u8('BufferFormat', hexadecimal(2))
    smb1String(r, 'Service', false, end)
  })
}

function coreTreeConnectResponse(r: FieldReader, _body: Field, words: number): void {
  if (words !== 2) {
    plain(r, words)
    return
  }
  r.u16('MaxBufferSize')
  r.u16('TID', hexadecimal(4))
  smb1Bytes(r, () => {})
}
