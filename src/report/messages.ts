/** SMB messages, one row each, as they are read: nothing is kept. */
import { SMB1_COMMAND } from '../../dissectors/smb1/header.ts'
import { SMB2_COMMAND } from '../../dissectors/smb2/header.ts'
import type { MessageRow, MessageSink } from '../track/messages.ts'
import { pad } from './escape.ts'
import { messageRecord } from './records.ts'
import type { TextSink } from './sink.ts'
import { address } from './table.ts'
import { isoTime } from './time.ts'

export function messagesAsNdjson(sink: TextSink): MessageSink {
  // Numbers, booleans and canonical addresses alone: nothing in a message record needs escaping.
  return { message: (row) => sink.write(`${JSON.stringify(messageRecord(row))}\n`) }
}

const SMB1_NAMES = namesOf(SMB1_COMMAND)
const SMB2_NAMES = namesOf(SMB2_COMMAND)

function namesOf(commands: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(commands).map(([name, code]) => [code, name]))
}

/** Fixed columns, since no row is known before it is written: `time` is the time of day, in UTC. */
export function messagesAsTable(sink: TextSink): MessageSink {
  let started = false
  return {
    message(row) {
      if (!started) sink.write(`${HEADER}\n`)
      started = true
      sink.write(`${line(row)}\n`)
    },
  }
}

const HEADER = `${'FRAME'.padStart(8)}  ${pad('TIME (UTC)', 15)}  ${pad('FAMILY', 10)}  ${pad('COMMAND', 20)}  ${pad('SIGNED', 6)}  ${pad('STATUS', 10)}  ${pad('SESSION', 18)}  FROM -> TO`

function line(row: MessageRow): string {
  const record = messageRecord(row)
  const time = isoTime(row.time)?.slice(11, 26) ?? '?'
  const signed = row.signed === null ? '-' : row.signed ? 'yes' : 'no'
  const [from, to] = row.response === true ? [row.server, row.client] : [row.client, row.server]
  // Without a header that tells the direction, the two ends are all there is to say.
  const arrow = row.response === null ? '<>' : '->'
  return [
    String(row.frame).padStart(8),
    pad(time, 15),
    pad(row.family, 10),
    pad(command(row), 20),
    pad(signed, 6),
    pad(record.status ?? '-', 10),
    pad(record.sessionId ?? '-', 18),
    `${address(from)} ${arrow} ${address(to)}`,
  ].join('  ')
}

function command({ family, command: code }: MessageRow): string {
  if (code === null) return '-'
  const name = (family === 'smb1' ? SMB1_NAMES : SMB2_NAMES).get(code)
  return name ?? `0x${code.toString(16).padStart(2, '0')}`
}
