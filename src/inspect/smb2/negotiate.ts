/** SMB2 NEGOTIATE, [MS-SMB2] 2.2.3 and 2.2.4, and what VALIDATE_NEGOTIATE_INFO repeats of it. */
import { guid } from '../../../dissectors/bytes.ts'
import { DIALECT_3_1_1, dialectName } from '../../../dissectors/smb2/dialects.ts'
import { SMB2_NEGOTIATE_SIGNING_ENABLED, SMB2_NEGOTIATE_SIGNING_REQUIRED } from '../../../dissectors/smb2/header.ts'
import { SMB2_GLOBAL_CAP } from '../../../dissectors/smb2/negotiate.ts'
import { securityBuffer } from '../auth/security-blob.ts'
import { type Field, type FieldReader, note } from '../field/field.ts'
import { type FlagNames, fileTime, flags, namedNumber } from '../field/names.ts'
import { describeNegotiateContexts } from './negotiate-contexts.ts'

const SECURITY_MODES: FlagNames = [
  [SMB2_NEGOTIATE_SIGNING_ENABLED, 'SIGNING_ENABLED'],
  [SMB2_NEGOTIATE_SIGNING_REQUIRED, 'SIGNING_REQUIRED'],
]

export const securityMode = (digits: number) => flags(digits, SECURITY_MODES)
export const globalCapabilities = flags(
  8,
  Object.entries(SMB2_GLOBAL_CAP).map(([name, mask]) => [mask, name]),
)
const dialect = namedNumber(4, dialectName)

/** No client lists more. */
const MAX_DIALECTS = 64

export function describeNegotiateRequest(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  const count = r.u16('DialectCount')
  r.u16('SecurityMode', securityMode(4))
  r.u16('Reserved')
  r.u32('Capabilities', globalCapabilities)
  r.raw('ClientGuid', 16, guidText)
  const fixed = r.offset
  const offers311 = offers(r, fixed + 8, count)
  if (offers311) {
    const offset = r.u32('NegotiateContextOffset')
    const contexts = r.u16('NegotiateContextCount')
    r.u16('Reserved2')
    dialects(r, count, body)
    describeNegotiateContexts(r, body, offset, contexts)
  } else {
    r.u64('ClientStartTime', fileTime)
    dialects(r, count, body)
  }
}

/** Is 3.1.1 among the dialects? The eight bytes before them mean another thing then. */
function offers({ bytes }: FieldReader, start: number, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const at = start + 2 * i
    if (at + 2 > bytes.length) return false
    if ((bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0) === DIALECT_3_1_1) return true
  }
  return false
}

function dialects(r: FieldReader, count: number, body: Field): void {
  const kept = Math.min(count, MAX_DIALECTS)
  r.group('Dialects', '', (group) => {
    for (let i = 0; i < kept; i++) r.u16('Dialect', dialect)
    group.value = group.children.map((child) => child.value).join(', ')
  })
  if (count > kept) {
    note(body, `${count} dialects, ${kept} of them are shown`)
    r.cursor.skip(2 * (count - kept), 'Dialects')
  }
}

export function describeNegotiateResponse(r: FieldReader, body: Field): void {
  r.u16('StructureSize')
  r.u16('SecurityMode', securityMode(4))
  const revision = r.u16('DialectRevision', dialect)
  const contexts = r.u16(revision === DIALECT_3_1_1 ? 'NegotiateContextCount' : 'Reserved')
  r.raw('ServerGuid', 16, guidText)
  r.u32('Capabilities', globalCapabilities)
  r.u32('MaxTransactSize')
  r.u32('MaxReadSize')
  r.u32('MaxWriteSize')
  r.u64('SystemTime', fileTime)
  r.u64('ServerStartTime', fileTime)
  const bufferOffset = r.u16('SecurityBufferOffset')
  const length = r.u16('SecurityBufferLength')
  const contextOffset = r.u32(revision === DIALECT_3_1_1 ? 'NegotiateContextOffset' : 'Reserved2')
  r.buffer(body, 'SecurityBuffer', bufferOffset, length, securityBuffer)
  if (revision === DIALECT_3_1_1) describeNegotiateContexts(r, body, contextOffset, contexts)
}

/** [MS-SMB2] 2.2.31.4. */
export function describeValidateRequest(r: FieldReader): void {
  r.u32('Capabilities', globalCapabilities)
  r.raw('Guid', 16, guidText)
  r.u16('SecurityMode', securityMode(4))
  const count = r.u16('DialectCount')
  for (let i = 0; i < Math.min(count, MAX_DIALECTS); i++) r.u16('Dialect', dialect)
}

/** [MS-SMB2] 2.2.32.6. */
export function describeValidateResponse(r: FieldReader): void {
  r.u32('Capabilities', globalCapabilities)
  r.raw('Guid', 16, guidText)
  r.u16('SecurityMode', securityMode(4))
  r.u16('Dialect', dialect)
}

/** A GUID as text; nothing for one that was cut. */
export function guidText(bytes: Uint8Array): string {
  return bytes.length < 16 ? '' : guid(bytes)
}
