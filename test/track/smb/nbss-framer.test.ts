import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Arenas } from '../../../src/track/core/gather-buffers.ts'
import type { MessageReader } from '../../../src/track/smb/message-reader.ts'
import { NbssFramer } from '../../../src/track/smb/nbss-framer.ts'
import { cases } from '../../support/cases.ts'
import { packet, smb2 } from '../../support/conversation.ts'

interface Seen {
  command: number
  captured: number
  length: number
  /** The stream offset at which it was delivered. */
  at: number
}

/** Feeds a stream in pieces and notes what comes out; READ (8) and WRITE (9) need their header and 16 bytes. */
function run(pieces: (Uint8Array | number)[], gatherLimit = 65536): { seen: Seen[]; controls: number[] } {
  const seen: Seen[] = []
  const controls: number[] = []
  let fed = 0
  const reader: MessageReader = {
    bytesNeeded: (b, start, length) => (b[start + 12] === 8 || b[start + 12] === 9 ? 80 : length),
    message: (_fromA, b, start, captured, length) => seen.push({ command: b[start + 12], captured, length, at: fed }),
    control: (_fromA, type) => controls.push(type),
    limited: () => undefined,
  }
  const framer = new NbssFramer(reader, true, { gatherBytes: gatherLimit, gatherBytesInAll: 1 << 20 }, new Arenas())
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      fed += piece
      framer.lost(piece)
    } else {
      fed += piece.length
      const buffer = new Uint8Array(piece.length + 40).fill(0xaa)
      buffer.set(piece, 20)
      framer.feed(buffer, 20, 20 + piece.length)
    }
  }
  framer.finish()
  return { seen, controls }
}

function split(stream: Uint8Array, cuts: number[]): Uint8Array[] {
  const at = [0, ...cuts.map((c) => c % (stream.length + 1)).sort((x, y) => x - y), stream.length]
  return at.slice(1).map((end, i) => stream.subarray(at[i], end))
}

function concat(parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((p) => [...p]))
}

/** Elements of a compound: each but the last padded to 8 bytes and pointing to the next. */
function compound(bodies: Uint8Array[], commands: number[]): Uint8Array {
  return packet(
    ...bodies.map((body, i) => {
      const last = i === bodies.length - 1
      const padded = last ? body : concat([body, new Uint8Array((8 - (body.length % 8)) % 8)])
      return smb2({ command: commands[i], body: padded, nextCommand: last ? 0 : 64 + padded.length })
    }),
  )
}

const message = (command: number, size: number) => packet(smb2({ command, body: new Uint8Array(size).fill(7) }))

describe('framer', () => {
  it('delivers whole packets where they end', () => {
    const { seen } = run([concat([message(0, 36), message(1, 24)])])
    expect(seen.map((s) => [s.command, s.captured, s.length])).toEqual([
      [0, 100, 100],
      [1, 88, 88],
    ])
  })

  it('skips a payload that is not needed, and keeps its beginning', () => {
    const stream = message(9, 100_000)
    const { seen } = run(split(stream, [1000, 2000, 70_000]))
    expect(seen).toEqual([{ command: 9, captured: 80, length: 100_064, at: stream.length }])
  })

  it('splits a compound, in one segment and in many', () => {
    const stream = compound([new Uint8Array(56), new Uint8Array(49), new Uint8Array(24)], [5, 8, 6])
    const whole = run([stream]).seen.map((s) => [s.command, s.length])
    expect(whole).toEqual([
      [5, 120],
      [8, 120],
      [6, 88],
    ])
    expect(run([...stream].map((b) => Uint8Array.of(b))).seen.map((s) => [s.command, s.length])).toEqual(whole)
  })

  it('skips keep-alives and session packets between messages', () => {
    const request = Uint8Array.from([0x81, 0, 0, 0x44, ...new Uint8Array(0x44).fill(0x41)])
    const keepAlive = Uint8Array.of(0x85, 0, 0, 0)
    const positive = Uint8Array.of(0x82, 0, 0, 0)
    const stream = concat([request, positive, message(0, 36), keepAlive, message(1, 24)])
    for (const pieces of [[stream], [...stream].map((b) => Uint8Array.of(b))]) {
      const { seen, controls } = run(pieces)
      expect(seen.map((s) => s.command)).toEqual([0, 1])
      expect(controls).toEqual([0x81, 0x82, 0x85])
    }
  })

  it('continues through a loss inside a payload', () => {
    const stream = concat([message(9, 5000), message(3, 20)])
    const { seen } = run([stream.subarray(0, 1000), 3000, stream.subarray(4000)])
    expect(seen.map((s) => [s.command, s.length])).toEqual([
      [9, 5064],
      [3, 84],
    ])
  })

  it('delivers the captured part of a header that was cut', () => {
    const stream = concat([message(9, 500), message(3, 20)])
    for (let there = 8; there < 68; there++) {
      const { seen } = run([stream.subarray(0, there), 568 - there, stream.subarray(568)])
      expect(seen, `${there} bytes`).toMatchObject([
        { captured: there - 4, length: 564 },
        { command: 3, captured: 84, length: 84 },
      ])
    }
    // Without the protocol id it could be anything. The next packet is still found.
    for (let there = 0; there < 8; there++) {
      expect(run([stream.subarray(0, there), 568 - there, stream.subarray(568)]).seen).toMatchObject([{ command: 3 }])
    }
  })

  it('knows how long an element of a compound is from where NextCommand was captured', () => {
    const stream = compound([new Uint8Array(56), new Uint8Array(24)], [5, 6])
    const cut = (there: number) => {
      // The loss ends within the first element. The length of the packet determines where the next one is read.
      const { seen } = run([stream.subarray(0, there), 100 - there, stream.subarray(100)])
      return seen.map((s) => [s.captured, s.length])
    }
    expect(cut(4 + 23)).toEqual([[23, 208]])
    expect(cut(4 + 24)).toEqual([
      [24, 120],
      [88, 88],
    ])
  })

  it('does not mistake padding that was cut for a message', () => {
    const padded = packet(
      smb2({ command: 5, nextCommand: 72, body: new Uint8Array(8) }),
      smb2({ command: 6 }).subarray(0, 12),
    )
    expect(run([padded.subarray(0, padded.length - 4), 4]).seen.map((s) => s.command)).toEqual([5])
  })

  it('finds the next packet after a loss that includes a prefix', () => {
    const stream = concat([message(9, 500), message(9, 500), message(3, 20)])
    const { seen } = run([stream.subarray(0, 400), 300, stream.subarray(700)])
    expect(seen.map((s) => s.command)).toEqual([9, 3])
  })

  it('finds its first packet midstream, with any cut of the segments', () => {
    const stream = concat([new Uint8Array(77).fill(0x53), message(3, 20), message(4, 4)])
    for (let cut = 1; cut < stream.length; cut++) {
      expect(run(split(stream, [cut])).seen.map((s) => s.command)).toEqual([3, 4])
    }
    expect(run([...stream].map((b) => Uint8Array.of(b))).seen.map((s) => s.command)).toEqual([3, 4])
  })

  it('ends a compound whose NextCommand leads nowhere', () => {
    for (const nextCommand of [1, 63, 0xffffffff, 10_000]) {
      const { seen } = run([concat([packet(smb2({ command: 5, nextCommand })), message(3, 20)])])
      expect(seen.map((s) => s.command)).toEqual([5, 3])
    }
  })

  it('takes any StructureSize where a message is due, and only the right one where it searches', () => {
    const odd = message(3, 20)
    odd[8] = 0x3f
    expect(run([concat([odd, message(4, 4)])]).seen.map((s) => s.command)).toEqual([3, 4])
    expect(run([concat([new Uint8Array(9).fill(7), odd, message(4, 4)])]).seen.map((s) => s.command)).toEqual([4])
  })

  it('gathers no more than its limit', () => {
    const stream = message(1, 50_000)
    const { seen } = run(split(stream, [10, 20_000]), 4096)
    expect(seen.map((s) => [s.captured, s.length])).toEqual([[4096, 50_064]])
  })

  it('gives the same messages with any cut of the stream', () => {
    const element = fc.record({ command: fc.constantFrom(0, 1, 3, 5, 8, 9, 14), size: fc.nat(300) })
    const packets = fc.array(
      fc.oneof(
        element.map((e) => message(e.command, e.size)),
        fc.array(element, { minLength: 2, maxLength: 4 }).map((es) =>
          compound(
            es.map((e) => new Uint8Array(e.size)),
            es.map((e) => e.command),
          ),
        ),
        fc.constant(Uint8Array.of(0x85, 0, 0, 0)),
      ),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(packets, fc.array(fc.nat(5000), { maxLength: 30 }), (ps, cuts) => {
        const stream = concat(ps)
        const strip = ({ seen }: { seen: Seen[] }) => seen.map((s) => [s.command, s.length])
        expect(strip(run(split(stream, cuts)))).toEqual(strip(run([stream])))
      }),
      { numRuns: cases(300) },
    )
  })

  it('ends on any bytes and any losses, and continues where it can', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.nat(1000), fc.constant(message(3, 20)))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const { seen } = run(pieces)
        for (const s of seen) expect(s.captured).toBeLessThanOrEqual(s.length)
      }),
      { numRuns: cases(500) },
    )
  })
})
