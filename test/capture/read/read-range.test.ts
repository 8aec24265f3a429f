import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CaptureError } from '../../../src/capture/capture-error.ts'
import { createFrameIndex, type FrameIndex } from '../../../src/capture/read/frame-index.ts'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { type RangeSink, readCaptureRange } from '../../../src/capture/read/read-range.ts'
import { type CollectedFrame, collector, temporaryFolder } from '../../support/frames.ts'
import {
  type BuilderPacket,
  concat,
  type Endian,
  pcapFile,
  pcapngFile,
  pcapngSection,
  simplePacketBlock,
} from '../../support/pcap-builder.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const PACKETS: BuilderPacket[] = Array.from({ length: 9000 }, (_, i) => ({
  data: new Uint8Array(1 + ((i * 7919) % 1500)).fill(i),
  nanoseconds: i % 1000,
  original: 2000,
}))

interface RangeFrame extends CollectedFrame {
  nanoseconds: number
}

function rangeCollector(): RangeSink & { frames: RangeFrame[] } {
  const frames: RangeFrame[] = []
  return {
    frames,
    frame(bytes, start, captured, original, linkType, time, number, nanoseconds) {
      frames.push({ data: bytes.slice(start, start + captured), original, linkType, time, number, nanoseconds })
    },
  }
}

/** Nine thousand arrays take long to compare. */
function inShort(frames: readonly CollectedFrame[]): string {
  return frames
    .map((f) => `${f.number} ${f.time} ${f.linkType} ${f.original} ${f.data.length} ${f.data[0]} ${f.data.at(-1)}`)
    .join('\n')
}

async function whole(path: string): Promise<{ index: FrameIndex; frames: CollectedFrame[] }> {
  const index = createFrameIndex()
  const sink = collector()
  await readCapture(path, sink, { index })
  return { index, frames: sink.frames }
}

async function code(reading: Promise<unknown>): Promise<string | null> {
  const error = await reading.then(
    () => null,
    (e: unknown) => e,
  )
  return error instanceof CaptureError ? error.code : null
}

function sections(endian: Endian): Uint8Array {
  const fine = { interfaces: [{ linkType: 101, timestampResolution: 9 }, { linkType: 1 }], endian }
  const later = { kind: 'interface', interface: { linkType: 113, timestampResolution: 9 } } as const
  const simple = { kind: 'bytes', bytes: simplePacketBlock(Uint8Array.of(1, 2, 3, 4), 4, endian) } as const
  return concat(
    pcapngSection({ ...fine, packets: PACKETS.slice(0, 3000) }),
    pcapngSection({
      ...fine,
      packets: PACKETS.slice(3000, 6000).map((p) => ({ ...p, interface: 1 })),
      parts: [
        simple,
        later,
        ...PACKETS.slice(6000).map((p) => ({ kind: 'packet', packet: { ...p, interface: 2 } }) as const),
      ],
    }),
  )
}

const FILES: [name: string, bytes: Uint8Array][] = [
  ['pcap', pcapFile({ packets: PACKETS })],
  ['big-endian nanosecond pcap', pcapFile({ packets: PACKETS, nanoseconds: true, endian: 'big' })],
  ['pcap of Kuznetzov’s variant', pcapFile({ packets: PACKETS, magic: 0xa1b2cd34 })],
  ['pcapng', pcapngFile({ packets: PACKETS })],
  ['pcapng in sections', sections('little')],
  ['big-endian pcapng in sections', sections('big')],
]

describe.each(FILES)('readCaptureRange in %s', (_name, bytes) => {
  const ranges = [
    [1, 1],
    [1, 9000],
    [700, 705],
    [4500, 4500],
    [2999, 3002],
    [5999, 6004],
    [8990, 9100],
    [9500, 9600],
    [20, 10],
  ] as const

  it.each(['with an index', 'without', 'packed'])('gives the frames of the range, %s', async (how) => {
    const path = folder.write('range', how === 'packed' ? gzipSync(bytes) : bytes)
    const { index, frames } = await whole(path)
    if (how === 'with an index') expect(index.checkpoints.length).toBeGreaterThan(5)
    for (const [from, to] of ranges) {
      const sink = rangeCollector()
      const count = await readCaptureRange(path, sink, { from, to, ...(how === 'without' ? {} : { index }) })
      const expected = frames.filter(({ number }) => number >= from && number <= to)
      expect(inShort(sink.frames)).toBe(inShort(expected))
      expect(count).toBe(expected.length)
    }
  })
})

describe('readCaptureRange', () => {
  const bytes = pcapFile({ packets: PACKETS })

  it('gives the nanoseconds below the microsecond', async () => {
    const path = folder.write('ns', sections('little'))
    const sink = rangeCollector()
    await readCaptureRange(path, sink, { from: 1, to: 9001 })
    const below = sink.frames.map(({ nanoseconds }) => nanoseconds)
    expect(below.slice(0, 3000)).toEqual(PACKETS.slice(0, 3000).map((p) => p.nanoseconds))
    expect(new Set(below.slice(3000, 6001))).toEqual(new Set([0]))
    expect(below.slice(6001)).toEqual(PACKETS.slice(6000).map((p) => p.nanoseconds))
    const pcap = folder.write('ns.pcap', pcapFile({ packets: PACKETS, nanoseconds: true }))
    const other = rangeCollector()
    await readCaptureRange(pcap, other, { from: 1, to: 9000 })
    expect(other.frames.map(({ nanoseconds }) => nanoseconds)).toEqual(PACKETS.map((p) => p.nanoseconds))
  })

  it('reports that a file has changed', async () => {
    const path = folder.write('changed.pcap', bytes)
    const { index } = await whole(path)
    appendFileSync(path, 'x')
    expect(await code(readCaptureRange(path, rangeCollector(), { from: 1, to: 2, index }))).toBe('changed')
    writeFileSync(path, bytes)
    utimesSync(path, 1, 1)
    expect(await code(readCaptureRange(path, rangeCollector(), { from: 1, to: 2, index }))).toBe('changed')
  })

  it('reports it also where only its bytes have changed', async () => {
    const path = folder.write('sly.pcap', bytes)
    utimesSync(path, 1000, 1000)
    const { index } = await whole(path)
    writeFileSync(path, new Uint8Array(bytes.length).fill(0xff))
    utimesSync(path, 1000, 1000)
    expect(await code(readCaptureRange(path, rangeCollector(), { from: 5000, to: 5001, index }))).toBe('changed')
    expect(await code(readCaptureRange(path, rangeCollector(), { from: 1, to: 2, index }))).toBe('not-a-capture')
  })

  it('reports what cannot be read a second time, or at all', async () => {
    const range = { from: 1, to: 2 }
    expect(await code(readCaptureRange('-', rangeCollector(), range))).toBe('not-rereadable')
    expect(await code(readCaptureRange('/dev/null', rangeCollector(), range))).toBe('not-rereadable')
    expect(await code(readCaptureRange(folder.path, rangeCollector(), range))).toBe('is-folder')
    expect(await code(readCaptureRange(`${folder.path}/none`, rangeCollector(), range))).toBe('not-found')
  })

  it('gives the frames that a damaged file has', async () => {
    const path = folder.write('cut.pcap', bytes.subarray(0, 2_000_000))
    const { index, frames } = await whole(path)
    const last = frames.at(-1)!.number
    const sink = rangeCollector()
    expect(await readCaptureRange(path, sink, { from: last - 2, to: last + 5, index })).toBe(3)
  })

  it('ends with the reason of its signal', async () => {
    const path = folder.write('signal.pcap', bytes)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(readCaptureRange(path, rangeCollector(), { from: 1, to: 2, signal })).rejects.toThrow('enough')
  })
})

describe('a frame index', () => {
  it('stays small: every second checkpoint is dropped', async () => {
    const { addCheckpoint, checkpointBefore } = await import('../../../src/capture/read/frame-index.ts')
    const index = createFrameIndex()
    index.file = { path: 'x', size: 1, modified: 1, device: 1, inode: 1 }
    const rest = { format: 'pcap', shared: null, sharedCount: 0 }
    for (let i = 1; i <= 100_000; i++) addCheckpoint(index, { ...rest, position: i << 10, frames: i * 7 })
    expect(index.checkpoints.length).toBeLessThanOrEqual(4096)
    expect(index.checkpoints.length).toBeGreaterThan(1024)
    expect(index.frames).toBe(700_000)
    const found = checkpointBefore(index, 350_000)!
    expect(found.frames).toBeLessThan(350_000)
    expect(350_000 - found.frames).toBeLessThan(700)
    expect(checkpointBefore(index, 1)).toBeNull()
  })

  it('stores few interfaces even if the sections describe many', async () => {
    const described = pcapngSection({
      interfaces: Array.from({ length: 60_000 }, () => ({ linkType: 1 })),
      packets: [],
    })
    const path = folder.write(
      'interfaces',
      concat(...Array.from({ length: 6 }, () => described), pcapngFile({ packets: PACKETS })),
    )
    expect(readFileSync(path).length).toBeGreaterThan(12_000_000)
    const { index, frames } = await whole(path)
    const lists = new Set(index.checkpoints.map(({ shared }) => shared ?? []))
    expect([...lists].reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(65_536)
    const sink = rangeCollector()
    await readCaptureRange(path, sink, { from: 5000, to: 5000, index })
    expect(sink.frames[0]).toMatchObject(frames[4999]!)
  })
})
