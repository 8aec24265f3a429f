import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { audit, auditSteps } from '../../src/audit/audit.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { type PlainLedger, plainLedger } from '../../src/ledger/ledger.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { hostRecords } from '../../src/report/records/host.ts'
import type { ReadPosition } from '../../src/track/partial-ledger.ts'
import type { SmbTracker } from '../../src/track/smb/smb-tracker.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { some } from '../support/cases.ts'
import { type CollectedFrame, collector } from '../support/frames.ts'

const FOLDER = fileURLToPath(new URL('../../captures/', import.meta.url))
const SAMPLES = readdirSync(FOLDER).filter((name) => /\.pcapng$|\.pcap$/.test(name))

interface Sample {
  frames: CollectedFrame[]
  summary: CaptureSummary
}

async function load(name: string): Promise<Sample> {
  const collected = collector()
  const summary = await readCapture(FOLDER + name, collected)
  return { frames: collected.frames, summary }
}

function track({ frames, summary }: Sample, before: (tracker: Tracker) => void, limits = {}): PlainLedger {
  const tracker = new Tracker('test.pcap', { limits })
  frames.forEach(({ data, original, linkType, time }, i) => {
    before(tracker)
    tracker.frame(data, 0, data.length, Math.max(original, data.length), linkType, time, i + 1)
  })
  return plainLedger(tracker.finish(summary))
}

/** After every segment of SMB, every session that may sleep does so. */
function restless(tracker: Tracker): void {
  const { tables } = tracker['context']
  tables.sessions.plainRows = tables.connections.plainRows = 0
  for (const smb of tracker['streamTrackers'] as SmbTracker[]) {
    const sessions = smb['sessions']
    sessions.sweepAt = 0
    sessions['sweptFrame'] = Number.POSITIVE_INFINITY
  }
}

const idle = () => {}

describe.each(some(SAMPLES))('%s', (name) => {
  it('has the same facts whenever sessions sleep', async () => {
    const sample = await load(name)
    expect(track(sample, restless)).toEqual(track(sample, idle))
  })

  it('has the same facts if a partial ledger is made after every frame, and those contained all of them', async () => {
    const sample = await load(name)
    const reported = new Map<string, unknown>()
    let position: ReadPosition | null = null
    let last: string[] = []
    const ledger = track(sample, (tracker) => {
      restless(tracker)
      const partial = tracker.partialLedger(position)
      const { sessions } = partial.changes
      position = partial.position
      if (sessions.restarted) reported.clear()
      for (const session of sessions.settled) reported.set(session.id, session)
      for (const session of sessions.open) reported.set(session.id, session)
      const ids = (facts: Iterable<{ id: string }>) => [...facts].map(({ id }) => id)
      last = ids(partial.ledger.sessions)
      expect(partial.ledger.sessions.length).toBe(last.length)
      for (const id of last) expect(reported.has(id)).toBe(true)
      const connections = new Set(ids(partial.ledger.connections))
      for (const { connection } of partial.ledger.sessions) expect(connections.has(connection)).toBe(true)
    })
    expect(ledger).toEqual(track(sample, idle))
  })
})

it('has no facts of sessions that had to make room', async () => {
  const sample = await load('guest-fallback.pcap')
  const limits = { sessions: 1 }
  const { sessions } = track(sample, restless, limits)
  expect(sessions).toEqual(track(sample, idle, limits).sessions)
  expect(sessions.length).toBe(1)
})

it('stores nothing more when the ledger has reached its size limit', async () => {
  const sample = await load('guest-fallback.pcap')
  const all = track(sample, restless)
  expect(all.captures[0]!.limits).toEqual({})
  const some = track(sample, restless, { ledgerBytes: 300 })
  const lost = some.captures[0]!.limits['ledger-bytes']!
  expect(lost).toBeGreaterThan(0)
  expect(some.captures[0]!.warnings.map(({ code }) => code)).toContain('limit-ledger-bytes')
  const size = ({ sessions }: PlainLedger) => sessions.reduce((sum, s) => sum + 1 + s.trees.length + s.logons.length, 0)
  expect(some.sessions.length).toBeGreaterThan(0)
  expect(size(some)).toBeLessThan(size(all))
  expect(track(sample, restless, { ledgerBytes: 0 }).sessions).toEqual([])
})

it('gives the same audit in steps as at once, and the same hosts packed or plain', async () => {
  const { frames, summary } = await load('guest-fallback.pcap')
  const tracker = new Tracker('test.pcap')
  frames.forEach(({ data, original, linkType, time }, i) => {
    tracker.frame(data, 0, data.length, Math.max(original, data.length), linkType, time, i + 1)
  })
  const ledger = tracker.finish(summary)
  const policy = defaultPolicy(createNetworks())
  const steps = auditSteps(ledger, { policy })
  let rests = 0
  let step = steps.next()
  for (; !step.done; step = steps.next()) rests++
  expect(rests).toBeGreaterThan(14)
  expect([...step.value]).toEqual(audit(plainLedger(ledger), { policy }))
  expect(step.value.length).toBeGreaterThan(0)
  expect([...hostRecords(ledger, policy.networks)]).toEqual([...hostRecords(plainLedger(ledger), policy.networks)])
})
