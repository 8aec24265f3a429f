import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../../src/capture/capture-error.ts'
import type { CaptureSummary } from '../../src/capture/read/read-capture.ts'
import { cases } from '../support/cases.ts'
import { type CollectedFrame, readBytes } from '../support/frames.ts'
import {
  type BuilderPacket,
  block,
  type Endian,
  type InterfaceOptions,
  obsoletePacketBlock,
  pcapFile,
  pcapngFile,
  type SectionOptions,
  type SectionPart,
  simplePacketBlock,
} from '../support/pcap-builder.ts'

const endian = fc.constantFrom<Endian[]>('little', 'big')
const data = fc.uint8Array({ maxLength: 40 })
const packet: fc.Arbitrary<BuilderPacket> = fc.record({
  data,
  time: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  nanoseconds: fc.integer({ min: 0, max: 999 }),
})

const pcap = fc
  .record({
    packets: fc.array(packet, { maxLength: 8 }),
    endian,
    nanoseconds: fc.boolean(),
    linkType: fc.constantFrom(0, 1, 101, 113, 249),
  })
  .map(pcapFile)

const captureInterface: fc.Arbitrary<InterfaceOptions> = fc.record(
  {
    linkType: fc.constantFrom(0, 1, 101, 113, 249),
    snapLength: fc.constantFrom(0, 40, 65_535),
    timestampResolution: fc.constantFrom(0, 3, 6, 9, 12, 0x80 | 10, 0x80 | 32),
    timestampOffset: fc.bigInt({ min: -100_000n, max: 100_000n }),
  },
  { requiredKeys: ['linkType'] },
)

const section: fc.Arbitrary<SectionOptions> = endian.chain((of) => {
  const bytes = fc.oneof(
    data.map((d) => simplePacketBlock(d, d.length, of)),
    data.map((d) => obsoletePacketBlock({ data: d }, of)),
    fc.tuple(fc.constantFrom(4, 5, 9, 0xbad, 0x777), data).map(([type, d]) => block(type, d, of)),
  )
  const part = fc.oneof<fc.Arbitrary<SectionPart>[]>(
    packet.map((p) => ({ kind: 'packet', packet: { ...p, time: p.time ?? 0 } })),
    bytes.map((b) => ({ kind: 'bytes', bytes: b })),
    captureInterface.map((i) => ({ kind: 'interface', interface: i })),
  )
  return fc.record({
    endian: fc.constant(of),
    interfaces: fc.array(captureInterface, { minLength: 1, maxLength: 2 }),
    parts: fc.array(part, { maxLength: 6 }),
    length: fc.constantFrom('unknown' as const, 'given' as const),
  })
})

const pcapng = fc.array(section, { minLength: 1, maxLength: 3 }).map((sections) => pcapngFile({ sections }))
const capture = fc.oneof(pcap, pcapng)

type Outcome = { summary: CaptureSummary; frames: CollectedFrame[] }

/** The outcome: a result or a CaptureError. Anything else fails the test. */
async function outcome(bytes: Uint8Array, cuts: readonly number[] = []): Promise<Outcome | CaptureError> {
  try {
    return await readBytes(bytes, cuts)
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError)
    return error as CaptureError
  }
}

const change = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
})

function withChanges(bytes: Uint8Array, changes: readonly { where: number; byte: number }[]): Uint8Array {
  const changed = Uint8Array.from(bytes)
  for (const { where, byte } of changes) changed[Math.floor(where * (changed.length - 1))] = byte
  return changed
}

function cutsOf(fractions: readonly number[], length: number): number[] {
  return fractions.map((f) => Math.floor(f * length)).sort((a, b) => a - b)
}

describe('a capture', () => {
  it('gives the same frames with any split of its bytes', async () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(capture, fractions, async (bytes, where) => {
        const whole = await readBytes(bytes)
        expect(whole.summary.complete).toBe(true)
        expect(await readBytes(bytes, cutsOf(where, bytes.length))).toEqual(whole)
      }),
    )
  })

  it('gives the same frames byte by byte', async () => {
    await fc.assert(
      fc.asyncProperty(capture, async (bytes) => {
        const each = Array.from(bytes, (_, i) => i + 1)
        expect(await readBytes(bytes, each)).toEqual(await readBytes(bytes))
      }),
      { numRuns: cases(30) },
    )
  })

  it('gives the same frames when compressed', async () => {
    await fc.assert(
      fc.asyncProperty(capture, async (bytes) => {
        const { summary, frames } = await readBytes(gzipSync(bytes))
        const plain = await readBytes(bytes)
        expect(frames).toEqual(plain.frames)
        expect(summary).toEqual({ ...plain.summary, compression: 'gzip' })
      }),
      { numRuns: cases(30) },
    )
  })

  it('cut anywhere, gives its first frames, and a warning unless the cut is between records', async () => {
    await fc.assert(
      fc.asyncProperty(capture, async (bytes) => {
        const { frames } = await readBytes(bytes)
        for (let length = 0; length < bytes.length; length++) {
          const cut = await outcome(bytes.subarray(0, length))
          if (cut instanceof CaptureError) {
            expect(length).toBeLessThan(28)
            continue
          }
          expect(cut.frames).toEqual(frames.slice(0, cut.frames.length))
          expect(cut.summary.packets).toBe(cut.frames.length)
          if (cut.summary.complete) continue
          const last = cut.frames.at(-1)
          expect(cut.summary.warnings.at(-1)).toMatchObject({ code: 'truncated-record' })
          expect(cut.summary.warnings.at(-1)?.frame ?? 0).toBeGreaterThanOrEqual(last?.number ?? 0)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('is complete only if cut between records', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(packet, { maxLength: 5 }), async (packets) => {
        const bytes = pcapFile({ packets })
        const ends = new Set([24])
        let at = 24
        for (const p of packets) {
          at += 16 + p.data.length
          ends.add(at)
        }
        for (let length = 24; length <= bytes.length; length++) {
          const { summary } = await readBytes(bytes.subarray(0, length))
          expect(summary.complete).toBe(ends.has(length))
        }
      }),
      { numRuns: 15 },
    )
  })

  it('with any bytes changed, gives the same frames, warnings and error with any split of its bytes', async () => {
    const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(
        capture,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fractions,
        async (bytes, changes, where) => {
          const changed = withChanges(bytes, changes)
          expect(await outcome(changed, cutsOf(where, changed.length))).toEqual(await outcome(changed))
        },
      ),
      { numRuns: cases(500) },
    )
  })

  it('with any bytes changed, ends, keeps its contract, and throws only CaptureError', async () => {
    await fc.assert(
      fc.asyncProperty(
        capture,
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (bytes, changes, packed) => {
          const changed = Uint8Array.from(packed ? gzipSync(bytes) : bytes)
          for (const { where, byte } of changes) changed[Math.floor(where * (changed.length - 1))] = byte
          const result = await outcome(changed, [1, 13, 40])
          if (result instanceof CaptureError) return
          let number = 0
          for (const frame of result.frames) {
            expect(Number.isSafeInteger(frame.time)).toBe(true)
            expect(frame.original).toBeGreaterThanOrEqual(frame.data.length)
            expect(frame.number).toBeGreaterThan(number)
            number = frame.number
          }
          expect(result.summary.complete || result.summary.warnings.length > 0).toBe(true)
          expect(result.frames.length).toBeLessThanOrEqual(result.summary.packets)
        },
      ),
      { numRuns: cases(1000) },
    )
  })

  it('of random bytes is not a capture, and nothing worse happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await outcome(bytes)).toBeInstanceOf(CaptureError)
      }),
    )
  })
})
