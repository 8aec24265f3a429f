import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { auditList } from '../../src/audit/audit.ts'
import type { Severity } from '../../src/audit/rule/rule.ts'
import { RULES } from '../../src/audit/rules/index.ts'
import { readCaptureStream } from '../../src/capture/read/read-capture.ts'
import { PcapngWriter } from '../../src/capture/write/pcapng-writer.ts'
import { LiveTracker } from '../../src/live/live-tracker.ts'
import type { PacketStore } from '../../src/live/packet-intake.ts'
import { type LiveRecord, RecordStream } from '../../src/live/record-stream.ts'
import { defaultPolicy } from '../../src/policy/default-policy.ts'
import { createNetworks } from '../../src/policy/networks.ts'
import { type ScanRecord, scanRecords } from '../../src/report/records/index.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { some } from '../support/cases.ts'
import { schemaErrors } from '../support/schema.ts'

const NAME = 'eth0'
const policy = defaultPolicy(createNetworks())
const SAMPLES = readdirSync('captures').filter((name) => /\.(pcap|pcapng)(\.gz)?$/.test(name))

describe('what a live capture reports', () => {
  it.each(some(SAMPLES))('%s: is in the end what a scan of the packets it saved reports', async (sample) => {
    const kept = keptPackets()
    const live = await watched(`captures/${sample}`, kept)
    expect(Object.fromEntries(lastOfEach(live))).toEqual(Object.fromEntries(await scanned(kept.bytes())))
    expect(live.at(-1)).toMatchObject({ type: 'summary' })
    for (const record of live) expect(schemaErrors('record', JSON.parse(JSON.stringify(record)))).toEqual([])
  })

  it('comes during the traffic, not only at its end', async () => {
    const records = await watched('captures/smb311-signed.pcap', null)
    const beats = records.findIndex(({ type }) => type === 'heartbeat')
    expect(records.slice(0, beats).map(({ type }) => type)).toContain('session')
  })

  it('is reported once if nothing changes', async () => {
    const { live, stream } = streamOf(null)
    await live.read(0, createReadStream('captures/guest-explicit.pcap'), new AbortController().signal)
    expect([...stream.changes()].length).toBeGreaterThan(0)
    expect([...stream.changes()]).toEqual([])
    expect([...stream.heartbeat(null)].map(({ type }) => type)).toEqual(['heartbeat'])
  })

  it('says that loss is not known if nothing counts it', async () => {
    const records = await watched('captures/guest-explicit.pcap', null)
    const beat = records.find((record) => record.type === 'heartbeat')
    expect(beat).toMatchObject({
      loss: [{ interface: NAME, received: null, droppedByKernel: null, droppedByInterface: null }],
    })
  })

  it('counts the findings that are not severe enough to be reported', async () => {
    const { live, stream } = streamOf(null, { minSeverity: 'high' })
    await live.read(0, createReadStream('captures/guest-silent-mapping.pcap'), new AbortController().signal)
    const records = [...stream.finish(null)]
    const told = records.flatMap((record) => (record.type === 'finding' ? [record.severity] : []))
    expect(told).toEqual(['high'])
    expect(records.at(-1)).toMatchObject({ type: 'summary', findings: { high: 1, medium: 0 }, findingsHidden: 1 })
  })

  it('stops at the packet that was asked for', async () => {
    let called = 0
    const { live, stream } = streamOf(null, { count: 5, onCount: () => called++ })
    await live.read(0, createReadStream('captures/guest-explicit.pcap'), new AbortController().signal)
    expect([...stream.finish(null)].at(-1)).toMatchObject({ packets: 5 })
    expect(called).toBe(1)
  })

  it('reports an interface that disappears and comes back', async () => {
    const { live, stream } = streamOf(null)
    live.interfaceDown(0, 'the interface went down')
    expect([...stream.heartbeat(null)].at(-1)).toMatchObject({
      loss: [{ state: 'down' }],
      warnings: [{ code: 'interface-down' }],
    })
    live.interfaceUp(0)
    expect([...stream.heartbeat(null)].at(-1)).toMatchObject({
      loss: [{ state: 'up' }],
      warnings: [{ code: 'interface-up' }],
    })
  })

  it('gives a stream that is cut its warning and what came before', async () => {
    const whole = readFileSync('captures/guest-explicit.pcap')
    const { live, stream } = streamOf(null)
    await live.read(0, Readable.from([whole.subarray(0, whole.length - 7)]), new AbortController().signal)
    const records = [...stream.finish(null)]
    expect(live.damaged).toBe(true)
    expect(records.map(({ type }) => type)).toContain('session')
    expect(records.find(({ type }) => type === 'capture')).toMatchObject({ complete: false })
  })
})

function streamOf(
  store: PacketStore | null,
  more: { count?: number; onCount?: () => void; minSeverity?: Severity } = {},
) {
  const live = new LiveTracker({
    interfaces: [NAME],
    limits: {},
    stores: store === null ? [] : [store],
    count: more.count ?? null,
    onCount: more.onCount ?? (() => {}),
  })
  return { live, stream: new RecordStream(live, { rules: RULES, policy, minSeverity: more.minSeverity ?? null }) }
}

/** All records, with a look at every few kilobytes of the capture. */
async function watched(path: string, files: PacketStore | null): Promise<LiveRecord[]> {
  const records: LiveRecord[] = []
  const { live, stream } = streamOf(files)
  async function* chunks() {
    for await (const chunk of createReadStream(path, { highWaterMark: 2048 })) {
      yield chunk
      records.push(...stream.changes())
    }
  }
  await live.read(0, Readable.from(chunks()), new AbortController().signal)
  records.push(...stream.finish(null))
  return records
}

async function scanned(bytes: Uint8Array): Promise<Map<string, object>> {
  const tracker = new Tracker(NAME)
  const ledger = tracker.finish(await readCaptureStream(Readable.from([bytes]), NAME, tracker))
  const findings = auditList(ledger, { policy })
  const report = { ledger, policy, findings, findingsHidden: 0, inputsUnread: 0, rules: RULES, durationMs: 0 }
  return lastOfEach([...scanRecords(report)])
}

function lastOfEach(records: readonly (LiveRecord | ScanRecord)[]): Map<string, object> {
  const last = new Map<string, object>()
  for (const record of records) {
    if (record.type === 'host') last.set(`host ${record.ip}`, record)
    else if (record.type === 'withdrawal') last.delete(record.id)
    else if ('id' in record) last.set(record.id, record)
  }
  return new Map([...last].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function keptPackets(): PacketStore & { bytes(): Uint8Array } {
  const chunks: Uint8Array[] = []
  const writer = new PcapngWriter({ write: (bytes) => chunks.push(bytes.slice()) })
  const interfaces = new Map<number, number>()
  return {
    packet(bytes, start, captured, original, linkType, time) {
      if (!interfaces.has(linkType)) interfaces.set(linkType, writer.addInterface({ linkType }))
      writer.packet({ interface: interfaces.get(linkType)!, bytes, start, captured, original, time })
    },
    bytes() {
      writer.flush()
      return Buffer.concat(chunks)
    },
  }
}
