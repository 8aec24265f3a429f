import { describe, expect, it } from 'vitest'
import { readBytes } from '../../support/frames.ts'
import {
  BASE_TIME,
  block,
  blockOption,
  concat,
  type Endian,
  enhancedPacketBlock,
  interfaceBlock,
  obsoletePacketBlock,
  pcapngFile,
  type SectionPart,
  sectionHeaderBlock,
  simplePacketBlock,
  u16,
  u32,
} from '../../support/pcap-builder.ts'

const ONE = Uint8Array.of(1, 2, 3, 4, 5)
const TWO = new Uint8Array(1500).fill(0xab)
const ENDIANS: Endian[] = ['little', 'big']

function bytesPart(bytes: Uint8Array): SectionPart {
  return { kind: 'bytes', bytes }
}

describe.each(ENDIANS)('pcapng, %s-endian', (endian) => {
  it('delivers every packet with its lengths, link type, time and number', async () => {
    const packets = [
      { data: ONE, original: 99 },
      { data: TWO, time: BASE_TIME + 123_456 },
    ]
    const { summary, frames } = await readBytes(pcapngFile({ packets, endian, linkType: 276 }))
    expect(frames).toEqual([
      { data: ONE, original: 99, linkType: 276, time: BASE_TIME, number: 1 },
      { data: TWO, original: 1500, linkType: 276, time: BASE_TIME + 123_456, number: 2 },
    ])
    expect(summary).toEqual({
      format: 'pcapng',
      compression: null,
      linkTypes: ['linux-sll2'],
      packets: 2,
      bytes: 1505,
      firstTime: BASE_TIME,
      lastTime: BASE_TIME + 123_456,
      complete: true,
      warnings: [],
    })
  })

  it('reads each interface by its own link type and clock', async () => {
    const interfaces = [
      { linkType: 1 },
      { linkType: 101, timestampResolution: 9 },
      { linkType: 113, timestampResolution: 0x80 | 20, timestampOffset: -3600n },
      { linkType: 1, timestampResolution: 3, timestampOffset: 1_600_000_000n },
    ]
    const packets = interfaces.map((_, i) => ({ data: ONE, interface: i, time: BASE_TIME + 5000, nanoseconds: 999 }))
    const { summary, frames } = await readBytes(pcapngFile({ interfaces, packets, endian }))
    expect(frames.map((f) => f.linkType)).toEqual([1, 101, 113, 1])
    // 2^-20 s is coarser than a microsecond: the builder's tick is rounded down too.
    const coarse = Math.floor((Math.floor((5000.999 / 1e6) * 2 ** 20) / 2 ** 20) * 1e6)
    expect(frames.map((f) => f.time - BASE_TIME)).toEqual([5000, 5000, coarse, 5000])
    expect(summary.linkTypes).toEqual(['ethernet', 'raw-ip', 'linux-sll'])
  })

  it('reads simple and obsolete packet blocks', async () => {
    const parts = [
      bytesPart(obsoletePacketBlock({ data: ONE, original: 70, interface: 1, ticks: 5_000_000n }, endian)),
      bytesPart(simplePacketBlock(TWO, 1500, endian)),
      bytesPart(simplePacketBlock(ONE, 400, endian)),
    ]
    const interfaces = [{ snapLength: 5 }, { linkType: 101 }]
    const short = await readBytes(pcapngFile({ interfaces, parts: [parts[0]!, parts[2]!], endian }))
    expect(short.frames).toEqual([
      { data: ONE, original: 70, linkType: 101, time: 5_000_000, number: 1 },
      { data: ONE, original: 400, linkType: 1, time: 5_000_000, number: 2 },
    ])
    expect(short.summary).toMatchObject({ firstTime: 5_000_000, lastTime: 5_000_000, complete: true })
    expect(short.summary.warnings).toEqual([
      {
        code: 'no-timestamp',
        message: 'packets without a time (simple packet blocks): they get the time of the packet before them',
        frame: 2,
      },
    ])
    const whole = await readBytes(
      pcapngFile({ interfaces: [{ snapLength: 0 }], parts: [parts[1]!, parts[1]!], endian }),
    )
    expect(whole.frames.map((f) => f.data)).toEqual([TWO, TWO])
    expect(whole.summary).toMatchObject({
      firstTime: null,
      lastTime: null,
      warnings: [{ code: 'no-timestamp', frame: 1 }],
    })
  })

  it('skips unknown blocks and options', async () => {
    const options = concat(
      blockOption(1, ONE, endian),
      blockOption(0x8001, TWO, endian),
      blockOption(0, ONE.subarray(0, 0), endian),
    )
    const parts = [
      bytesPart(block(4, new Uint8Array(48), endian)),
      bytesPart(block(5, new Uint8Array(16), endian)),
      bytesPart(block(10, new Uint8Array(100), endian)),
      bytesPart(block(0x0000_0777, TWO, endian)),
      bytesPart(enhancedPacketBlock({ data: ONE, options }, endian)),
      bytesPart(interfaceBlock({ linkType: 101, timestampResolution: 9 }, endian, blockOption(2, ONE, endian))),
      bytesPart(enhancedPacketBlock({ data: TWO, interface: 1, ticks: 7_000_999n }, endian)),
    ]
    const { summary, frames } = await readBytes(pcapngFile({ parts, endian }))
    expect(frames.map((f) => [f.data, f.linkType, f.number])).toEqual([
      [ONE, 1, 1],
      [TWO, 101, 2],
    ])
    expect(frames[1]?.time).toBe(7000)
    expect(summary.complete).toBe(true)
  })

  it('skips a block of any length without storing it', async () => {
    const parts = [
      { kind: 'packet' as const, packet: ONE },
      bytesPart(block(0x777, new Uint8Array(3_000_000), endian)),
      bytesPart(enhancedPacketBlock({ data: TWO, options: new Uint8Array(2_000_000) }, endian)),
      { kind: 'packet' as const, packet: ONE },
    ]
    const file = pcapngFile({ parts, endian })
    for (const cuts of [[], [1000], [100, 2_000_000, 4_000_000], [file.length - 40]]) {
      const { summary, frames } = await readBytes(file, cuts)
      expect(frames.map((f) => f.data)).toEqual([ONE, TWO, ONE])
      expect(summary.complete).toBe(true)
    }
    const cut = await readBytes(file.subarray(0, 1_000_000))
    expect(cut.summary.warnings[0]).toMatchObject({ code: 'truncated-record', frame: 1 })
    expect(cut.summary.warnings[0]?.message).toMatch(/^the file ends in the middle of a block, at byte 88;/)
  })
})

describe('pcapng', () => {
  it('reads sections one after the other, each in its byte order and with its own interfaces', async () => {
    const file = pcapngFile({
      sections: [
        { endian: 'little', interfaces: [{ linkType: 1 }], packets: [ONE, TWO], length: 'given' },
        { endian: 'big', interfaces: [{ linkType: 101 }, { linkType: 0 }], packets: [{ data: TWO, interface: 1 }] },
        { endian: 'big', interfaces: [{ linkType: 108 }], packets: [ONE], length: 'given' },
        { endian: 'little', interfaces: [{ linkType: 113 }], packets: [ONE] },
      ],
    })
    const { summary, frames } = await readBytes(file)
    expect(frames.map((f) => [f.number, f.linkType])).toEqual([
      [1, 1],
      [2, 1],
      [3, 0],
      [4, 108],
      [5, 113],
    ])
    expect(summary.linkTypes).toEqual(['ethernet', 'null', 'loop', 'linux-sll'])
    expect(summary.complete).toBe(true)
  })

  // Seen in tshark 4.0: each of these blocks takes a frame number, and capinfos counts none of them as a packet.
  it.each([0x0bad, 0x4000_0bad, 9, 0x204, 0x208, 0x216, 0x217, 0x221, 0x222])(
    'numbers block type %i as Wireshark does',
    async (type) => {
      const parts: SectionPart[] = [
        { kind: 'packet', packet: ONE },
        bytesPart(block(type, new Uint8Array(48))),
        { kind: 'packet', packet: TWO },
      ]
      const { summary, frames } = await readBytes(pcapngFile({ parts }))
      expect(frames.map((f) => f.number)).toEqual([1, 3])
      expect(summary.packets).toBe(2)
    },
  )

  it('names the interfaces where there is no packet', async () => {
    const { summary } = await readBytes(
      pcapngFile({ interfaces: [{ linkType: 1 }, { linkType: 101 }, { linkType: 1 }] }),
    )
    expect(summary).toMatchObject({ packets: 0, linkTypes: ['ethernet', 'raw-ip'], complete: true })
  })

  it('rounds a total length up to four, and still compares the two', async () => {
    const odd = concat(u32(0x777), u32(14), new Uint8Array(4), u32(14))
    const { summary, frames } = await readBytes(
      pcapngFile({ parts: [bytesPart(odd), { kind: 'packet', packet: ONE }] }),
    )
    expect(frames).toHaveLength(1)
    expect(summary.complete).toBe(true)
  })

  it('accepts a block with an option that is too long, with a warning', async () => {
    const file = concat(
      sectionHeaderBlock(),
      interfaceBlock({ timestampResolution: 9 }, 'little', concat(u16(3), u16(900))),
      enhancedPacketBlock({ data: ONE }),
    )
    const { summary, frames } = await readBytes(file)
    expect(frames).toHaveLength(1)
    expect(summary).toMatchObject({ complete: true, warnings: [{ code: 'damaged-option', frame: null }] })
  })

  it('keeps hostile clocks within what dates can hold', async () => {
    const interfaces = [
      { timestampOffset: -(1n << 62n) },
      { timestampOffset: (1n << 63n) - 1n },
      { timestampResolution: 0 },
      { timestampResolution: 0x7f },
      { timestampResolution: 0xff },
      { timestampResolution: 0x80, timestampOffset: -(1n << 63n) },
    ]
    const parts = interfaces.map((_, id) =>
      bytesPart(enhancedPacketBlock({ data: ONE, interface: id, ticks: (1n << 64n) - 1n })),
    )
    const { frames } = await readBytes(pcapngFile({ interfaces, parts }))
    expect(frames).toHaveLength(6)
    for (const { time } of frames) expect(() => new Date(time / 1000).toISOString()).not.toThrow()
  })

  const broken = enhancedPacketBlock({ data: ONE })
  broken[broken.length - 4]! ^= 4
  it.each<[name: string, part: Uint8Array, what: string]>([
    ['two lengths that differ', broken, 'the two lengths of a block differ'],
    ['a length below the frame', concat(u32(0x777), u32(8), u32(8)), 'a block claims 8 bytes'],
    ['a packet block of 4 GB', concat(u32(6), u32(0xffff_fffc), new Uint8Array(64)), 'a block claims 4294967292 bytes'],
    [
      'a packet longer than its block',
      enhancedPacketBlock({ data: ONE, captured: 9 }),
      'a packet of 9 bytes is in a block with room for 8',
    ],
    ['an unknown interface', enhancedPacketBlock({ data: ONE, interface: 1 }), 'a packet names interface 1 of 1'],
    [
      'a simple packet longer than its block',
      simplePacketBlock(ONE, 9),
      'a packet of 9 bytes is in a block with room for 8',
    ],
    ['an enhanced packet block without fields', block(6, new Uint8Array(16)), 'an enhanced packet block is too short'],
    ['an obsolete packet block without fields', block(2, new Uint8Array(16)), 'a packet block is too short'],
    ['a simple packet block without fields', block(3, new Uint8Array(0)), 'a simple packet block is too short'],
    ['an interface description without fields', block(1, new Uint8Array(4)), 'an interface description is too short'],
    [
      'a section header without fields',
      concat(u32(0x0a0d0d0a), u32(16), u32(0x1a2b3c4d), u32(16)),
      'a section header is too short',
    ],
    [
      'a section of another version',
      sectionHeaderBlock().fill(2, 12, 13),
      'a section has version 2, and only version 1 is known',
    ],
    ['a section without byte order', sectionHeaderBlock().fill(0, 8, 12), 'a section header has no byte-order magic'],
    ['a packet over 256 KiB', enhancedPacketBlock({ data: new Uint8Array(262_145) }), 'a packet claims 262145 bytes'],
    ['zeros', new Uint8Array(100), '100 zero bytes, and no block behind them'],
  ])('ends at %s', async (_, part, what) => {
    const start = pcapngFile({ packets: [ONE] })
    const after = enhancedPacketBlock({ data: ONE })
    const { summary, frames } = await readBytes(concat(start, part, after))
    expect(frames).toHaveLength(1)
    expect(summary).toMatchObject({
      complete: false,
      warnings: [
        {
          code: 'corrupt-record',
          message: `${what}, at byte ${start.length}; frame 1 is the last that was read`,
          frame: 1,
        },
      ],
    })
  })

  it('forgets the interfaces of the section before', async () => {
    const sections = [
      { interfaces: [{}, {}, {}], packets: [ONE] },
      { parts: [bytesPart(enhancedPacketBlock({ data: ONE, interface: 2 }))] },
    ]
    const { summary, frames } = await readBytes(pcapngFile({ sections }))
    expect(frames).toHaveLength(1)
    expect(summary.warnings[0]?.message).toMatch(/^a packet names interface 2 of 1,/)
  })

  it('keeps the earliest and the latest time, in any order', async () => {
    const packets = [5, 2, 9, 4].map((s) => ({ data: ONE, time: BASE_TIME + s }))
    const { summary } = await readBytes(pcapngFile({ packets }))
    expect(summary).toMatchObject({ firstTime: BASE_TIME + 2, lastTime: BASE_TIME + 9 })
  })

  it('has no interface for a packet before the first description', async () => {
    const { summary } = await readBytes(concat(sectionHeaderBlock(), simplePacketBlock(ONE)))
    expect(summary.warnings[0]?.message).toMatch(/^a packet names interface 0 of 0,/)
  })

  it('counts packets of interfaces beyond the limit but does not deliver them', async () => {
    const file = concat(
      sectionHeaderBlock(),
      ...Array.from({ length: 65_537 }, () => interfaceBlock({ linkType: 1 })),
      enhancedPacketBlock({ data: ONE, interface: 65_535 }),
      enhancedPacketBlock({ data: ONE, interface: 65_536 }),
      enhancedPacketBlock({ data: TWO, interface: 3 }),
    )
    const { summary, frames } = await readBytes(file)
    expect(frames.map((f) => f.number)).toEqual([1, 3])
    expect(summary).toMatchObject({ packets: 3, complete: true, warnings: [{ code: 'limit-interfaces' }] })
  })

  it('delivers the first 256 KiB of a longer USB transfer and continues behind it', async () => {
    const interfaces = [{ linkType: 249 }, { linkType: 1 }]
    const packets = [{ data: new Uint8Array(700_000) }, { data: ONE, interface: 1 }]
    const { summary, frames } = await readBytes(pcapngFile({ interfaces, packets }))
    expect(frames.map((f) => [f.data.length, f.original, f.linkType])).toEqual([
      [262_144, 700_000, 249],
      [5, 5, 1],
    ])
    expect(summary).toMatchObject({ bytes: 700_005, complete: true })
  })
})
