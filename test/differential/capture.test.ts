/**
 * Our reader compared with two others: pcap-parser, for plain pcap files in microseconds (it reads no others), and Wireshark's, through capinfos.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { parse } from 'pcap-parser'
import { afterAll, describe, expect, it } from 'vitest'
import type { FrameSink } from '../../src/capture/frame-sink.ts'
import { type CaptureSummary, readCapture } from '../../src/capture/read/read-capture.ts'
import { captureFiles, sample } from '../support/captures.ts'
import { type CollectedFrame, collector, temporaryFolder } from '../support/frames.ts'
import { BASE_TIME, type Endian, pcapFile } from '../support/pcap-builder.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const files = captureFiles()
const noCaptures = files.length === 0
const CAPINFOS = 'capinfos'
const noCapinfos = spawnSync(CAPINFOS, ['--version']).status !== 0

/** What pcap-parser reads from a file, in the form of our sink's frames. */
function secondReader(path: string): Promise<CollectedFrame[]> {
  return new Promise((resolve, reject) => {
    const frames: CollectedFrame[] = []
    let linkType = 0
    parse(path)
      .on('globalHeader', (header) => {
        linkType = header.linkLayerType & 0xffff
      })
      .on('packet', ({ header, data }) => {
        frames.push({
          data: Uint8Array.from(data),
          original: Math.max(header.originalLength, data.length),
          linkType,
          time: header.timestampSeconds * 1e6 + header.timestampMicroseconds,
          number: frames.length + 1,
        })
      })
      .on('error', reject)
      .on('end', () => resolve(frames))
  })
}

async function ourReader(path: string): Promise<{ summary: CaptureSummary; frames: CollectedFrame[] }> {
  const sink = collector()
  return { summary: await readCapture(path, sink), frames: sink.frames }
}

function startsWithMicrosecondMagic(path: string): boolean {
  const fd = openSync(path, 'r')
  const magic = Buffer.alloc(4)
  readSync(fd, magic, 0, 4, 0)
  closeSync(fd)
  return ['d4c3b2a1', 'a1b2c3d4'].includes(magic.toString('hex'))
}

describe('beside pcap-parser', () => {
  it.each<Endian>(['little', 'big'])('built files, %s-endian', async (endian) => {
    const packets = Array.from({ length: 300 }, (_, i) => ({
      data: new Uint8Array((i * 37) % 1500).fill(i),
      time: BASE_TIME + i * 999_983,
      original: 1500,
    }))
    const path = folder.write(`${endian}.pcap`, pcapFile({ packets, endian, linkType: 113 }))
    const { frames } = await ourReader(path)
    expect(frames).toHaveLength(300)
    expect(frames).toEqual(await secondReader(path))
  })

  it.skipIf(noCaptures)('outside captures (needs SMBLENS_CAPTURES)', async () => {
    const plain = sample(files, 150).filter(startsWithMicrosecondMagic)
    expect(plain.length).toBeGreaterThan(0)
    for (const path of plain) {
      const { summary, frames } = await ourReader(path)
      // The second reader treats damage as a packet to wait for. It also has the frames before that.
      const others = await secondReader(path)
      expect.soft(frames.length, path).toBe(others.length)
      expect.soft(summary.packets, path).toBe(frames.length)
      for (const [i, frame] of frames.entries()) {
        const other = others[i]!
        if (Buffer.compare(frame.data, other.data) !== 0) expect.fail(`${path}: frame ${frame.number} has other bytes`)
        expect.soft({ ...frame, data: null }, path).toEqual({ ...other, data: null })
      }
    }
  })
})

interface CapinfosFacts {
  packets: number
  firstTime: number | null
  lastTime: number | null
}

/** What capinfos says of each file; files that it cannot read are left out. */
function capinfos(paths: readonly string[]): Map<string, CapinfosFacts> {
  // A table, plain numbers, no header line, quoted: packets, first and last time as seconds.
  const { stdout } = spawnSync(CAPINFOS, ['-T', '-m', '-M', '-r', '-Q', '-c', '-a', '-e', '-S', ...paths], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const facts = new Map<string, CapinfosFacts>()
  for (const line of stdout.split('\n')) {
    const [path, packets, first, last] = line.split('","').map((field) => field.replaceAll('"', ''))
    if (path === undefined || packets === undefined) continue
    facts.set(path, { packets: Number(packets), firstTime: toTime(first), lastTime: toTime(last) })
  }
  return facts
}

/** "1700000000.123456789" or "n/a", to microseconds. */
function toTime(text = 'n/a'): number | null {
  const match = /^(-?\d+)\.(\d{6})/.exec(text)
  return match ? Number(match[1]) * 1e6 + Number(match[2]) : null
}

const nothing: FrameSink = { frame: () => undefined }

describe.skipIf(noCapinfos || noCaptures)('beside capinfos (needs capinfos and SMBLENS_CAPTURES)', () => {
  it('counts the same packets', async () => {
    const some = sample(files, 300)
    const theirs = capinfos(some)
    expect(theirs.size).toBeGreaterThan(some.length * 0.9)
    // Wireshark refuses files of an unknown link type: there is nothing to compare.
    for (const [path, { packets }] of theirs) {
      const ours = await readCapture(path, nothing)
      expect.soft(ours.packets, path).toBe(packets)
    }
  })

  // Only realistic captures: readers differ about the meaning of a time stamp of 0xffffffff microseconds.
  it('finds the same times', async () => {
    const theirs = capinfos(captureFiles('smb'))
    expect(theirs.size).toBeGreaterThan(0)
    for (const [path, facts] of theirs) {
      const { packets, firstTime, lastTime } = await readCapture(path, nothing)
      expect.soft({ packets, firstTime, lastTime }, path).toEqual(facts)
    }
  })
})
