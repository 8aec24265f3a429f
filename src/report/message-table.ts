/** SMB messages, one row each, written as they are read: none is stored. */
import { SMB1_COMMAND } from '../../dissectors/smb1/header.ts'
import { SMB2_COMMAND } from '../../dissectors/smb2/header.ts'
import { isoTime } from '../base/packet-time.ts'
import type { TextSink } from '../base/text-sink.ts'
import { endpointText } from '../base/wording.ts'
import { statusName } from '../ledger/derived/status-name.ts'
import type { MessageSink, SmbMessage } from '../ledger/smb-message.ts'
import { messageRecord } from './records/message.ts'

export function messagesAsNdjson(sink: TextSink): MessageSink {
  // A message record has only numbers, booleans and canonical addresses: nothing needs escaping.
  return { message: (row) => sink.write(`${JSON.stringify(messageRecord(row))}\n`) }
}

/** The other commands that occur in practice, [MS-CIFS] 2.2.2.1: the audit does not read them. */
const OTHER_SMB1_COMMANDS = {
  CREATE_DIRECTORY: 0x00,
  DELETE_DIRECTORY: 0x01,
  OPEN: 0x02,
  CREATE: 0x03,
  CLOSE: 0x04,
  FLUSH: 0x05,
  DELETE: 0x06,
  RENAME: 0x07,
  QUERY_INFORMATION: 0x08,
  SET_INFORMATION: 0x09,
  CHECK_DIRECTORY: 0x10,
  TRANSACTION_SEC: 0x26,
  ECHO: 0x2b,
  OPEN_ANDX: 0x2d,
  TRANSACTION2: 0x32,
  TRANSACTION2_SEC: 0x33,
  FIND_CLOSE2: 0x34,
  QUERY_INFO_DISK: 0x80,
  SEARCH: 0x81,
  NT_TRANSACT: 0xa0,
  NT_TRANSACT_SEC: 0xa1,
  NT_CREATE_ANDX: 0xa2,
  NT_CANCEL: 0xa4,
  NT_RENAME: 0xa5,
} as const

const SMB1_NAMES = namesOf({ ...OTHER_SMB1_COMMANDS, ...SMB1_COMMAND })
const SMB2_NAMES = namesOf(SMB2_COMMAND)

function namesOf(commands: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(commands).map(([name, code]) => [code, name]))
}

/** The columns have fixed widths, since rows are written as they come. The time is the time of day, in UTC. */
export function messagesAsTable(sink: TextSink): MessageSink {
  sink.write(`${columns('FRAME', 'TIME (UTC)', 'FROM -> TO', 'FAMILY', 'COMMAND', 'SIGNED', 'SESSION', 'STATUS')}\n`)
  return { message: (row) => sink.write(`${line(row)}\n`) }
}

function line(row: SmbMessage): string {
  const [from, to] = row.response === true ? [row.server, row.client] : [row.client, row.server]
  // If no header shows the direction, only the two ends are known.
  const arrow = row.response === null ? '<>' : '->'
  return columns(
    String(row.frame),
    isoTime(row.time)?.slice(11, 26) ?? '?',
    `${endpointText(from)} ${arrow} ${endpointText(to)}`,
    row.family,
    command(row),
    row.signed === null ? '-' : row.signed ? 'yes' : 'no',
    messageRecord(row).sessionId ?? '-',
    statusName(row.status, row.family === 'smb1' ? 'smb1' : 'smb2') ?? '-',
  )
}

/** The width of each column but the last. Frame numbers are aligned to the right. */
const WIDTHS = [7, 15, 36, 10, 18, 6, 18] as const

function columns(frame: string, ...others: readonly string[]): string {
  const cells = others.map((text, i) => text.padEnd(WIDTHS[i + 1] ?? 0))
  return [frame.padStart(WIDTHS[0]), ...cells].join('  ')
}

function command({ family, command: code }: SmbMessage): string {
  return code === null ? '-' : commandName(family, code)
}

/** The command's name in [MS-CIFS] or [MS-SMB2], or its number in hex if it has none. */
export function commandName(family: SmbMessage['family'], code: number): string {
  const name = (family === 'smb1' ? SMB1_NAMES : SMB2_NAMES).get(code)
  return name ?? `0x${code.toString(16).padStart(2, '0')}`
}
