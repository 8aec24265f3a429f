import { expect, it } from 'vitest'
import { KnownSessions } from '../../src/track/smb/state/known-sessions.ts'
import type { LiveSession } from '../../src/track/smb/state/live-session.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { conversation, feed, packet, smb2, type Turn } from '../support/conversation.ts'
import { DESCRIPTION } from '../support/tracked.ts'

const STATUS_LOGON_FAILURE = 0xc000006d

/** Setups that a server refuses, all with one id, in one segment: each makes its own session. */
function refusals(count: number): Turn {
  const one = packet(
    smb2({ command: 1, sessionId: 0x77, response: true, status: STATUS_LOGON_FAILURE, body: new Uint8Array(8) }),
  )
  const payload = new Uint8Array(one.length * count)
  for (let i = 0; i < count; i++) payload.set(one, i * one.length)
  return { from: 'server', payload }
}

function sessionIds(turns: Turn[]): string[] {
  const tracker = new Tracker('test.pcap')
  feed(tracker, conversation(turns, { segmentSize: 65_000 }))
  return [...tracker.finish(DESCRIPTION).sessions].map(({ id }) => id)
}

it('gives sessions of one id in one frame different names, by marks and then by numbers', () => {
  const [id, ...others] = sessionIds([refusals(20)])
  expect(id).toMatch(/\/s3-0x0000000000000077$/)
  const marks = Array.from({ length: 16 }, (_, i) => '~'.repeat(i + 1))
  expect(others).toEqual([...marks, '~17', '~18', '~19'].map((mark) => `${id}${mark}`))
})

it('names them in the same way when they are packed, and with ids that do not grow with their number', () => {
  const ids = sessionIds(Array.from({ length: 6 }, () => refusals(700)))
  expect(new Set(ids).size).toBe(4200)
  for (const frame of [3, 5, 8]) expect(ids.filter((id) => id.includes(`/s${frame}-`))).toHaveLength(700)
  expect(Math.max(...ids.map((id) => id.length)) - Math.min(...ids.map((id) => id.length))).toBe(16)
})

it('finds the newest session of an id, among few and among many', () => {
  const known = new KnownSessions()
  const live = (low: number, high: number) => ({ idLow: low, idHigh: high }) as LiveSession
  const all: LiveSession[] = []
  for (let i = 0; i < 500; i++) {
    // Every fourth id comes twice.
    const session = live(i - (i % 4 === 3 ? 1 : 0), 5)
    all.push(session)
    known.add(session)
    for (const each of all) {
      const newest = all.findLast((s) => s.idLow === each.idLow)
      if (i < 20 || i === 499) expect(known.find(each.idLow, 5)).toBe(newest)
    }
  }
  expect(known.find(1, 6)).toBeNull()
  expect(known.find(999, 5)).toBeNull()
  known.delete(all[3]!)
  expect(known.find(2, 5)).toBe(all[2])
  known.deleteOldest()
  expect(known.find(0, 5)).toBeNull()
  expect([...known]).toEqual(all.filter((_, i) => i !== 0 && i !== 3))
  known.delete(live(1, 5))
  expect(known.size).toBe(498)
})
