import { describe, expect, it } from 'vitest'
import type { SmbMessage } from '../../../src/ledger/smb-message.ts'
import { messageRecord } from '../../../src/report/records/message.ts'
import { at } from '../../support/facts.ts'

describe('message record', () => {
  const row: SmbMessage = {
    frame: 9,
    time: at(9).time,
    client: { ip: '10.0.0.5', port: 50_000 },
    server: { ip: '2001:db8::9', port: 445 },
    family: 'smb2',
    command: 1,
    response: true,
    signed: false,
    status: 0xc0000016,
    sessionIdLow: 0x80000001,
    sessionIdHigh: 0x400,
    treeId: 0,
    length: 200,
  }

  it('writes ids and statuses at their full width', () => {
    expect(messageRecord(row)).toMatchObject({ status: '0xc0000016', sessionId: '0x0000040080000001', treeId: 0 })
  })

  it('has null for what the header does not carry', () => {
    const bare = {
      command: null,
      response: null,
      signed: null,
      status: null,
      sessionIdLow: null,
      sessionIdHigh: null,
      treeId: null,
    }
    expect(messageRecord({ ...row, ...bare, length: null, family: 'compressed' })).toMatchObject({
      length: null,
      sessionId: null,
      status: null,
      treeId: null,
    })
  })
})
