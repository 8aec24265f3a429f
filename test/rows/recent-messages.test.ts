import { describe, expect, it } from 'vitest'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { RecentMessages } from '../../src/rows/recent-messages.ts'

const ends = { client: { ip: '10.0.0.1', port: 50_000 }, server: { ip: '10.0.0.2', port: 445 } }

function message(frame: number): SmbMessage {
  return {
    frame,
    time: frame * 1000,
    ...ends,
    family: 'smb2',
    command: 1,
    response: false,
    signed: true,
    status: null,
    sessionIdLow: 1,
    sessionIdHigh: 0,
    treeId: 0,
    length: 100,
  }
}

describe('the newest messages', () => {
  it('are kept up to the limit, then the older half is dropped', () => {
    const recent = new RecentMessages('eth0', 10)
    const first = 2 ** 33
    for (let i = 0; i < 23; i++) recent.message(message(first + i))
    expect([...recent].map(({ frame }) => frame - first)).toEqual([15, 16, 17, 18, 19, 20, 21, 22])
    expect(recent.length + recent.dropped).toBe(23)
    expect(recent.at(8)).toBe(undefined)
    expect(recent.at(-1)).toBe(undefined)
  })

  it('are found by their rows, as long as they are there', () => {
    const recent = new RecentMessages('eth0', 4)
    for (let i = 1; i <= 3; i++) recent.message(message(i))
    const rows = [...recent]
    expect(rows.map((row) => recent.messageOf(row)?.frame)).toEqual([1, 2, 3])
    expect(recent.messageOf({ ...rows[0]! })).toBe(undefined)
  })
})
