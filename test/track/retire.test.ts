import { createReadStream, readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { IncrementalAudit } from '../../src/audit/incremental-audit.ts'
import { runToEnd } from '../../src/base/steps.ts'
import type { FrameSink } from '../../src/capture/frame-sink.ts'
import { readCaptureStream } from '../../src/capture/read/read-capture.ts'
import { emptyLedger, type Ledger } from '../../src/ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../../src/ledger/smb-facts.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { some } from '../support/cases.ts'

const SAMPLES = readdirSync('captures').filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))
const policy = defaultPolicy(createNetworks())
const FOREVER = Number.POSITIVE_INFINITY
/** In the samples nothing follows the last packet of a connection. */
const STRAGGLERS_US = 50_000

describe('what has ended leaves the tracker', () => {
  it.each(some(SAMPLES))('%s: nothing is lost, and nothing comes twice', async (sample) => {
    const whole = await tracked(sample, () => {})
    const parts: Ledger[] = []
    const rest = await tracked(sample, (tracker, now) => {
      tracker.expire({ open: 0, closed: now - STRAGGLERS_US, future: FOREVER })
      const over = tracker.retire(0)
      if (over !== null) parts.push(over)
    })
    const connections = [...parts, rest].flatMap((part): ConnectionFacts[] => [...part.connections])
    const sessions = [...parts, rest].flatMap((part): SessionFacts[] => [...part.sessions])
    expect(connections.sort(byId)).toEqual([...whole.connections].sort(byId))
    expect(sessions.sort(byId)).toEqual([...whole.sessions].sort(byId))
  })

  it.each(some(SAMPLES))('%s: its findings are the same', async (sample) => {
    const whole = await tracked(sample, () => {})
    const running = new IncrementalAudit({ policy })
    const rest = await tracked(sample, (tracker, now) => {
      tracker.expire({ open: 0, closed: now - STRAGGLERS_US, future: FOREVER })
      const over = tracker.retire(0)
      if (over !== null) running.settle(over)
    })
    const findings = [...runToEnd(running.findings(rest, true))]
    expect(findings).toEqual(audit(whole, { policy }))
  })

  it('keeps the requested number', async () => {
    const tracker = new Tracker('many', { identity: false })
    await readCaptureStream(createReadStream('captures/hostile-names.pcapng'), 'many', tracker)
    tracker.expire({ open: FOREVER, closed: FOREVER, future: FOREVER })
    const all = tracker.partialLedger().ledger.connections.length
    // Sessions that were used since the last call stay, with their connections.
    expect(tracker.retire(10)).toBe(null)
    const over = tracker.retire(10)
    expect(over?.connections.length).toBe(all - 10)
    expect(tracker.partialLedger().ledger.connections.length).toBe(10)
    expect(tracker.retire(10)).toBe(null)
  })
})

describe('findings that are settled', () => {
  it('are forgotten, the oldest first, when they are too many', async () => {
    const tracker = new Tracker('many', { identity: false })
    const summary = await readCaptureStream(createReadStream('captures/hostile-names.pcapng'), 'many', tracker)
    const running = new IncrementalAudit({ policy }, 100)
    running.settle(tracker.finish(summary))
    const left = [...runToEnd(running.findings(emptyLedger(), true))]
    expect(left.length).toBe(75)
    expect(running.forgotten).toBeGreaterThan(0)
  })
})

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}

async function tracked(sample: string, between: (tracker: Tracker, now: number) => void): Promise<Ledger> {
  const tracker = new Tracker('eth0', { identity: false })
  let now = 0
  const sink: FrameSink = {
    frame(bytes, start, captured, original, linkType, time, number) {
      now = time
      tracker.frame(bytes, start, captured, original, linkType, time, number)
    },
  }
  async function* chunks() {
    for await (const chunk of createReadStream(`captures/${sample}`, { highWaterMark: 1024 })) {
      yield chunk
      between(tracker, now)
    }
  }
  return tracker.finish(await readCaptureStream(Readable.from(chunks()), 'eth0', sink))
}
