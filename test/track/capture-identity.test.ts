import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readCapture, readCaptureStream } from '../../src/capture/read/read-capture.ts'
import { Tracker } from '../../src/track/tracker.ts'
import { conversation, feed, packet, smb2 } from '../support/conversation.ts'
import { pcapFile, pcapngFile } from '../support/pcap-builder.ts'

const folder = mkdtempSync(join(tmpdir(), 'smblens-identity-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function identity(bytes: Uint8Array, name = 'a.pcap'): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  const tracker = new Tracker('a.pcap')
  const { captures } = tracker.finish(await readCapture(path, tracker))
  return captures[0]!.captureId
}

const frames = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    data: new Uint8Array(60).fill(i & 255),
    time: 1_700_000_000_000_000 + i * 10,
  }))

describe('the identity of a capture', () => {
  const sample = readFileSync(new URL('../../captures/smb311-signed.pcap', import.meta.url))

  it('is the same under another name, compressed, in pieces and in every run', async () => {
    const id = await identity(sample)
    expect(id).toMatch(/^[0-9a-f]{16}$/)
    expect(await identity(sample, 'b')).toBe(id)
    expect(await identity(gzipSync(sample), 'c.gz')).toBe(id)
    const tracker = new Tracker('-')
    const pieces = Readable.from([sample.subarray(0, 31), sample.subarray(31, 900), sample.subarray(900)])
    const { captures } = tracker.finish(await readCaptureStream(pieces, '-', tracker))
    expect(captures[0]!.captureId).toBe(id)
  })

  it('is that of the packets, in any file format', async () => {
    const packets = frames(20)
    expect(await identity(pcapFile({ packets }))).toBe(await identity(pcapngFile({ packets })))
  })

  it('changes with a packet, its time or its length', async () => {
    const packets = frames(20)
    const ids = [packets, packets.slice(1), packets.slice(0, 19), [...packets, ...frames(1)]]
    const changed = structuredClone(packets)
    changed[19]!.data[59]! ^= 1
    const later = structuredClone(packets)
    later[3]!.time++
    const all = await Promise.all(
      [...ids, changed, later, []].map((p, i) => identity(pcapFile({ packets: p }), `${i}`)),
    )
    expect(new Set(all).size).toBe(7)
  })

  it('stays when a file of more than 256 packets grows, or is cut', async () => {
    const id = await identity(pcapFile({ packets: frames(256) }))
    expect(await identity(pcapFile({ packets: frames(300) }))).toBe(id)
    expect(await identity(pcapFile({ packets: frames(255) }))).not.toBe(id)
  })

  it('is in every connection and session once it is known, and not before', () => {
    const tracker = new Tracker('a.pcap')
    const exchange = { from: 'client' as const, payload: packet(smb2({ command: 5, sessionId: 1 })) }
    feed(tracker, conversation(Array.from({ length: 300 }, () => exchange)))
    for (const { captureId } of tracker.partialLedger().ledger.connections) expect(captureId).toBe('')
    const description = { format: 'pcap' as const, compression: null, linkTypes: [], packets: 0, bytes: 0 }
    const rest = { firstTime: null, lastTime: null, complete: true, warnings: [] }
    const { captures, connections, sessions } = tracker.finish({ ...description, ...rest })
    const id = captures[0]!.captureId
    expect([...connections].map((c) => c.captureId)).toEqual([id])
    expect([...sessions].map((s) => s.captureId)).toEqual([id])
  })
})
