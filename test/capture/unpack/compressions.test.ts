/** Compressions are one list: nothing is forgotten in it, and a compression that is added to it is unpacked like the others. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { expandInputs } from '../../../src/capture/read/inputs.ts'
import type { Compression } from '../../../src/capture/unpack/compression.ts'
import { COMPRESSIONS } from '../../../src/capture/unpack/compressions.ts'
import { readBytes, temporaryFolder } from '../../support/frames.ts'
import { pcapFile } from '../../support/pcap-builder.ts'
import { ROOT } from '../../support/smblens.ts'

const FOLDER = join(ROOT, 'src/capture/unpack')

function isCompression(value: unknown): value is Compression {
  return typeof value === 'object' && value !== null && 'unpack' in value && 'isStart' in value
}

const described: [file: string, compression: Compression][] = []
for (const file of readdirSync(FOLDER)) {
  const exported: Record<string, unknown> = await import(join(FOLDER, file))
  for (const value of Object.values(exported)) if (isCompression(value)) described.push([file, value])
}

describe('the list of compressions', () => {
  it('has every compression that a file of its folder describes, and no other', () => {
    expect(described.length).toBeGreaterThan(0)
    expect(new Set(COMPRESSIONS)).toEqual(new Set(described.map(([, compression]) => compression)))
    expect(new Set(COMPRESSIONS.map(({ name }) => name)).size).toBe(COMPRESSIONS.length)
  })

  it.each(described)('has a test and a place in the documentation for %s', (file, { name }) => {
    expect(file).toBe(`${name}.ts`)
    expect(existsSync(join(ROOT, 'test/capture/unpack', `${name}.test.ts`))).toBe(true)
    const read = readFileSync(join(ROOT, 'docs/inputs.md'), 'utf8').split(/^## /m)[1]
    expect(read).toMatch(new RegExp(`^- \\*\\*${name}\\*\\*`, 'm'))
  })

  it('is what the record schema allows', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'docs/records.schema.json'), 'utf8'))
    expect(schema.$defs.capture.properties.compression).toEqual({
      anyOf: [{ enum: COMPRESSIONS.map(({ name }) => name) }, { type: 'null' }],
    })
  })
})

/** "MIRROR" and the complement of each byte. */
const MIRROR: Compression = {
  name: 'mirror',
  isStart: (bytes, start, end) =>
    end - start >= 6 && new TextDecoder().decode(bytes.subarray(start, start + 6)) === 'MIRROR',
  async unpack(source, headroom, to, afterChunk) {
    let left = new Uint8Array(0)
    let before = 6
    do {
      const from = source.start + Math.min(before, source.end - source.start)
      before -= from - source.start
      const unpacked = new Uint8Array([...left, ...source.bytes.subarray(from, source.end).map((byte) => byte ^ 0xff)])
      const at = to.consume(unpacked, 0, unpacked.length)
      left = unpacked.slice(at)
      expect(left.length).toBeLessThanOrEqual(headroom + unpacked.length)
      await afterChunk()
    } while (!to.stopped && (await source.next(source.end)))
    return { left, fault: null }
  },
}

function mirrored(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode('MIRROR'), ...bytes.map((byte) => byte ^ 0xff)])
}

const folder = temporaryFolder()
afterAll(folder.remove)

describe('a compression that is added to the list', () => {
  const compressions = [...COMPRESSIONS, MIRROR]
  const capture = pcapFile({ packets: [Uint8Array.of(1, 2, 3), new Uint8Array(2000).fill(7)] })
  const packed = mirrored(capture)

  it('is unpacked with any split of its bytes, and is unknown without it', async () => {
    const { frames } = await readBytes(capture)
    const read = await readBytes(packed, [], { compressions })
    expect(read.frames).toEqual(frames)
    expect(read.summary).toMatchObject({ format: 'pcap', compression: 'mirror', complete: true, warnings: [] })
    expect(await readBytes(packed, [1, 3, 500, 501, 1999], { compressions })).toEqual(read)
    await expect(readBytes(packed)).rejects.toMatchObject({ code: 'not-a-capture' })
  })

  it('is found in folders by what is in it', async () => {
    mkdirSync(join(folder.path, 'packed'))
    const path = folder.write('packed/capture', packed)
    folder.write('packed/note', mirrored(new TextEncoder().encode('only a note')))
    expect(await expandInputs([join(folder.path, 'packed')], { compressions })).toEqual({
      files: [path],
      errors: [],
      leftOut: [{ folder: join(folder.path, 'packed'), kinds: new Map([['text', 1]]) }],
    })
  })
})
