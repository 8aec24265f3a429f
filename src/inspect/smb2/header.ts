/** SMB2 packet header, [MS-SMB2] 2.2.1. */
import { ntStatusName } from '../../../dissectors/ntstatus.ts'
import {
  SMB2_COMMAND,
  SMB2_FLAGS_ASYNC_COMMAND,
  SMB2_FLAGS_RELATED_OPERATIONS,
  SMB2_FLAGS_SERVER_TO_REDIR,
  SMB2_FLAGS_SIGNED,
} from '../../../dissectors/smb2/header.ts'
import { type FieldReader, note } from '../field/field.ts'
import { type FlagNames, flags, hexadecimal, namedNumber, nameIn, wrongFlag } from '../field/names.ts'

const FLAGS: FlagNames = [
  [SMB2_FLAGS_SERVER_TO_REDIR, 'SERVER_TO_REDIR'],
  [SMB2_FLAGS_ASYNC_COMMAND, 'ASYNC_COMMAND'],
  [SMB2_FLAGS_RELATED_OPERATIONS, 'RELATED_OPERATIONS'],
  [SMB2_FLAGS_SIGNED, 'SIGNED'],
  [0x10000000, 'DFS_OPERATIONS'],
  [0x20000000, 'REPLAY_OPERATION'],
]

const commandName = nameIn(SMB2_COMMAND)

export interface Smb2Header {
  command: number
  response: boolean
  status: number
  /** "NEGOTIATE response". */
  title: string
}

/** Reads the 64 bytes of the header, of a response if `response` says so, independently of its flag. */
export function describeSmb2Header(r: FieldReader, response: boolean | null): Smb2Header {
  const header: Smb2Header = { command: -1, response: false, status: 0, title: 'message' }
  const start = r.offset
  r.group('SMB2 header', '', (group) => {
    r.u32('ProtocolId', () => "FE 'SMB'")
    r.u16('StructureSize')
    r.u16('CreditCharge')
    // A flag that follows it says which of the two is here.
    const { bytes } = r
    const flag = ((bytes[start + 16] ?? 0) & SMB2_FLAGS_SERVER_TO_REDIR) !== 0
    header.response = response ?? flag
    if (header.response !== flag) note(group, wrongFlag(flag))
    if (header.response) header.status = r.u32('Status', namedNumber(8, ntStatusName))
    else {
      r.u16('ChannelSequence')
      r.u16('Reserved')
    }
    header.command = r.u16('Command', namedNumber(4, commandName))
    header.title = `${commandName(header.command) ?? 'unknown command'} ${header.response ? 'response' : 'request'}`
    group.value = header.title
    r.u16(header.response ? 'CreditResponse' : 'CreditRequest')
    const set = r.u32('Flags', flagsText)
    r.u32('NextCommand')
    r.u64('MessageId', String)
    if ((set & SMB2_FLAGS_ASYNC_COMMAND) !== 0) r.u64('AsyncId')
    else {
      r.u32('Reserved', hexadecimal(8))
      r.u32('TreeId', hexadecimal(8))
    }
    r.u64('SessionId')
    r.raw('Signature', 16)
  })
  return header
}

/** Bits 4 to 6 are a number, the priority of dialect 3.1.1. */
function flagsText(value: number): string {
  const priority = (value >> 4) & 7
  return flags(8, priority === 0 ? FLAGS : [...FLAGS, [priority << 4, `PRIORITY ${priority}`]])(value)
}
