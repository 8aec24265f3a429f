/** SMB1 header, [MS-CIFS] 2.2.3.1 and [MS-SMB] 2.2.3.1, and the commands that are read. */
import { dosErrorName, ntStatusName } from '../../../dissectors/ntstatus.ts'
import {
  SMB_FLAGS_REPLY,
  SMB_FLAGS2_EXTENDED_SECURITY,
  SMB_FLAGS2_NT_STATUS,
  SMB_FLAGS2_SMB_SECURITY_SIGNATURE,
  SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED,
  SMB_FLAGS2_UNICODE,
  SMB1_COMMAND,
  SMB1_OFFSET,
} from '../../../dissectors/smb1/header.ts'
import { type FieldReader, note } from '../field/field.ts'
import { type FlagNames, flags, hexadecimal, namedNumber, nameIn, wrongFlag } from '../field/names.ts'

const FLAGS: FlagNames = [
  [0x01, 'LOCK_AND_READ_OK'],
  [0x02, 'BUF_AVAIL'],
  [0x08, 'CASE_INSENSITIVE'],
  [0x10, 'CANONICALIZED_PATHS'],
  [0x20, 'OPLOCK'],
  [0x40, 'OPBATCH'],
  [SMB_FLAGS_REPLY, 'REPLY'],
]

const FLAGS2: FlagNames = [
  [0x0001, 'LONG_NAMES'],
  [0x0002, 'EAS'],
  [SMB_FLAGS2_SMB_SECURITY_SIGNATURE, 'SMB_SECURITY_SIGNATURE'],
  [0x0008, 'COMPRESSED'],
  [SMB_FLAGS2_SMB_SECURITY_SIGNATURE_REQUIRED, 'SMB_SECURITY_SIGNATURE_REQUIRED'],
  [0x0040, 'IS_LONG_NAME'],
  [0x0400, 'REPARSE_PATH'],
  [SMB_FLAGS2_EXTENDED_SECURITY, 'EXTENDED_SECURITY'],
  [0x1000, 'DFS'],
  [0x2000, 'PAGING_IO'],
  [SMB_FLAGS2_NT_STATUS, 'NT_STATUS'],
  [SMB_FLAGS2_UNICODE, 'UNICODE'],
]

const nameOf = nameIn(SMB1_COMMAND)

export function smb1CommandName(command: number): string {
  return nameOf(command) ?? `command ${hexadecimal(2)(command)}`
}

export interface Smb1Header {
  command: number
  response: boolean
  unicode: boolean
}

/** Reads the 32 bytes of the header, of a response if `response` says so, independently of its flag. */
export function describeSmb1Header(r: FieldReader, response: boolean | null): Smb1Header {
  const header: Smb1Header = { command: -1, response: false, unicode: false }
  r.group('SMB header', '', (group) => {
    r.u32('Protocol', () => "FF 'SMB'")
    header.command = r.u8('Command', namedNumber(2, nameOf))
    // Flags and Flags2 behind it say how to read Status.
    const flag = ((r.bytes[SMB1_OFFSET.flags] ?? 0) & SMB_FLAGS_REPLY) !== 0
    header.response = response ?? flag
    const isNtStatus = ((r.bytes[SMB1_OFFSET.flags2 + 1] ?? 0) & (SMB_FLAGS2_NT_STATUS >> 8)) !== 0
    group.value = `${smb1CommandName(header.command)} ${header.response ? 'response' : 'request'}`
    if (header.response !== flag) note(group, wrongFlag(flag))
    r.u32('Status', namedNumber(8, isNtStatus ? ntStatusName : dosErrorName))
    r.u8('Flags', flags(2, FLAGS))
    header.unicode = (r.u16('Flags2', flags(4, FLAGS2)) & SMB_FLAGS2_UNICODE) !== 0
    r.u16('PIDHigh')
    r.raw('SecurityFeatures', 8)
    r.u16('Reserved')
    r.u16('TID', hexadecimal(4))
    r.u16('PIDLow')
    r.u16('UID', hexadecimal(4))
    r.u16('MID')
  })
  return header
}
