import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { createFrameIndex } from '../../../src/capture/read/frame-index.ts'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { readCaptureRange } from '../../../src/capture/read/read-range.ts'
import { type CollectedFrame, collector, readBytes, temporaryFolder } from '../../support/frames.ts'
import { BASE_TIME, concat, pcapFile, pcapngFile, simplePacketBlock } from '../../support/pcap-builder.ts'
import { hasProgram, ROOT } from '../../support/smblens.ts'

const MERGECAP = 'mergecap'
const folder = temporaryFolder()
afterAll(folder.remove)

const packets = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), new Uint8Array(70).fill(5)]
const FILES: [what: string, bytes: Uint8Array, linkType: number][] = [
  ['pcap', pcapFile({ packets }), 1],
  ['big-endian pcap', pcapFile({ packets, endian: 'big' }), 1],
  ['nanosecond pcap', pcapFile({ packets, nanoseconds: true, linkType: 101 }), 101],
  ['big-endian nanosecond pcap', pcapFile({ packets, nanoseconds: true, endian: 'big', snapLength: 96 }), 1],
  ["Kuznetzov's pcap", pcapFile({ packets, magic: 0xa1b2cd34, linkType: 113 }), 113],
  ['empty pcap', pcapFile({ packets: [] }), 1],
  ['pcapng', pcapngFile({ packets }), 1],
  ['big-endian pcapng', pcapngFile({ packets, endian: 'big', linkType: 101 }), 101],
]
const PAIRS = FILES.flatMap((first) => FILES.map((second) => ({ first, second })))

const everyByte = (bytes: Uint8Array) => Array.from(bytes, (_, i) => i + 1)
const numbered = (frames: readonly CollectedFrame[], from: number) =>
  frames.map((frame, i) => ({ ...frame, number: from + i }))

describe('captures that were joined with cat', () => {
  it.each(PAIRS)('$second.0 behind $first.0 is read, and its frame numbers continue', async ({ first, second }) => {
    const parts = [await readBytes(first[1]), await readBytes(second[1])]
    const count = parts[0]!.frames.length
    const joined = concat(first[1], second[1])
    const { summary, frames } = await readBytes(joined)
    expect(frames).toEqual([...parts[0]!.frames, ...numbered(parts[1]!.frames, count + 1)])
    expect(summary).toMatchObject({
      format: first[0].includes('pcapng') ? 'pcapng' : 'pcap',
      packets: frames.length,
      bytes: parts[0]!.summary.bytes + parts[1]!.summary.bytes,
      complete: true,
    })
    // Sections of pcapng may follow one another.
    const sections = first[0].includes('pcapng') && second[0].includes('pcapng')
    expect(summary.warnings.map(({ code }) => code)).toEqual(sections ? [] : ['joined-captures'])
    if (!sections) {
      expect(summary.warnings[0]?.message).toContain(`at byte ${first[1].length}:`)
      expect(summary.warnings[0]?.message).toContain('mergecap -a')
      expect(summary.warnings[0]?.frame).toBe(count === 0 ? null : count)
    }
    expect(await readBytes(joined, everyByte(joined))).toEqual({ summary, frames })
    expect(await readBytes(concat(gzipSync(first[1]), gzipSync(second[1])))).toEqual({
      frames,
      summary: { ...summary, compression: 'gzip' },
    })
  })

  it('are counted in one warning', async () => {
    const { summary, frames } = await readBytes(concat(...FILES.slice(0, 6).map(([, bytes]) => bytes)))
    expect(frames).toHaveLength(15)
    expect(frames.map((frame) => frame.number)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1))
    expect(summary.linkTypes).toEqual(['ethernet', 'raw-ip', 'linux-sll'])
    expect(summary.warnings).toHaveLength(1)
    expect(summary.warnings[0]?.message).toMatch(/, and 4 more behind it: all were read/)
  })

  it('may end in half a header, or damage', async () => {
    const pcap = FILES[0]![1]
    const cut = await readBytes(concat(pcap, pcap.subarray(0, 20)))
    expect(cut.frames).toHaveLength(3)
    expect(cut.summary).toMatchObject({ complete: false })
    expect(cut.summary.warnings.at(-1)).toMatchObject({ code: 'truncated-record', frame: 3 })
    const garbage = await readBytes(concat(pcap, pcap, new Uint8Array(40).fill(0xee)))
    expect(garbage.frames).toHaveLength(6)
    expect(garbage.summary.warnings.at(-1)?.message).toContain(`at byte ${2 * pcap.length};`)
  })

  it('can be read again from any frame', async () => {
    const files = [0, 2, 6, 1, 4].map((i) => FILES[i]![1])
    const path = folder.write('joined.pcap', concat(...files))
    const index = createFrameIndex()
    const all = collector()
    await readCapture(path, all, { index })
    for (let from = 1; from <= all.frames.length; from++) {
      const some = collector()
      expect(await readCaptureRange(path, some, { from, to: from + 4, index })).toBe(Math.min(5, 16 - from))
      expect(some.frames).toEqual(all.frames.slice(from - 1, from + 4))
    }
  })

  it.skipIf(!hasProgram(MERGECAP))(
    'have the numbers of mergecap -a, as the warning says (needs mergecap)',
    async () => {
      const sample = (name: string) => readFileSync(join(ROOT, 'captures', name))
      const parts = [sample('smb311-signed.pcap'), sample('outbound.pcap')]
      const joined = await readBytes(concat(...parts))
      const cut = Number(/head -c (\d+)/.exec(joined.summary.warnings[0]!.message)?.[1])
      expect(cut).toBe(parts[0]!.length)
      const paths = parts.map((bytes, i) => folder.write(`part-${i}.pcap`, bytes))
      const merged = join(folder.path, 'merged.pcapng')
      execFileSync(MERGECAP, ['-a', '-w', merged, ...paths])
      const reference = await readBytes(readFileSync(merged))
      expect(joined.frames).toEqual(reference.frames)
    },
  )
})

describe('zeros behind a capture', () => {
  it.each(FILES.filter(([what]) => what !== 'empty pcap'))('are no packets of a %s', async (_, bytes) => {
    const { frames } = await readBytes(bytes)
    for (const zeros of [24, 25, 4096, 300_001]) {
      const padded = concat(bytes, new Uint8Array(zeros))
      const result = await readBytes(padded)
      expect(result.frames).toEqual(frames)
      expect(result.summary).toMatchObject({
        packets: frames.length,
        complete: false,
        warnings: [{ code: 'zero-tail', frame: frames.length }],
      })
      expect(result.summary.warnings[0]?.message).toContain(`${zeros} zero bytes, at byte ${bytes.length}:`)
      const where = [bytes.length - 1, bytes.length + 5, bytes.length + 17, bytes.length + 40]
      expect(await readBytes(padded, where)).toEqual(result)
      expect((await readBytes(gzipSync(padded))).frames).toEqual(frames)
    }
  })

  it.each(FILES.filter(([what]) => what !== 'empty pcap'))(
    'and something that is no record are no packets of a %s either',
    async (_, bytes) => {
      const { frames } = await readBytes(bytes)
      const odd = concat(bytes, new Uint8Array(240), new Uint8Array(50).fill(0xee))
      const result = await readBytes(odd)
      expect(result.frames).toEqual(frames)
      expect(result.summary).toMatchObject({ complete: false, warnings: [{ code: 'corrupt-record' }] })
      expect(result.summary.warnings[0]?.message).toContain(`at byte ${bytes.length};`)
      expect(await readBytes(odd, everyByte(odd))).toEqual(result)
    },
  )

  it('do not hide another capture', async () => {
    for (const zeros of [32, 45, 1000]) {
      const joined = concat(FILES[0]![1], new Uint8Array(zeros), FILES[1]![1], new Uint8Array(64), FILES[6]![1])
      const { summary, frames } = await readBytes(joined)
      expect(frames).toHaveLength(9)
      expect(summary.warnings.map(({ code }) => code).sort()).toEqual(['joined-captures', 'zero-tail'])
      expect(await readBytes(joined, everyByte(joined))).toEqual({ summary, frames })
    }
  })

  it('amid records are empty packets, as Wireshark shows them', async () => {
    const none = { data: new Uint8Array(0), time: 0 }
    const one = { data: Uint8Array.of(1), time: BASE_TIME }
    for (const list of [
      [none, one],
      [one, none, none, one],
      [none, { ...one, time: 0 }],
      [one, { ...none, time: 5 }],
    ]) {
      const file = pcapFile({ packets: list, nanoseconds: true })
      const result = await readBytes(file)
      expect(result.summary).toMatchObject({ packets: list.length, complete: true, warnings: [] })
      expect(result.frames.map(({ time, data }) => ({ time, data }))).toEqual(list)
      expect(await readBytes(file, everyByte(file))).toEqual(result)
    }
  })

  it('are found again where frames behind them are read from an index', async () => {
    const none = { data: new Uint8Array(0), time: 0 }
    const filler = Array.from({ length: 3000 }, (_, i) => new Uint8Array(700).fill(i))
    const list = [...filler, ...Array.from({ length: 70_000 }, () => none), ...filler]
    const path = folder.write('hole.pcap', pcapFile({ packets: list }))
    const index = createFrameIndex()
    const all = collector()
    await readCapture(path, all, { index })
    expect(all.frames).toHaveLength(list.length)
    for (const from of [2999, 3001, 40_000, 72_998, 75_000]) {
      const some = collector()
      expect(await readCaptureRange(path, some, { from, to: from + 4, index })).toBe(5)
      expect(some.frames).toEqual(all.frames.slice(from - 1, from + 4))
    }
  })

  it('of fewer bytes than a record header are a record that was cut', async () => {
    const { summary } = await readBytes(concat(FILES[0]![1], new Uint8Array(15)))
    expect(summary).toMatchObject({ complete: false, warnings: [{ code: 'truncated-record' }] })
    const { summary: blocks } = await readBytes(
      concat(FILES[6]![1], simplePacketBlock(Uint8Array.of(1)).fill(0, 0, 3).subarray(0, 3)),
    )
    expect(blocks).toMatchObject({ complete: false, warnings: [{ code: 'truncated-record' }] })
  })
})
