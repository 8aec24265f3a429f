import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import type { Endpoint } from '../../src/ledger/endpoint.ts'
import type { SmbMessage } from '../../src/ledger/smb-message.ts'
import { MessageLog } from '../../src/rows/message-log.ts'
import { MessageLogs } from '../../src/rows/message-logs.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { SAMPLES } from '../golden/records.ts'

const word = fc.integer({ min: 0, max: 0xffffffff })
const seen = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const ENDPOINTS: Endpoint[] = ['10.0.0.1', '10.0.0.2', 'fe80::1'].map((ip, i) => ({ ip, port: 445 + i }) as Endpoint)

const message: fc.Arbitrary<SmbMessage> = fc
  .record({
    frame: word,
    time: fc.integer({ min: 0, max: 4e15 }),
    client: fc.constantFrom(...ENDPOINTS),
    server: fc.constantFrom(...ENDPOINTS),
    family: fc.constantFrom<SmbMessage['family']>('smb1', 'smb2', 'transform', 'compressed'),
    command: seen(fc.integer({ min: 0, max: 0xffff })),
    response: seen(fc.boolean()),
    signed: seen(fc.boolean()),
    status: seen(word),
    session: seen(fc.tuple(word, word)),
    treeId: seen(word),
    length: seen(word),
  })
  .map(({ session, ...row }) => ({ ...row, sessionIdLow: session?.[0] ?? null, sessionIdHigh: session?.[1] ?? null }))

describe('the messages of a capture', () => {
  it('are stored unchanged and in order, up to the limit', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), fc.nat(70), (rows, limit) => {
        const log = new MessageLog('a.pcap', limit)
        for (const row of rows) log.message(row)
        expect(log.length).toBe(Math.min(limit, rows.length))
        expect(log.dropped).toBe(rows.length - log.length)
        for (let i = 0; i < log.length; i++) {
          expect(log.at(i)).toEqual(rows[i])
          const shown = log.row(i)
          expect(shown).toMatchObject({
            number: i,
            capture: 'a.pcap',
            frame: rows[i]?.frame,
            client: rows[i]?.client.ip,
          })
          expect(log.messageOf(shown)).toEqual(rows[i])
          expect(shown.sessionId === null).toBe(rows[i]?.sessionIdLow === null)
        }
      }),
    )
  })

  it('grow beyond the first size, up to the limit', () => {
    const log = new MessageLog('a.pcap', 10_000)
    const row: SmbMessage = fc.sample(message, { numRuns: 1, seed: 1 })[0]!
    for (let frame = 1; frame <= 10_005; frame++) log.message({ ...row, frame })
    expect([log.length, log.dropped]).toEqual([10_000, 5])
    expect([0, 4095, 4096, 9999].map((i) => log.at(i).frame)).toEqual([1, 4096, 4097, 10_000])
  })

  it('of several captures are one list', () => {
    const logs = new MessageLogs()
    const [row] = fc.sample(message, { numRuns: 1, seed: 2 })
    for (const [capture, count] of [
      ['a', 3],
      ['none', 0],
      ['b', 2],
    ] as const) {
      const log = new MessageLog(capture, 2)
      for (let frame = 1; frame <= count; frame++) log.message({ ...row!, frame })
      logs.add(log)
    }
    expect([logs.length, logs.dropped]).toEqual([4, 1])
    const all = Array.from({ length: 4 }, (_, i) => logs.at(i)!)
    expect(all.map(({ capture, frame }) => `${capture}${frame}`)).toEqual(['a1', 'a2', 'b1', 'b2'])
    expect(logs.at(4)).toBeUndefined()
    expect(logs.at(-1)).toBeUndefined()
    for (const each of all) expect(logs.messageOf(each)?.frame).toBe(each.frame)
  })

  it.each(SAMPLES)('%s: are what the tracker emits', async (sample) => {
    const told: SmbMessage[] = []
    const log = new MessageLog('x', 1e6)
    const tracker = new Tracker('x', {
      messages: {
        message(row) {
          told.push(structuredClone(row))
          log.message(row)
        },
      },
    })
    await readCapture(`captures/${sample}`, tracker)
    expect(log.length).toBe(told.length)
    for (let i = 0; i < told.length; i++) expect(log.at(i)).toEqual(told[i])
  })
})
