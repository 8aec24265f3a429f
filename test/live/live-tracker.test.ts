import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { readCapture } from '../../src/capture/read/read-capture.ts'
import { LiveTracker } from '../../src/live/live-tracker.ts'

const MINUTE = 60_000_000
/** Its client says goodbye neither to the share nor to the server: the connection stays open. */
const OPEN = 'captures/client-only.pcap'

let real = 0
function tracker(interfaces: readonly string[]): LiveTracker {
  vi.spyOn(performance, 'now').mockImplementation(() => real / 1000)
  return new LiveTracker({ interfaces, limits: {}, stores: [], count: null, onCount: () => {} })
}
afterEach(() => void vi.restoreAllMocks())
// Modules note when they last let the event loop run: those that saw this clock are of no use to the files that follow in the same process.
afterAll(() => void vi.resetModules())

/** A sample, as if captured this many microseconds later, over one second. */
async function pass(live: LiveTracker, path: string, later: number): Promise<void> {
  const sink = live.intake.from(0, 'eth0')
  await readCapture(path, {
    frame(bytes, start, captured, original, linkType, time, number) {
      sink.frame(bytes, start, captured, original, linkType, time + later, number)
    },
  })
  live.age()
}

const open = (live: LiveTracker) => live.tracker.partialLedger().changes.connections.open.map(({ id }) => id)

describe('what is idle', () => {
  it('ends after half an hour, by the times of packets', async () => {
    const live = tracker(['eth0'])
    await pass(live, OPEN, 0)
    const [id] = open(live)
    real += 29 * MINUTE
    await pass(live, 'captures/attempts.pcap', 29 * MINUTE)
    expect(open(live)).toContain(id)
    real += 10 * MINUTE
    await pass(live, 'captures/attempts.pcap', 39 * MINUTE)
    expect(open(live)).not.toContain(id)
    expect([...live.tracker.partialLedger().ledger.connections].map((c) => c.id)).toContain(id)
    expect(live.warnings).toEqual([])
  })

  it('is not ended by a clock that jumps ahead, but half an hour later', async () => {
    const live = tracker(['eth0'])
    await pass(live, OPEN, 0)
    const [id] = open(live)
    real += MINUTE
    await pass(live, 'captures/attempts.pcap', 24 * 60 * MINUTE)
    expect(live.warnings).toMatchObject([{ code: 'clock-step' }])
    expect(open(live)).toContain(id)
    real += 31 * MINUTE
    await pass(live, 'captures/attempts.pcap', (24 * 60 + 31) * MINUTE)
    expect(open(live)).not.toContain(id)
  })

  it('is ended half an hour after a clock was set back, from any time in the future', async () => {
    const live = tracker(['eth0'])
    await pass(live, OPEN, 0)
    const [id] = open(live)
    real += MINUTE
    await pass(live, 'captures/attempts.pcap', -24 * 60 * MINUTE)
    expect(live.warnings).toMatchObject([{ code: 'clock-step' }])
    expect(open(live)).toContain(id)
    real += 31 * MINUTE
    await pass(live, 'captures/attempts.pcap', (31 - 24 * 60) * MINUTE)
    expect(open(live)).not.toContain(id)
  })
})
