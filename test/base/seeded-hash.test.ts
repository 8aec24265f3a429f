import { describe, expect, it } from 'vitest'
import { createSegment, type Segment } from '../../dissectors/layers/segment.ts'
import { finish, hashText, mix, SEED } from '../../src/base/seeded-hash.ts'
import { flowHash, sourceIsA } from '../../src/track/flow/flow-hash.ts'

/** fd00::/8 addresses, or IPv4 ones in the form that segments have. */
function segment(src: readonly number[], dst: readonly number[], srcPort: number, dstPort = 445): Segment {
  const s = createSegment()
  ;[s.src0, s.src1, s.src2, s.src3] = src.map((word) => word | 0) as [number, number, number, number]
  ;[s.dst0, s.dst1, s.dst2, s.dst3] = dst.map((word) => word | 0) as [number, number, number, number]
  s.srcPort = srcPort
  s.dstPort = dstPort
  return s
}

const hash = (s: Segment) => flowHash(s, sourceIsA(s))

/** Nearly all hashes differ, and fewer than 16 share a slot of a table with at least twice as many slots as hashes, as random ones would. */
function expectSpread(hashes: readonly number[]): void {
  expect(new Set(hashes).size).toBeGreaterThan(hashes.length * 0.99)
  const places = new Map<number, number>()
  let size = 16
  while (size < hashes.length * 2) size *= 2
  for (const h of hashes) places.set(h & (size - 1), (places.get(h & (size - 1)) ?? 0) + 1)
  expect(Math.max(...places.values())).toBeLessThan(16)
}

const CLIENT = [0xfd000000, 0x11111111, 0x22222222, 0x01234567]
const SERVER = [0xfd000000, 0x33333333, 0x44444444, 0x76543210]

describe('the hash of a flow', () => {
  it('is the same in both directions, in IPv4, IPv6 and where one end looks like IPv4', () => {
    for (const client of [CLIENT, [0, 0, 0xffff, 0x0a000005]]) {
      for (const server of [SERVER, [0, 0, 0xffff, 0x0a00000a]])
        expect(hash(segment(client, server, 50_000))).toBe(hash(segment(server, client, 445, 50_000)))
    }
  })

  it('spreads addresses in which the same bits are flipped in two words', () => {
    // Words 1 and 0 of one address, then of the two, were combined by xor; and a top bit passed through a multiplication as it was.
    for (const [i, j] of [
      [0, 1],
      [0, 2],
      [1, 2],
      [2, 3],
      [1, 3],
    ] as const) {
      const hashes: number[] = []
      for (let n = 0; n < 20_000; n++) {
        const bits = Math.imul(n, 0x9e3779b1)
        const client = [...CLIENT]
        client[i]! ^= bits
        client[j]! ^= bits
        hashes.push(hash(segment(client, SERVER, 50_000)))
      }
      expectSpread(hashes)
    }
  })

  it('spreads addresses that differ in any two bits', () => {
    const hashes: number[] = []
    for (let a = 0; a < 256; a++) {
      for (let b = 0; b < a; b++) {
        const words = [...CLIENT, ...SERVER]
        words[a >> 5]! ^= 1 << (a & 31)
        words[b >> 5]! ^= 1 << (b & 31)
        hashes.push(hash(segment(words.slice(0, 4), words.slice(4), 50_000)))
      }
    }
    expectSpread(hashes)
  })

  it('spreads flows whose words, ends or ports are swapped', () => {
    const hashes: number[] = []
    for (let n = 1; n < 10_000; n++) {
      const words = [0xfd000000 + n, n * 7, n * 31, n]
      hashes.push(hash(segment(words, SERVER, 50_000)), hash(segment([...words].reverse(), SERVER, 50_000)))
      hashes.push(hash(segment([0, 0, 0xffff, 0x0a000005], [0, 0, 0xffff, 0x0a00000a], n, 445)))
      hashes.push(hash(segment([0, 0, 0xffff, 0x0a000005 + n], [0, 0, 0xffff, 0x0a00000a + n], 50_000)))
    }
    expectSpread(hashes)
  })

  it('makes no difference in one word that the next can cancel, after any earlier words', () => {
    // The cheapest attack: flip a bit, and see which difference it makes most often.
    for (let bit = 0; bit < 32; bit++) {
      const differences = new Map<number, number>()
      for (let n = 0; n < 2000; n++) {
        const before = mix(SEED, n)
        const difference = mix(before, 5) ^ mix(before, 5 ^ (1 << bit))
        differences.set(difference, (differences.get(difference) ?? 0) + 1)
      }
      expect(Math.max(...differences.values())).toBeLessThan(2000)
    }
  })
})

describe('the hash of a text', () => {
  it('spreads ids that differ in a few characters, and in their length', () => {
    const texts: string[] = []
    for (let n = 0; n < 30_000; n++)
      texts.push(`9f3c/10.0.${n >> 8}.${n & 255}:445-10.0.0.1:50000/s1-0x${n.toString(16).padStart(16, '0')}`)
    for (let n = 1; n < 1000; n++) texts.push('~'.repeat(n), '\0'.repeat(n), 'ab'.repeat(n))
    expectSpread(texts.map(hashText))
    expect(finish(0)).toBe(finish(0))
  })
})
