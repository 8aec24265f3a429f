import { spawnSync } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readCapture } from '../../../src/capture/read/read-capture.ts'
import { type ByteSource, fileSource, streamSource } from '../../../src/capture/unpack/byte-source.ts'
import type { UnpackFault } from '../../../src/capture/unpack/compression.ts'
import { GZIP } from '../../../src/capture/unpack/gzip.ts'
import { cases } from '../../support/cases.ts'
import { collector, inPieces, readBytes, temporaryFolder } from '../../support/frames.ts'
import { concat } from '../../support/pcap-builder.ts'
import { ROOT } from '../../support/smblens.ts'

const HEADROOM = 1000
const GZIP_PROGRAM = 'gzip'
const hasGzip = spawnSync(GZIP_PROGRAM, ['--version']).status === 0
const folder = temporaryFolder()
afterAll(folder.remove)

const CAPTURE = readFileSync(join(ROOT, 'captures/smb311-signed.pcap'))
const PACKED = gzipSync(CAPTURE)
/** Several pieces of what is read at once, of bytes that hardly pack. */
const LARGE = Uint8Array.from({ length: 150_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) ^ (i >> 7))
const LARGE_PACKED = gzipSync(LARGE)

interface Unpacking {
  bytes: Buffer
  fault: UnpackFault | null
}

async function unpack(source: ByteSource): Promise<Unpacking> {
  const parts: Uint8Array[] = []
  const to = {
    stopped: false,
    consume(bytes: Uint8Array, start: number, end: number) {
      parts.push(bytes.slice(start, end))
      return end
    },
  }
  const { left, fault } = await GZIP.unpack(source, HEADROOM, to, () => undefined)
  await source.close()
  expect(left).toHaveLength(0)
  return { bytes: Buffer.concat(parts), fault }
}

/** As a file, which can be read again, and as a stream, which cannot. */
const fromFile = (packed: Uint8Array) => unpack(fileSource(openSync(folder.write('packed', packed), 'r'), HEADROOM, 0))
const fromStream = (packed: Uint8Array, cuts: readonly number[] = []) =>
  unpack(streamSource(inPieces(packed, cuts), HEADROOM))

function gzipOutput(packed: Uint8Array): Buffer {
  return spawnSync(GZIP_PROGRAM, ['-dc'], { input: packed, maxBuffer: 1 << 26 }).stdout
}

/**
 * Where a distance points before the start of the data, gzip copies what its window contains by chance and continues: those bytes mean nothing. Everywhere
 * else all that it writes is to be there.
 */
function expectAllOfGzip({ bytes, fault }: Unpacking, reference: Buffer): void {
  const common = Math.min(bytes.length, reference.length)
  expect(bytes.subarray(0, common).equals(reference.subarray(0, common))).toBe(true)
  if (!fault?.what.includes('too far back')) expect(bytes.length).toBeGreaterThanOrEqual(reference.length)
}

function changed(packed: Uint8Array, at: number, count: number): Uint8Array {
  const copy = Uint8Array.from(packed)
  for (let i = at; i < Math.min(at + count, copy.length); i++) copy[i] = copy[i]! ^ 0x5a
  return copy
}

const EMPTY = gzipSync('')
const GARBAGE = Uint8Array.from({ length: 40 }, (_, i) => 0x80 + i)

/** `exact`: gzip -dc gives the same bytes. Where a block is damaged, it keeps back what it has not written of its window. */
const KINDS: [what: string, packed: Uint8Array, fault: RegExp | null, exact: boolean][] = [
  ['a wrong checksum', changed(PACKED, PACKED.length - 8, 1), /incorrect data check/, true],
  ['a wrong length', changed(PACKED, PACKED.length - 4, 1), /incorrect length check/, true],
  ['no trailer', PACKED.subarray(0, -8), /end early/, true],
  ['half a trailer', PACKED.subarray(0, -3), /end early/, true],
  ['a cut in the middle', PACKED.subarray(0, PACKED.length / 2), /end early/, false],
  ['damage in a block', changed(PACKED, PACKED.length / 2, 30), /damaged at byte/, false],
  ['damage in a large one', changed(LARGE_PACKED, LARGE_PACKED.length - 4000, 3000), /damaged at byte/, false],
  ['a wrong checksum of a large one', changed(LARGE_PACKED, LARGE_PACKED.length - 6, 1), /data check/, true],
  ['garbage behind it', concat(PACKED, GARBAGE), /damaged at byte/, true],
  ['garbage behind zeros', concat(PACKED, new Uint8Array(20), GARBAGE), /is not gzip, at byte/, true],
  ['zeros behind it', concat(PACKED, new Uint8Array(600)), null, true],
  ['empty members around it', concat(EMPTY, PACKED, EMPTY, EMPTY), null, true],
  ['a second member', concat(PACKED, LARGE_PACKED), null, true],
  ['a second member with a wrong checksum', concat(PACKED, changed(PACKED, PACKED.length - 6, 2)), /data check/, true],
  ['a second member that is cut', concat(PACKED, LARGE_PACKED.subarray(0, 9000)), /end early/, false],
  ['a second member without its start', concat(PACKED, changed(PACKED, 0, 4)), /header check/, true],
  [
    'a member behind one with a wrong checksum',
    concat(changed(PACKED, PACKED.length - 6, 2), PACKED),
    /data check/,
    true,
  ],
]

describe('damaged gzip', () => {
  it.each(KINDS)('gives everything in front of %s', async (_, packed, fault) => {
    const file = await fromFile(packed)
    if (fault === null) expect(file.fault).toBeNull()
    else expect(file.fault?.what).toMatch(fault)
    expect(await fromStream(packed)).toEqual(file)
    const third = Math.floor(packed.length / 3)
    expect(await fromStream(packed, [1, 2, third, third + 1, packed.length - 9, packed.length - 5])).toEqual(file)
  })

  it.skipIf(!hasGzip).each(KINDS)(
    'gives all that gzip -dc gives before %s (needs gzip)',
    async (_, packed, __, exact) => {
      const file = await fromFile(packed)
      const reference = gzipOutput(packed)
      expectAllOfGzip(file, reference)
      if (exact) expect(file.bytes).toHaveLength(reference.length)
    },
  )

  it('gives the same bytes and the same fault with any split of the input', async () => {
    const packed = gzipSync(CAPTURE.subarray(0, 6000))
    const damage = fc.record({
      at: fc.integer({ min: 0, max: packed.length - 1 }),
      count: fc.integer({ min: 1, max: 8 }),
      length: fc.oneof(fc.constant(packed.length), fc.integer({ min: 1, max: packed.length })),
    })
    const cuts = fc.array(fc.integer({ min: 1, max: packed.length }), { maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(damage, cuts, async ({ at, count, length }, where) => {
        const damaged = changed(packed, at, count).subarray(0, length)
        const file = await fromFile(damaged)
        expect(
          await fromStream(
            damaged,
            [...where].sort((a, b) => a - b),
          ),
        ).toEqual(file)
        if (hasGzip) expectAllOfGzip(file, gzipOutput(damaged))
      }),
      { numRuns: cases(40) },
    )
  })

  it('gives the same byte by byte', async () => {
    const packed = changed(gzipSync(CAPTURE.subarray(0, 3000)), 900, 2)
    const each = Array.from(packed, (_, i) => i + 1)
    expect(await fromStream(packed, each)).toEqual(await fromFile(packed))
  })

  it('is not reported where the capture in it was damaged before', async () => {
    const inside = concat(CAPTURE.subarray(0, 3000), new Uint8Array(3000).fill(0xff), CAPTURE)
    const packed = concat(gzipSync(inside), GARBAGE)
    const whole = await readBytes(packed)
    expect(whole.summary.warnings).toMatchObject([{ code: 'corrupt-record' }])
    for (const cut of [100, 1000, packed.length - 45, packed.length - 40, packed.length - 20])
      expect(await readBytes(packed, [cut])).toEqual(whole)
  })

  it('costs no packet where only the checksum is wrong', async () => {
    const whole = await readBytes(CAPTURE)
    const packed = changed(PACKED, PACKED.length - 6, 1)
    const { summary, frames } = await readBytes(packed)
    expect(frames).toEqual(whole.frames)
    expect(summary).toMatchObject({ complete: false, warnings: [{ code: 'corrupt-gzip', frame: frames.length }] })
    const sink = collector()
    expect(await readCapture(folder.write('checksum.pcap.gz', packed), sink)).toEqual(summary)
    expect(sink.frames).toEqual(frames)
  })
})
