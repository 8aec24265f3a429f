import { describe, expect, it } from 'vitest'
import { readBytes } from '../../support/frames.ts'
import { BASE_TIME, concat, type Endian, pcapFile, u32 } from '../../support/pcap-builder.ts'

const ONE = Uint8Array.of(1, 2, 3, 4, 5)
const TWO = new Uint8Array(1500).fill(0xab)
const ENDIANS: Endian[] = ['little', 'big']

describe.each(ENDIANS)('pcap, %s-endian', (endian) => {
  it('delivers every packet with its lengths, link type, time and number', async () => {
    const packets = [
      { data: ONE, original: 99 },
      { data: TWO, time: BASE_TIME + 123_456 },
    ]
    const { summary, frames } = await readBytes(pcapFile({ packets, endian, linkType: 113 }))
    expect(frames).toEqual([
      { data: ONE, original: 99, linkType: 113, time: BASE_TIME, number: 1 },
      { data: TWO, original: 1500, linkType: 113, time: BASE_TIME + 123_456, number: 2 },
    ])
    expect(summary).toEqual({
      format: 'pcap',
      compression: null,
      linkTypes: ['linux-sll'],
      packets: 2,
      bytes: 1505,
      firstTime: BASE_TIME,
      lastTime: BASE_TIME + 123_456,
      complete: true,
      warnings: [],
    })
  })

  it('rounds nanoseconds down to microseconds', async () => {
    const packets = [{ data: ONE, time: BASE_TIME + 7, nanoseconds: 999 }]
    const { frames } = await readBytes(pcapFile({ packets, endian, nanoseconds: true }))
    expect(frames[0]?.time).toBe(BASE_TIME + 7)
  })

  it('reads the longer record headers of the Kuznetzov variant', async () => {
    const { frames } = await readBytes(pcapFile({ packets: [ONE, TWO], endian, magic: 0xa1b2cd34 }))
    expect(frames.map((f) => f.data)).toEqual([ONE, TWO])
  })

  it('takes the link type from the low 16 bits, below the frame check sequence', async () => {
    const { summary, frames } = await readBytes(pcapFile({ packets: [ONE], endian, linkType: 0x2400_0001 }))
    expect(frames[0]?.linkType).toBe(1)
    expect(summary.linkTypes).toEqual(['ethernet'])
  })

  it('ends at a record that claims 4 GB, and says where', async () => {
    const good = pcapFile({ packets: [ONE], endian })
    const bad = concat(u32(1, endian), u32(2, endian), u32(0xffff_ffff, endian), u32(0xffff_ffff, endian))
    const { summary, frames } = await readBytes(concat(good, bad, new Uint8Array(500_000)))
    expect(frames).toHaveLength(1)
    expect(summary).toMatchObject({
      packets: 1,
      complete: false,
      warnings: [
        {
          code: 'corrupt-record',
          message: `a record claims 4294967295 bytes, at byte ${good.length}; frame 1 is the last that was read`,
          frame: 1,
        },
      ],
    })
  })
})

describe('pcap', () => {
  it('names the place where a file was cut', async () => {
    const file = pcapFile({ packets: [ONE, TWO] })
    const { summary, frames } = await readBytes(file.subarray(0, file.length - 1))
    expect(frames).toHaveLength(1)
    expect(summary.complete).toBe(false)
    expect(summary.warnings).toEqual([
      {
        code: 'truncated-record',
        message: 'the file ends in the middle of a packet, at byte 45; frame 1 is the last that was read',
        frame: 1,
      },
    ])
  })

  it('has no frame to name where the first record is cut', async () => {
    const { summary } = await readBytes(pcapFile({ packets: [ONE] }).subarray(0, 30))
    expect(summary.warnings[0]).toEqual({
      code: 'truncated-record',
      message: 'the file ends in the middle of a packet, at byte 24; no frame was read',
      frame: null,
    })
    expect(summary).toMatchObject({ packets: 0, firstTime: null, lastTime: null, linkTypes: ['ethernet'] })
  })

  it('reads a file without packets', async () => {
    const { summary } = await readBytes(pcapFile({ packets: [] }))
    expect(summary).toMatchObject({
      packets: 0,
      bytes: 0,
      firstTime: null,
      lastTime: null,
      complete: true,
      warnings: [],
    })
  })

  it('keeps the earliest and the latest time, in any order', async () => {
    const packets = [5, 2, 9].map((s) => ({ data: ONE, time: BASE_TIME + s }))
    const { summary } = await readBytes(pcapFile({ packets }))
    expect(summary).toMatchObject({ firstTime: BASE_TIME + 2, lastTime: BASE_TIME + 9 })
  })

  it('swaps lengths that files before version 2.4 have in reverse order', async () => {
    const file = pcapFile({ packets: [ONE], version: [2, 2] })
    file.set(u32(60), 24 + 8)
    file.set(u32(5), 24 + 12)
    const { frames } = await readBytes(file)
    expect(frames[0]).toMatchObject({ data: ONE, original: 60 })
  })

  it('allows more captured bytes than the snap length and than the original length', async () => {
    const { summary, frames } = await readBytes(pcapFile({ packets: [{ data: TWO, original: 3 }, ONE], snapLength: 4 }))
    expect(frames.map((f) => [f.data.length, f.original])).toEqual([
      [1500, 1500],
      [5, 5],
    ])
    expect(summary.complete).toBe(true)
  })

  it('accepts a record of 256 KiB, but no longer one', async () => {
    const longest = new Uint8Array(262_144).fill(1)
    const taken = await readBytes(pcapFile({ packets: [longest, ONE] }))
    expect(taken.frames.map((f) => f.data.length)).toEqual([262_144, 5])
    const refused = await readBytes(pcapFile({ packets: [ONE, new Uint8Array(262_145), ONE] }))
    expect(refused.frames).toHaveLength(1)
    expect(refused.summary.warnings[0]?.code).toBe('corrupt-record')
  })

  it('accepts what maxRecordBytes allows', async () => {
    const file = pcapFile({ packets: [ONE, new Uint8Array(300_000), TWO] })
    const wider = await readBytes(file, [], { maxRecordBytes: 300_000 })
    expect(wider.frames.map((f) => f.data.length)).toEqual([5, 300_000, 1500])
    const narrower = await readBytes(file, [], { maxRecordBytes: 4 })
    expect(narrower.frames).toHaveLength(0)
  })

  it('delivers the first 256 KiB of a longer USB transfer and continues behind it', async () => {
    const transfer = new Uint8Array(1_000_000).map((_, i) => i)
    const file = pcapFile({ packets: [ONE, transfer, TWO], linkType: 249 })
    for (const cuts of [[], [300_000], [24 + 21 + 16 + 262_144], [24 + 21 + 16 + 262_145, 900_000]]) {
      const { summary, frames } = await readBytes(file, cuts)
      expect(frames.map((f) => [f.data.length, f.original])).toEqual([
        [5, 5],
        [262_144, 1_000_000],
        [1500, 1500],
      ])
      expect(Buffer.compare(frames[1]!.data, transfer.subarray(0, 262_144))).toBe(0)
      expect(summary).toMatchObject({ bytes: 1_001_505, complete: true })
    }
  })

  it('notices that a longer USB transfer is cut', async () => {
    const file = pcapFile({ packets: [ONE, new Uint8Array(1_000_000)], linkType: 249 })
    const { summary } = await readBytes(file.subarray(0, 800_000))
    expect(summary.warnings[0]).toMatchObject({
      code: 'truncated-record',
      message: expect.stringContaining('at byte 45;'),
    })
  })
})
