import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSegment, type Segment } from '../../../dissectors/layers/segment.ts'
import { createContext } from '../../../src/track/core/context.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../src/track/core/limits.ts'
import { Fragments, type Joined } from '../../../src/track/flow/ip-fragments.ts'
import { HELD_OVERHEAD } from '../../../src/track/flow/stream/reassembly.ts'

interface Piece {
  from: number
  to: number
  bytes?: Uint8Array
  /** Bytes that the capture kept of it. */
  captured?: number
  id?: number
  source?: number
  time?: number
}

/** A datagram of 96 bytes, all different. */
const DATAGRAM = Uint8Array.from({ length: 96 }, (_, i) => i + 1)

function run(pieces: Piece[], limits: Partial<Limits> = {}) {
  const context = createContext('test', { ...DEFAULT_LIMITS, ...limits }, null)
  const fragments = new Fragments(context)
  const joined: (Joined & { frame: number })[] = []
  pieces.forEach(({ from, to, bytes = DATAGRAM, captured = to - from, id = 7, source = 1, time }, i) => {
    const buffer = new Uint8Array(5 + to - from + 5)
    buffer.set(bytes.subarray(from, to), 5)
    const s: Segment = {
      ...createSegment(),
      src3: source,
      payload: 5,
      payloadEnd: 5 + captured,
      length: to - from,
      fragmentId: id,
      fragmentProtocol: 6,
      fragmentOffset: from,
      fragmentMore: to < bytes.length ? 1 : 0,
    }
    context.frame = i + 1
    const result = fragments.add(buffer, s, i + 1, time ?? i)
    buffer.fill(0xee)
    if (result !== null) joined.push({ ...result, frame: i + 1 })
  })
  const { unfinished } = fragments.finish()
  return { joined, unfinished, context }
}

const WHOLE = { protocol: 6, bytes: DATAGRAM, captured: 96 }
const piece = (from: number, to: number): Piece => ({ from, to })

describe('fragments', () => {
  it('are reassembled in any order', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const all = [piece(0, 32), piece(32, 64), piece(64, 96)]
      const { joined, unfinished } = run(order.map((i) => all[i]!))
      expect(joined).toEqual([{ ...WHOLE, frame: 3 }])
      expect(unfinished).toBe(0)
    }
  })

  it('belong together by addresses and identification', () => {
    const other = { source: 2 }
    const { joined, unfinished } = run([
      piece(0, 48),
      { ...piece(0, 48), ...other },
      { ...piece(0, 48), id: 8 },
      { ...piece(48, 96), ...other },
      piece(48, 96),
    ])
    expect(joined.map((j) => j.frame)).toEqual([4, 5])
    expect(unfinished).toBe(1)
  })

  it('count once if a span port copies them', () => {
    const { joined, unfinished, context } = run([0, 0, 48, 48].map((from) => piece(from, from + 48)))
    expect(joined).toEqual([{ ...WHOLE, frame: 3 }])
    expect(unfinished).toBe(0)
    expect(context.disagreements).toBe(0)
  })

  it('of the next datagram with the same identification are not copies', () => {
    const next = DATAGRAM.map((byte) => byte + 100)
    const { joined } = run([
      piece(0, 48),
      piece(48, 96),
      { ...piece(0, 48), bytes: next },
      { ...piece(48, 96), bytes: next },
    ])
    expect(joined.map(({ bytes, frame }) => [bytes, frame])).toEqual([
      [DATAGRAM, 2],
      [next, 4],
    ])
  })

  it('of a later datagram with the same identification do not mix with those of an earlier one', () => {
    const late = (p: Piece): Piece => ({ ...p, time: 31e6, bytes: DATAGRAM.map((byte) => byte + 100) })
    const { joined, unfinished } = run([piece(0, 48), late(piece(48, 96)), late(piece(0, 48))])
    expect(joined.map((j) => j.bytes[0])).toEqual([101])
    expect(unfinished).toBe(1)
    expect(run([piece(0, 48), piece(48, 96), late(piece(0, 48)), late(piece(48, 96))]).joined).toHaveLength(2)
  })

  it('that overlap and disagree: the first bytes count, and it is reported', () => {
    const forged = { bytes: new Uint8Array(96).fill(0xff) }
    const { joined, context } = run([piece(0, 48), { ...piece(24, 72), ...forged }, piece(64, 96)])
    const expected = DATAGRAM.slice()
    expected.fill(0xff, 48, 72)
    expect(joined).toEqual([{ protocol: 6, bytes: expected, captured: 96, frame: 3 }])
    expect(context.disagreeing).toEqual([
      { frame: 2, first: 1 },
      { frame: 3, first: 2 },
    ])
  })

  it('that the capture cut give the bytes before the cut', () => {
    const { joined } = run([{ ...piece(0, 48), captured: 40 }, piece(48, 96)])
    expect(joined.map((j) => [j.captured, j.bytes.length])).toEqual([[40, 96]])
    expect(run([piece(0, 48), { ...piece(48, 96), captured: 1 }]).joined.map((j) => j.captured)).toEqual([49])
  })

  it('beyond the end of the last fragment are left out', () => {
    const long = { bytes: new Uint8Array(400) }
    const { joined } = run([
      { ...piece(320, 368), ...long },
      { ...piece(72, 144), ...long },
      piece(48, 96),
      piece(0, 48),
    ])
    expect(joined.map(({ bytes }) => bytes.length)).toEqual([96])
  })

  it('beyond the maximum length of a datagram are ignored', () => {
    expect(run([{ from: 65_528, to: 65_544, bytes: new Uint8Array(65_544) }]).unfinished).toBe(0)
  })

  it('of datagrams that are never complete make room for others', () => {
    const flood = Array.from({ length: 100 }, (_, id) => ({ ...piece(0, 48), id: id + 100 }))
    const { joined, unfinished, context } = run([...flood, piece(0, 48), piece(48, 96)], { fragments: 16 })
    expect(joined).toEqual([{ ...WHOLE, frame: 102 }])
    expect(unfinished).toBe(100)
    expect(context.limitCosts.get('fragments')?.count).toBeGreaterThan(80)
    const byBytes = run([...flood, piece(0, 48), piece(48, 96)], {
      fragmentBytes: 10 * (48 + HELD_OVERHEAD),
    })
    expect(byBytes.joined).toHaveLength(1)
    expect(byBytes.context.limitCosts.get('fragmentBytes')?.count).toBeGreaterThan(80)
  })

  it('count with the memory that each takes besides its bytes', () => {
    const bytes = new Uint8Array(8192)
    const drops = Array.from({ length: 200 }, (_, i) => ({ from: 16 * i, to: 16 * i + 8, bytes }))
    expect(run(drops, { fragmentBytes: 100 * HELD_OVERHEAD }).context.limitCosts.get('fragmentBytes')?.count).toBe(2)
    expect(run(drops.slice(0, 98), { fragmentBytes: 100 * HELD_OVERHEAD }).context.limitCosts.size).toBe(0)
  })

  it('give the same datagram with any cuts, repetitions, overlaps and order', () => {
    const cut = fc.tuple(fc.nat(95), fc.integer({ min: 1, max: 96 }))
    fc.assert(
      fc.property(
        fc.array(cut, { maxLength: 12 }),
        fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
        (cuts, keys) => {
          const pieces = [piece(0, 40), piece(40, 96), ...cuts.map(([from, n]) => piece(from, Math.min(96, from + n)))]
          const shuffled = pieces.map((p, i) => ({ p, key: keys[i]! })).sort((a, b) => a.key - b.key)
          const { joined, context } = run(shuffled.map(({ p }) => p))
          expect(joined.map(({ bytes, captured }) => ({ bytes, captured }))).toEqual([
            { bytes: DATAGRAM, captured: 96 },
          ])
          expect(context.disagreements).toBe(0)
        },
      ),
    )
  })
})
