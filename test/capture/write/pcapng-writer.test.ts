import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readCaptureRange } from '../../../src/capture/read/read-range.ts'
import { openNewFile } from '../../../src/capture/write/new-file.ts'
import { PcapngWriter } from '../../../src/capture/write/pcapng-writer.ts'
import { readBytes, temporaryFolder } from '../../support/frames.ts'
import { BASE_TIME, concat } from '../../support/pcap-builder.ts'

const CAPINFOS = 'capinfos'
const noCapinfos = spawnSync(CAPINFOS, ['--version']).status !== 0
const folder = temporaryFolder()
afterAll(folder.remove)

const packet = fc.record({
  data: fc.uint8Array({ maxLength: 60 }),
  more: fc.nat(2000),
  linkType: fc.constantFrom(1, 101, 113, 276),
  nanoseconds: fc.boolean(),
  time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  below: fc.nat(999),
  comments: fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 3 }),
})
type Packet = typeof packet extends fc.Arbitrary<infer T> ? T : never

/** The file, and where its blocks end. */
function written(packets: readonly Packet[]): { bytes: Uint8Array; ends: number[] } {
  const pieces: Uint8Array[] = []
  const writer = new PcapngWriter(
    { write: (bytes) => void pieces.push(bytes.slice()) },
    { application: 'test', comment: 'ä' },
  )
  const ends = [writer.bytes]
  const interfaces = new Map<string, number>()
  for (const { data, more, linkType, nanoseconds, time, below, comments } of packets) {
    const key = `${linkType} ${nanoseconds}`
    const id = interfaces.get(key) ?? writer.addInterface({ linkType, nanoseconds, name: key })
    interfaces.set(key, id)
    ends.push(writer.bytes)
    const bytes = concat(Uint8Array.of(9, 9), data)
    writer.packet({
      interface: id,
      bytes,
      start: 2,
      captured: data.length,
      original: data.length + more,
      time,
      nanoseconds: below,
      comments,
    })
    ends.push(writer.bytes)
  }
  writer.flush()
  const bytes = concat(...pieces)
  expect(bytes.length).toBe(writer.bytes)
  return { bytes, ends }
}

describe('PcapngWriter', () => {
  it('writes files that are read again to the nanosecond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(packet, { maxLength: 12 }), async (packets) => {
        const { bytes } = written(packets)
        const { summary, frames } = await readBytes(bytes)
        expect(summary.complete).toBe(true)
        expect(summary.warnings).toEqual([])
        expect(frames).toEqual(
          packets.map(({ data, more, linkType, time }, i) => ({
            data,
            original: data.length + more,
            linkType,
            time,
            number: i + 1,
          })),
        )
        const stamps: number[] = []
        await readCaptureRange(
          folder.write('p', bytes),
          { frame: (...args) => void stamps.push(args[7]) },
          { from: 1, to: 20 },
        )
        expect(stamps).toEqual(packets.map(({ nanoseconds, below }) => (nanoseconds ? below : 0)))
      }),
    )
  })

  it('leaves a file that is readable up to its last complete block, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(packet, { minLength: 1, maxLength: 3 }), async (packets) => {
        const { bytes, ends } = written(packets)
        const { frames } = await readBytes(bytes)
        for (let length = ends[0]!; length <= bytes.length; length++) {
          const cut = await readBytes(bytes.subarray(0, length))
          expect(cut.frames).toEqual(frames.slice(0, cut.frames.length))
          expect(cut.summary.complete).toBe(ends.includes(length))
        }
      }),
      { numRuns: 10 },
    )
  })

  it('writes complete blocks, also those longer than its buffer', async () => {
    const pieces: number[] = []
    const writer = new PcapngWriter({ write: ({ length }) => void pieces.push(length) })
    const id = writer.addInterface({ linkType: 1 })
    const head = writer.bytes
    const bytes = new Uint8Array(300_000)
    for (let i = 0; i < 3; i++)
      writer.packet({ interface: id, bytes, start: 0, captured: 300_000, original: 300_000, time: i })
    writer.flush()
    expect(pieces).toEqual([head, 300_032, 300_032, 300_032])
  })

  it('cuts a long comment between characters', async () => {
    const data = new Uint8Array(4)
    const { bytes } = written([
      { data, more: 0, linkType: 1, nanoseconds: false, time: BASE_TIME, below: 0, comments: ['€'.repeat(5000)] },
    ])
    expect((await readBytes(bytes)).frames).toHaveLength(1)
    expect(bytes.length).toBeLessThan(4096 + 300)
    expect(new TextDecoder().decode(bytes).match(/€/g)).toHaveLength(1365)
  })

  it.skipIf(noCapinfos)('writes what Wireshark reads (needs capinfos)', () => {
    const packets = fc.sample(packet, { numRuns: 50, seed: 1 }).map((p, i) => ({ ...p, time: BASE_TIME + i }))
    const path = folder.write('capinfos.pcapng', written(packets).bytes)
    const { stdout, stderr, status } = spawnSync(CAPINFOS, ['-T', '-m', '-M', '-r', '-Q', '-c', path], {
      encoding: 'utf8',
    })
    expect({ status, stdout: stdout.trim() }, stderr).toEqual({ status: 0, stdout: `"${path}","50"` })
  })
})

describe('openNewFile', () => {
  const place = (name: string) => join(folder.path, name)
  const hello = new TextEncoder().encode('hello')

  it('gives the file its name when it is complete', () => {
    const file = openNewFile(place('new'))
    file.write(hello)
    expect(existsSync(place('new'))).toBe(false)
    file.finish()
    file.discard()
    expect(readFileSync(place('new'), 'utf8')).toBe('hello')
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('takes no name that another file got meanwhile', () => {
    const file = openNewFile(place('raced'))
    file.write(hello)
    folder.write('raced', 'first')
    expect(() => file.finish()).toThrow(expect.objectContaining({ code: 'exists' }))
    expect(readFileSync(place('raced'), 'utf8')).toBe('first')
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('leaves nothing behind when it is discarded', () => {
    const file = openNewFile(place('discarded'))
    file.write(hello)
    file.discard()
    file.finish()
    expect(readdirSync(folder.path).filter((name) => name.includes('discarded'))).toEqual([])
  })

  it('grows under its own name on request', () => {
    const file = openNewFile(place('direct'), { place: 'direct' })
    file.write(hello)
    expect(readFileSync(place('direct'), 'utf8')).toBe('hello')
    file.finish()
    expect(() => openNewFile(place('direct'), { place: 'direct' })).toThrow(expect.objectContaining({ code: 'exists' }))
  })

  it.each([
    ['exists', 'mine', {}],
    ['is-input', 'mine', { overwrite: true, inputs: ['mine'] }],
    ['is-folder', '.', { overwrite: true }],
    ['no-folder', 'none/new', {}],
  ] as const)(
    'refuses: %s',
    (code, name, { inputs = [], ...options }: { overwrite?: boolean; inputs?: readonly string[] }) => {
      folder.write('mine', 'mine')
      expect(() => openNewFile(place(name), { ...options, inputs: inputs.map(place) })).toThrow(
        expect.objectContaining({ code }),
      )
      expect(readFileSync(place('mine'), 'utf8')).toBe('mine')
    },
  )

  it.skipIf(process.platform !== 'linux')('writes to no device (needs /dev/full)', () => {
    expect(() => openNewFile('/dev/full', { overwrite: true })).toThrow(expect.objectContaining({ code: 'not-a-file' }))
  })
})
