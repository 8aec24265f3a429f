import { describe, expect, it } from 'vitest'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { messagesAsNdjson, messagesAsTable } from '../../src/report/message-table.ts'
import { at } from '../support/facts.ts'
import { textOf } from '../support/findings.ts'

const REQUEST: SmbMessage = {
  frame: 8,
  time: at(8).time,
  client: { ip: '10.0.0.5', port: 50_000 },
  server: { ip: '10.0.0.10', port: 445 },
  family: 'smb2',
  command: 1,
  response: false,
  signed: false,
  status: null,
  sessionIdLow: 0x1d,
  sessionIdHigh: 0x400,
  treeId: 0,
  length: 166,
}
const RESPONSE: SmbMessage = { ...REQUEST, frame: 9, response: true, signed: true, status: 0xc000006d }
const NT_CREATE: SmbMessage = { ...REQUEST, family: 'smb1', command: 0xa2 }
const ENCRYPTED: SmbMessage = {
  ...REQUEST,
  family: 'transform',
  command: null,
  response: null,
  signed: null,
  treeId: null,
}

function tableOf(...rows: SmbMessage[]): string[] {
  const text = textOf((sink) => {
    const messages = messagesAsTable(sink)
    for (const row of rows) messages.message(row)
  })
  return text
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
}

describe('messages', () => {
  it('as ndjson are one record per line', () => {
    const text = textOf((sink) => messagesAsNdjson(sink).message(RESPONSE))
    expect(text.endsWith('\n')).toBe(true)
    expect(JSON.parse(text)).toEqual({
      type: 'message',
      frame: 9,
      time: '2024-05-01T00:00:00.008000Z',
      client: { ip: '10.0.0.5', port: 50_000 },
      server: { ip: '10.0.0.10', port: 445 },
      family: 'smb2',
      command: 1,
      response: true,
      signed: true,
      status: '0xc000006d',
      sessionId: '0x000004000000001d',
      treeId: 0,
      length: 166,
    })
  })

  it.each([
    [
      REQUEST,
      '8 | 00:00:00.008000 | 10.0.0.5:50000 -> 10.0.0.10:445 | smb2 | SESSION_SETUP | no | 0x000004000000001d | -',
    ],
    [
      RESPONSE,
      '9 | 00:00:00.008000 | 10.0.0.10:445 -> 10.0.0.5:50000 | smb2 | SESSION_SETUP | yes | 0x000004000000001d | STATUS_LOGON_FAILURE',
    ],
    [
      NT_CREATE,
      '8 | 00:00:00.008000 | 10.0.0.5:50000 -> 10.0.0.10:445 | smb1 | NT_CREATE_ANDX | no | 0x000004000000001d | -',
    ],
    [
      { ...NT_CREATE, response: true, status: 0x00020002 },
      '8 | 00:00:00.008000 | 10.0.0.10:445 -> 10.0.0.5:50000 | smb1 | NT_CREATE_ANDX | no | 0x000004000000001d | ERRSRV/ERRbadpw',
    ],
    [ENCRYPTED, '8 | 00:00:00.008000 | 10.0.0.5:50000 <> 10.0.0.10:445 | transform | - | - | 0x000004000000001d | -'],
    [
      { ...REQUEST, command: 0x99 },
      '8 | 00:00:00.008000 | 10.0.0.5:50000 -> 10.0.0.10:445 | smb2 | 0x99 | no | 0x000004000000001d | -',
    ],
  ])('as a table say who sent what to whom: %#', (row, line) => {
    expect(tableOf(row)).toEqual([line])
  })
})
