import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSegment, type Segment } from '../../../../dissectors/layers/segment.ts'
import { Arenas } from '../../../../src/track/core/gather-buffers.ts'
import { HELD_OVERHEAD } from '../../../../src/track/flow/stream/reassembly.ts'
import type { StreamLimits } from '../../../../src/track/flow/stream/stream-owner.ts'
import { Stream } from '../../../../src/track/flow/stream/tcp-stream.ts'
import { NbssFramer } from '../../../../src/track/smb/nbss-framer.ts'
import { isMessageStart } from '../../../../src/track/smb/nbss-packet.ts'
import { cases } from '../../../support/cases.ts'
import { packet, smb2 } from '../../../support/conversation.ts'

const LIMITS: StreamLimits = { heldBytes: 1 << 20, heldSegments: 512, heldBytesInAll: 1 << 20 }

interface Piece {
  /** Offset in the stream. */
  at: number
  bytes: Uint8Array
  /** On the wire, where the capture cut the frame. */
  length?: number
}

/** Runs segments, one a frame, through a stream that starts at `isn` + 1. */
function run(
  pieces: Piece[],
  { isn = 0xfffffff0, limits = LIMITS, synchronise = true, ackAfter = -1, elsewhere = 0 } = {},
) {
  const messages: { command: number; frame: number }[] = []
  const gaps: number[] = []
  const disagreements: [number, number][] = []
  const limited: string[] = []
  const early: number[] = []
  const strays: number[] = []
  let cuts = 0
  let current = 0
  const reader = {
    bytesNeeded: (_b: Uint8Array, _start: number, length: number) => length,
    message: (_fromA: boolean, b: Uint8Array, start: number) => {
      messages.push({ command: b[start + 12], frame: current })
    },
    control: () => {},
    limited: () => {},
  }
  const owner = {
    at: (frame: number) => {
      current = frame
    },
    gap: (bytes: number) => {
      gaps.push(bytes)
    },
    cut: () => {
      cuts++
    },
    disagreement: (first: number) => {
      disagreements.push([current, first])
    },
    limited: (name: string) => {
      limited.push(name)
    },
    startsMessage: (b: Uint8Array) => b.length >= 8 && isMessageStart(b, 0, b.length),
    readEarly: (_b: Uint8Array, from: number, to: number) => {
      early.push(to - from)
    },
    stray: (frame: number) => {
      strays.push(frame)
    },
  }
  const arenas = new Arenas()
  const shared = { heldBytes: elsewhere, recent: null }
  const stream = new Stream(
    new NbssFramer(reader, true, { gatherBytes: 65536, gatherBytesInAll: 1 << 20 }, arenas),
    true,
    owner,
    limits,
    shared,
  )
  if (synchronise) stream.synchronise(isn | 0)
  pieces.forEach(({ at, bytes, length = bytes.length }, i) => {
    const buffer = new Uint8Array(bytes.length + 10)
    buffer.set(bytes, 5)
    const s: Segment = { ...createSegment(), seq: (isn + 1 + at) | 0, payload: 5, payloadEnd: 5 + bytes.length, length }
    if (ackAfter >= 0) stream.acknowledged((isn + 1 + ackAfter) | 0)
    current = i + 1
    stream.segment(buffer, s, i + 1, i)
    buffer.fill(0xee)
  })
  stream.finish()
  expect(shared.heldBytes).toBe(elsewhere)
  expect(arenas.bytes).toBe(0)
  return { messages, gaps, cuts, disagreements, limited, early, strays }
}

const message = (command: number, size = 20) => packet(smb2({ command, body: new Uint8Array(size).fill(7) }))
const concat = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((p) => [...p]))

/** Three messages of 88, 88 and 88 bytes. */
const STREAM = concat([message(3), message(4), message(5)])
const piece = (from: number, to: number): Piece => ({ at: from, bytes: STREAM.subarray(from, to) })

describe('stream', () => {
  it('reads in order across the wrap of the sequence number', () => {
    const { messages } = run([piece(0, 10), piece(10, 100), piece(100, 264)])
    expect(messages).toEqual([
      { command: 3, frame: 2 },
      { command: 4, frame: 3 },
      { command: 5, frame: 3 },
    ])
  })

  it('puts segments in order, and assigns them to the frame that closed the hole', () => {
    const { messages, gaps } = run([piece(100, 180), piece(0, 100), piece(180, 264)])
    expect(messages.map((m) => [m.command, m.frame])).toEqual([
      [3, 2],
      [4, 2],
      [5, 3],
    ])
    expect(gaps).toEqual([])
  })

  it('ignores retransmissions and takes the new bytes of an overlap', () => {
    const { messages } = run([piece(0, 100), piece(0, 100), piece(50, 200), piece(150, 264), piece(0, 264)])
    expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
  })

  it('keeps the bytes that came first if overlapping data disagrees', () => {
    const forged = STREAM.slice()
    forged[4 + 12] = 9
    const { messages, disagreements } = run([piece(0, 40), { at: 0, bytes: forged.subarray(0, 100) }, piece(100, 264)])
    expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
    expect(disagreements).toEqual([[2, 1]])
  })

  it('keeps them also while they wait behind a hole', () => {
    const forged = STREAM.slice()
    forged[88 + 4 + 12] = 9
    forged[176 + 4 + 12] = 9
    const { messages, disagreements } = run([
      piece(88, 176),
      { at: 44, bytes: forged.subarray(44, 264) },
      piece(0, 44),
      { at: 0, bytes: forged },
    ])
    // The third message had not been seen before the forged one.
    expect(messages.map((m) => m.command)).toEqual([3, 4, 9])
    expect(disagreements).toEqual([
      [2, 1],
      [4, 1],
    ])
  })

  it('finds no contradiction in equal data, with any cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(263), fc.integer({ min: 1, max: 264 })), { maxLength: 30 }), (cuts) => {
        const pieces = cuts.map(([from, to]) => piece(Math.min(from, to), Math.max(from + 1, to)))
        expect(run(pieces).disagreements).toEqual([])
      }),
    )
  })

  it('finds one changed byte wherever it is sent again', () => {
    fc.assert(
      fc.property(fc.nat(263), fc.nat(263), fc.nat(263), fc.array(fc.nat(263), { maxLength: 6 }), (at, a, b, cuts) => {
        const forged = STREAM.slice()
        forged[at] ^= 0x20
        const ends = [...new Set([0, ...cuts, 264])].sort((x, y) => x - y)
        const whole = ends.slice(1).map((end, i) => piece(ends[i]!, end))
        const from = Math.min(at, a)
        const to = Math.max(at + 1, b)
        const { messages, disagreements } = run([...whole, { at: from, bytes: forged.subarray(from, to) }])
        // One byte before what is expected is a keep-alive.
        const keepAlive = from === 263 && to === 264
        expect(disagreements.map(([frame]) => frame)).toEqual(keepAlive ? [] : [whole.length + 1])
        expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
      }),
    )
  })

  it('ignores a keep-alive of one old byte', () => {
    const { messages } = run([piece(0, 88), { at: 87, bytes: Uint8Array.of(0) }, piece(88, 264)])
    expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
  })

  it('reports a hole that is never filled, and reads on behind it', () => {
    const { messages, gaps } = run([piece(0, 88), piece(180, 264)])
    expect(gaps).toEqual([92])
    expect(messages.map((m) => m.command)).toEqual([3])
    expect(run([piece(0, 88), piece(176, 264)]).messages.map((m) => m.command)).toEqual([3, 5])
  })

  it('waits only briefly for a hole that is acknowledged', () => {
    const many = Array.from({ length: 12 }, () => message(6))
    const stream = concat([message(3), ...many])
    const pieces = many.map((m, i) => ({ at: 176 + i * m.length, bytes: stream.subarray(176 + i * 88, 264 + i * 88) }))
    const late = { at: 0, bytes: stream.subarray(0, 176) }
    const early = run([pieces[0], pieces[1], late, ...pieces.slice(2, 11)], { ackAfter: 176 })
    expect(early.gaps).toEqual([])
    expect(early.messages).toHaveLength(13)
    const lost = run([...pieces.slice(0, 11), late], { ackAfter: 176 })
    expect(lost.gaps).toEqual([176])
    expect(lost.messages.map((m) => m.frame)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('gives a hole up when too much waits behind it', () => {
    const { gaps } = run([piece(10, 20), piece(30, 40), piece(50, 60)], {
      limits: { ...LIMITS, heldSegments: 2 },
    })
    expect(gaps).toEqual([10, 10, 10])
  })

  it('gives its holes up when other streams hold all the memory for that', () => {
    const pieces = [piece(0, 88), piece(176, 264)]
    expect(run(pieces, { elsewhere: LIMITS.heldBytesInAll - 88 }).gaps).toEqual([88])
    const late = run([...pieces, piece(88, 176)], { elsewhere: LIMITS.heldBytesInAll })
    expect(late.gaps).toEqual([88])
    expect(late.messages.map((m) => m.command)).toEqual([3, 5])
    expect(run([...pieces, piece(88, 176)], { elsewhere: 0 }).gaps).toEqual([])
  })

  it('counts the memory that each segment takes besides its bytes', () => {
    const bytes = Uint8Array.of(0xff)
    const drops = Array.from({ length: 100 }, (_, i) => ({ at: 100 + 2 * i, bytes }))
    const limits = { ...LIMITS, heldBytesInAll: 40 * HELD_OVERHEAD }
    expect(run(drops, { limits }).limited).toContain('heldBytesInAll')
    expect(run(drops.slice(0, 39), { limits }).limited).toEqual([])
  })

  it('continues where a run of segments agrees, far from its position, and counts the hole', () => {
    const far = 2 ** 27
    const moved = [0, 88, 176].map((from) => ({ at: far + from, bytes: STREAM.subarray(from, from + 88) }))
    const { messages, gaps, strays } = run([piece(0, 88), ...moved])
    expect(messages).toEqual([
      { command: 3, frame: 1 },
      { command: 3, frame: 2 },
      { command: 4, frame: 3 },
      { command: 5, frame: 4 },
    ])
    expect([gaps, strays]).toEqual([[far - 88], []])
  })

  it('moves at once to what the other side acknowledges', () => {
    const at = 2 ** 27
    const { messages, gaps } = run([piece(0, 88), { at, bytes: STREAM.subarray(88, 176) }], { ackAfter: at + 88 })
    expect(messages.map((m) => [m.command, m.frame])).toEqual([
      [3, 1],
      [4, 2],
    ])
    expect(gaps).toEqual([at - 88])
  })

  it('moves to lower numbers too if a SYN misled it, and then misses nothing', () => {
    const at = -(2 ** 30)
    const { messages, gaps, strays } = run(
      [0, 88, 176].map((from) => ({ at: at + from, bytes: STREAM.subarray(from, from + 88) })),
    )
    expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
    expect([gaps, strays]).toEqual([[], []])
  })

  it('reads a distant last segment, and reports distant segments that nothing follows', () => {
    const far = { at: 2 ** 31 + 68, bytes: STREAM.subarray(88, 176) }
    expect(run([piece(0, 88), far]).messages.map((m) => [m.command, m.frame])).toEqual([
      [3, 1],
      [4, 2],
    ])
    const { messages, gaps, strays } = run([piece(0, 88), far, piece(88, 176), piece(176, 264)])
    expect(messages.map((m) => m.frame)).toEqual([1, 3, 4])
    expect([gaps, strays]).toEqual([[], [2]])
  })

  it('drops the oldest segments that fit nowhere, each with its frame', () => {
    const strays = Array.from({ length: 20 }, (_, i) => ({
      at: (i + 2) * 2 ** 27 * (i % 2 === 0 ? 1 : -1),
      bytes: piece(0, 5).bytes,
    }))
    const result = run([piece(0, 88), ...strays, piece(88, 264)])
    expect(result.messages.map((m) => m.command)).toEqual([3, 4, 5])
    expect(result.strays).toEqual(strays.map((_, i) => i + 2))
  })

  it('gives the same messages with any stray segments in between', () => {
    const stray = fc.record({ at: fc.integer({ min: 2 ** 27, max: 2 ** 31 }), size: fc.integer({ min: 1, max: 100 }) })
    const cut = fc.record({ size: fc.integer({ min: 1, max: 90 }), strays: fc.array(stray, { maxLength: 2 }) })
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 12 }), (cuts) => {
        let at = 0
        let expected = 0
        const pieces = cuts.flatMap(({ size, strays }) => {
          const end = Math.min(at + size, STREAM.length)
          const own = piece(at, end)
          at = end
          // Two that agree by chance may be a run with others.
          expected += own.bytes.length === 0 ? 0 : strays.length
          return own.bytes.length === 0
            ? []
            : [...strays.map((s) => ({ at: s.at, bytes: new Uint8Array(s.size) })), own]
        })
        const { messages, gaps, strays } = run([...pieces, piece(at, STREAM.length)].filter((p) => p.bytes.length > 0))
        expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
        expect(gaps).toEqual([])
        expect(strays.length).toBeLessThanOrEqual(expected)
        if (at < STREAM.length) expect(strays.length).toBe(expected)
      }),
    )
  })

  it('begins where two segments agree or the other side acknowledges, if no SYN was seen', () => {
    const stray = { at: 2 ** 29, bytes: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }
    const midstream = { synchronise: false }
    const agreed = run([stray, piece(0, 88), piece(88, 176), piece(176, 264)], midstream)
    expect(agreed.messages.map((m) => [m.command, m.frame])).toEqual([
      [3, 2],
      [4, 3],
      [5, 4],
    ])
    expect(agreed.strays).toEqual([1])
    const acknowledged = run([stray, piece(0, 264)], { ...midstream, ackAfter: 264 })
    expect(acknowledged.messages.map((m) => m.frame)).toEqual([2, 2, 2])
    expect(acknowledged.strays).toEqual([1])
  })

  it('puts the first segments in order if no SYN was seen', () => {
    const { messages } = run([piece(100, 180), piece(0, 100), piece(180, 264)], { synchronise: false })
    expect(messages.map((m) => [m.command, m.frame])).toEqual([
      [3, 2],
      [4, 2],
      [5, 3],
    ])
  })

  it('delivers late data from before its beginning separately, once', () => {
    const { messages, early, strays } = run(
      [piece(88, 176), piece(176, 200), piece(0, 88), piece(0, 88), piece(200, 264)],
      { synchronise: false },
    )
    expect(messages.map((m) => m.command)).toEqual([4, 5])
    expect([early, strays]).toEqual([[88], []])
    const apart = run([piece(88, 176), piece(176, 264), piece(0, 40)], { synchronise: false })
    expect([apart.early, apart.strays]).toEqual([[], [3]])
  })

  it('counts bytes that the capture cut as lost, not as missing segments', () => {
    const big = concat([message(9, 2000), message(3)])
    const { messages, gaps, cuts } = run([
      { at: 0, bytes: big.subarray(0, 96), length: 1460 },
      { at: 1460, bytes: big.subarray(1460, 1500), length: 608 },
      { at: 2068, bytes: big.subarray(2068) },
    ])
    expect(messages.map((m) => m.command)).toEqual([9, 3])
    expect(gaps).toEqual([])
    expect(cuts).toBe(2)
  })

  it('starts with the first segment if no SYN was seen', () => {
    const { messages } = run([piece(40, 88), piece(88, 264)], { synchronise: false })
    expect(messages.map((m) => m.command)).toEqual([4, 5])
  })

  it('gives the same messages for any cut, order within reach, and repetition', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(STREAM.length), { maxLength: 12 }),
        fc.array(fc.nat(1000), { minLength: 13, maxLength: 13 }),
        fc.array(fc.tuple(fc.nat(263), fc.nat(264)), { maxLength: 4 }),
        fc.integer({ min: -0x80000000, max: 0x7fffffff }),
        (cuts, keys, repeats, isn) => {
          const at = [0, ...cuts.sort((x, y) => x - y), STREAM.length]
          const pieces = at
            .slice(1)
            .map((end, i) => ({ key: keys[i], piece: piece(at[i], end) }))
            .filter((p) => p.piece.bytes.length > 0)
            .sort((x, y) => x.key - y.key)
            .map((p) => p.piece)
          for (const [from, to] of repeats) if (from < to) pieces.push(piece(from, to))
          const { messages, gaps } = run(pieces, { isn })
          expect(messages.map((m) => m.command)).toEqual([3, 4, 5])
          expect(gaps).toEqual([])
        },
      ),
      { numRuns: cases(500) },
    )
  })
})
