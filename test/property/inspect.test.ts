/** For any bytes: fields lie within the message and within their parents, they come to an end, and nothing throws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeMessage } from '../../src/inspect/describe.ts'
import { allFields, type ByteRange, type Field } from '../../src/inspect/field/field.ts'
import { hexLineCount, hexLines, hexText } from '../../src/inspect/field/hex-lines.ts'
import { describeHeaders } from '../../src/inspect/headers.ts'
import * as blobs from '../dissectors/auth/fixtures.ts'
import * as smb1 from '../dissectors/smb1/fixtures.ts'
import * as smb2 from '../dissectors/smb2/fixtures.ts'
import { cases } from '../support/cases.ts'
import { mutations, sessionSetup } from '../support/messages.ts'

function arraysOf(module: object): [string, Uint8Array][] {
  return Object.entries(module).filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array)
}

function withPrefix(message: Uint8Array): Uint8Array {
  return Uint8Array.of(0, 0, message.length >> 8, message.length & 0xff, ...message)
}

const MESSAGES: [string, Uint8Array][] = [
  ...arraysOf(smb1),
  ...arraysOf(smb2),
  ...arraysOf(blobs).map(([name, blob]): [string, Uint8Array] => [name, sessionSetup(blob)]),
]

/** Counts the fields, and throws if one is not within its parent. One comparison each, since there are millions. */
function expectSound(fields: readonly Field[], within: ByteRange): number {
  let count = 0
  for (const field of fields) {
    const isSound = within.start <= field.start && field.start <= field.end && field.end <= within.end
    if (!isSound) expect.fail(`${field.name} ${field.start}-${field.end} is not in ${within.start}-${within.end}`)
    count += 1 + expectSound(field.children, field)
  }
  return count
}

function expectDescribed(bytes: Uint8Array, wireLength: number): void {
  const count = expectSound(describeMessage(bytes, wireLength), { start: 0, end: bytes.length })
  expect(count).toBeLessThanOrEqual(2048)
}

describe('describeMessage', () => {
  it('has fixtures of all kinds', () => {
    expect(MESSAGES.length).toBeGreaterThan(50)
  })

  it.each(MESSAGES)('%s, every prefix of it', (_name, message) => {
    for (let length = 0; length <= message.length; length++) {
      expectDescribed(message.slice(0, length), message.length)
      expectDescribed(message.slice(0, length), length)
      expectDescribed(withPrefix(message).slice(0, length), length)
    }
  })

  it.each(MESSAGES)('%s, changed at random', (name, message) => {
    fc.assert(
      fc.property(mutations({ name, message, parse: () => ({ ok: true, value: {} }) }), ({ mutant, wireLength }) => {
        expectDescribed(mutant, wireLength)
        expectDescribed(withPrefix(mutant), mutant.length + 4)
      }),
      { numRuns: cases(50) },
    )
  })

  it('describes a prefix as the whole message describes it', () => {
    for (const [, message] of MESSAGES) {
      const whole = [...allFields(describeMessage(message))].map(({ name, start, end }) => `${name} ${start} ${end}`)
      const half = message.slice(0, message.length >> 1)
      // What ends at the cut may have been cut.
      const leaves = [...allFields(describeMessage(half, message.length))].filter(
        ({ children, end, note }) => children.length === 0 && note === undefined && end < half.length,
      )
      for (const { name, start, end } of leaves) expect(whole).toContain(`${name} ${start} ${end}`)
    }
  })

  it('comes to an end for long lists', () => {
    const request = smb2.negotiateRequest311.slice()
    const long = new Uint8Array(70_000)
    long.set(request)
    // 65535 dialects, and as many contexts.
    long.set([0xff, 0xff], 66)
    long.set([0xff, 0xff], 96)
    expectDescribed(long, long.length)
    const compound = new Uint8Array(64 * 1000)
    for (let at = 0; at < compound.length; at += 64) compound.set([0xfe, 0x53, 0x4d, 0x42, 64, 0], at)
    for (let at = 0; at < compound.length; at += 64) compound[at + 20] = 64
    expectDescribed(compound, compound.length)
  })
})

describe('describeHeaders', () => {
  it('stays within the frame, for any link type', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 9, 51, 101, 105, 113, 127, 192, 276, 4711),
        fc.uint8Array({ maxLength: 200 }),
        (linkType, frame) => {
          const { fields, payload } = describeHeaders(linkType, frame, frame.length)
          expectSound(fields, { start: 0, end: frame.length })
          if (payload !== null) expect(payload.start).toBeLessThanOrEqual(payload.end)
        },
      ),
    )
  })
})

describe('hexLines', () => {
  it('shows every byte once, and marks the marked ones', () => {
    const ranges = fc.array(
      fc.tuple(fc.nat(100), fc.nat(30)).map(([start, length]) => ({ start, end: start + length })),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), ranges, fc.integer({ min: 1, max: 20 }), (bytes, marks, width) => {
        const lines = hexLines(bytes, { marks, width })
        expect(lines).toHaveLength(hexLineCount(bytes.length, width))
        const cells = lines.flatMap((line) => line.cells)
        expect(cells.map(({ byte }) => byte)).toEqual([...bytes])
        for (const { offset, marked } of cells) {
          expect(marked).toBe(marks.some(({ start, end }) => start <= offset && offset < end))
        }
        // Every mark opens and closes in its line.
        for (const line of hexText(lines, width).split('\n')) {
          const hex = line.slice(0, 5 + 3 * width + 1)
          expect(hex.split('[').length).toBe(hex.split(']').length)
        }
      }),
    )
  })
})
