/** Capture formats are one list: nothing is forgotten in it, and a format that is added to it is read like the others. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { CaptureFormat } from '../../../src/capture/format/format.ts'
import { CAPTURE_FORMATS, namesOf } from '../../../src/capture/format/formats.ts'
import { createFrameIndex } from '../../../src/capture/read/frame-index.ts'
import { expandInputs } from '../../../src/capture/read/inputs.ts'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { readCaptureRange } from '../../../src/capture/read/read-range.ts'
import { collector, readBytes, temporaryFolder } from '../../support/frames.ts'
import { BASE_TIME, concat, pcapFile, pcapngFile } from '../../support/pcap-builder.ts'
import { ROOT } from '../../support/smblens.ts'
import { BASE_SECONDS, TOY, toyFile } from '../../support/toy-format.ts'

const FOLDER = join(ROOT, 'src/capture/format')

function isFormat(value: unknown): value is CaptureFormat {
  return typeof value === 'object' && value !== null && 'walkerFrom' in value && 'isStart' in value
}

const described: [file: string, format: CaptureFormat][] = []
for (const file of readdirSync(FOLDER)) {
  const exported: Record<string, unknown> = await import(join(FOLDER, file))
  for (const value of Object.values(exported)) if (isFormat(value)) described.push([file, value])
}

describe('the list of capture formats', () => {
  it('has every format that a file of its folder describes, and no other', () => {
    expect(described.length).toBeGreaterThan(1)
    expect(new Set(CAPTURE_FORMATS)).toEqual(new Set(described.map(([, format]) => format)))
    expect(new Set(CAPTURE_FORMATS.map(({ name }) => name)).size).toBe(CAPTURE_FORMATS.length)
  })

  it.each(described)('has a test and a place in the documentation for %s', (file, { name }) => {
    expect(file).toBe(`${name}.ts`)
    expect(existsSync(join(ROOT, 'test/capture/format', `${name}.test.ts`))).toBe(true)
    const read = readFileSync(join(ROOT, 'docs/inputs.md'), 'utf8').split(/^## /m)[1]
    expect(read).toMatch(new RegExp(`^- \\*\\*${name}\\*\\*`, 'm'))
  })

  it('is what the record schema allows', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'docs/records.schema.json'), 'utf8'))
    expect(schema.$defs.capture.properties.format).toEqual({ enum: CAPTURE_FORMATS.map(({ name }) => name) })
  })

  it('names what to give instead', () => {
    expect(namesOf(CAPTURE_FORMATS)).toBe('pcap or pcapng')
    expect(namesOf([...CAPTURE_FORMATS, TOY])).toBe('pcap, pcapng or toy')
  })
})

const folder = temporaryFolder()
afterAll(folder.remove)

const formats = [...CAPTURE_FORMATS, TOY]
const packets = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(70).fill(5)]
const times = packets.map((_, i) => (BASE_SECONDS + i) * 1e6)
const everyByte = (bytes: Uint8Array) => Array.from(bytes, (_, i) => i + 1)

describe('a format that is added to the list', () => {
  it('is read with any split of its bytes, and is unknown without it', async () => {
    const bytes = toyFile(packets)
    const { summary, frames } = await readBytes(bytes, [], { formats })
    expect(frames.map(({ data }) => data)).toEqual(packets)
    expect(frames.map(({ time }) => time)).toEqual(times)
    expect(summary).toEqual({
      format: 'toy',
      compression: null,
      linkTypes: ['ethernet'],
      packets: 3,
      bytes: 73,
      firstTime: times[0],
      lastTime: times[2],
      complete: true,
      warnings: [],
    })
    expect(await readBytes(bytes, everyByte(bytes), { formats })).toEqual({ summary, frames })
    expect((await readBytes(gzipSync(bytes), [], { formats })).frames).toEqual(frames)
    await expect(readBytes(bytes)).rejects.toThrow('is not a packet capture: give a pcap or pcapng file')
  })

  it('says where it was cut', async () => {
    const { summary, frames } = await readBytes(toyFile(packets).subarray(0, -1), [], { formats })
    expect(frames).toHaveLength(2)
    expect(summary.warnings).toEqual([
      {
        code: 'truncated-record',
        message: 'the file ends in the middle of a packet, at byte 23; frame 2 is the last that was read',
        frame: 2,
      },
    ])
  })

  it('is found in folders', async () => {
    mkdirSync(join(folder.path, 'found'))
    const path = folder.write('found/capture', toyFile(packets))
    expect(await expandInputs([join(folder.path, 'found')], { formats })).toEqual({
      files: [path],
      errors: [],
      leftOut: [],
    })
    const { errors } = await expandInputs([join(folder.path, 'found')])
    expect(errors.map(({ code }) => code)).toEqual(['no-captures'])
  })

  it('is indexed, and some of its frames are read again', async () => {
    const many = Array.from({ length: 100_000 }, (_, i) => new Uint8Array(20 + (i % 50)).fill(i))
    const path = folder.write('many.toy', toyFile(many))
    const index = createFrameIndex()
    const all = collector()
    await readCapture(path, all, { formats, index })
    expect(index.checkpoints.length).toBeGreaterThan(3)
    expect(index.frames).toBe(100_000)
    const range = { from: 80_001, to: 80_003, index }
    const fromTheStart = () => {
      throw new Error('read from the start')
    }
    const resumed = collector()
    const resuming = [...CAPTURE_FORMATS, { ...TOY, walker: fromTheStart }]
    expect(await readCaptureRange(path, resumed, { ...range, formats: resuming })).toBe(3)
    expect(resumed.frames).toEqual(all.frames.slice(80_000, 80_003))
    // Without the format, its checkpoints are of no use either.
    await expect(readCaptureRange(path, collector(), range)).rejects.toMatchObject({ code: 'not-a-capture' })
  })

  it('is read where it is joined with others, in every order', async () => {
    const others = [
      { name: 'pcap', bytes: pcapFile({ packets: packets.slice(0, 2) }) },
      { name: 'pcapng', bytes: pcapngFile({ packets: packets.slice(0, 2) }) },
      { name: 'toy', bytes: toyFile(packets.slice(0, 2)) },
    ]
    for (const first of others) {
      for (const second of others) {
        const bytes = concat(first.bytes, second.bytes)
        const { summary, frames } = await readBytes(bytes, [], { formats })
        expect(frames.map(({ number }) => number)).toEqual([1, 2, 3, 4])
        expect(frames.map(({ data }) => data)).toEqual([...packets.slice(0, 2), ...packets.slice(0, 2)])
        expect(frames[0]?.time).toBe(first.name === 'toy' ? times[0] : BASE_TIME)
        expect(summary).toMatchObject({ format: first.name, packets: 4, complete: true })
        expect(await readBytes(bytes, everyByte(bytes), { formats })).toEqual({ summary, frames })
      }
    }
  })
})
