import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createNetworks, defaultPolicy, RULES } from '../../src/index.ts'
import { openSpool, type Spool } from '../../src/live/spool.ts'
import { inspectEvidence } from '../../src/view/inspect-evidence.ts'
import { LiveFeed } from '../../src/view/live-feed.ts'
import { ViewStore } from '../../src/view/store.ts'
import { SAMPLES, scanSample } from '../golden/records.ts'
import { some } from '../support/cases.ts'

const STOP = new AbortController().signal
const LOSS = [
  {
    interface: 'eth0',
    received: 10,
    droppedByKernel: 2,
    droppedByInterface: 0,
    atLeast: false,
    countsAll: true,
    from: 'tcpdump',
  },
]
let spool: Spool
afterEach(() => spool.close())

function liveFeed(): { store: ViewStore; feed: LiveFeed } {
  const store = new ViewStore()
  spool = openSpool('smblens')
  const feed = new LiveFeed(store, {
    interfaces: ['eth0'],
    policy: defaultPolicy(createNetworks()),
    rules: RULES,
    limits: {},
    spool,
    stores: [],
    count: null,
    onCount: () => {},
  })
  return { store, feed }
}

describe('what is shown of a live capture', () => {
  it.each(some(SAMPLES))('%s: ends with what a scan reports', async (sample) => {
    const { store, feed } = liveFeed()
    async function* chunks() {
      for await (const chunk of createReadStream(`captures/${sample}`, { highWaterMark: 4096 })) {
        yield chunk
        await feed.update()
      }
    }
    await feed.live.read(0, Readable.from(chunks()), STOP)
    await feed.end(LOSS)
    const { findings, sessions, hosts, captures, reading } = store.snapshot()
    const records = await scanSample(sample)
    const of = <T extends string>(type: T) => records.filter((record) => record.type === type)
    expect([...findings].map(({ rule, severity, count }) => ({ rule, severity, count })).sort(inText)).toEqual(
      of('finding')
        .map((record) => record as unknown as Record<'rule' | 'severity' | 'count', unknown>)
        .map(({ rule, severity, count }) => ({ rule, severity, count }))
        .sort(inText),
    )
    expect(sessions.length).toBe(of('session').length)
    expect(hosts.length).toBe(of('host').length)
    expect(captures).toMatchObject([{ path: 'eth0' }])
    expect(reading).toMatchObject({ done: true, live: { loss: [{ droppedByKernel: 2, source: 'tcpdump' }] } })
  })

  it('waits with packets while a picture is made of those before', async () => {
    const { feed } = liveFeed()
    await feed.live.read(0, createReadStream('captures/guest-explicit.pcap'), STOP)
    const { packets } = feed.live.intake
    const picture = feed.update()
    const reading = feed.live.read(0, createReadStream('captures/smb311-signed.pcap'), STOP)
    await new Promise((resolve) => setImmediate(resolve))
    expect(feed.live.intake.packets).toBe(packets)
    await picture
    await reading
    expect(feed.live.intake.packets).toBeGreaterThan(packets)
  })

  it('can be read again: the frame that a finding cites', async () => {
    const { store, feed } = liveFeed()
    await feed.live.read(0, createReadStream('captures/guest-explicit.pcap'), STOP)
    await feed.update()
    const row = [...store.snapshot().findings].find(({ rule }) => rule === 'guest-session')
    const finding = feed.pictures.details.finding(row!.id)!
    const [evidence] = finding.evidence
    const citation = { capture: 'eth0', frame: evidence!.frame, field: evidence!.field }
    const view = await inspectEvidence(citation, { read: feed.readFrames, limits: {}, signal: STOP })
    expect(view.state === 'ready' && view.fields.some(({ deciding }) => deciding)).toBe(true)
    const message = store.snapshot().messages.at(0)!
    expect(feed.pictures.messageOf(message)).toMatchObject({ frame: message.frame })
  })

  it('reports the rate and the loss, and that the loss is unknown', async () => {
    const { store, feed } = liveFeed()
    expect(store.snapshot().reading.live).toMatchObject({ packets: 0, loss: [{ droppedByKernel: null }] })
    await feed.live.read(0, createReadStream('captures/guest-explicit.pcap'), STOP)
    feed.heartbeat(LOSS)
    const { live } = store.snapshot().reading
    expect(live?.rate).toBeGreaterThan(0)
    expect(live?.loss).toMatchObject([{ received: 10, droppedByKernel: 2 }])
  })
})

function inText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}
