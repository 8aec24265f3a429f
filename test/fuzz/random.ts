/** Repeatable random numbers: the same seed draws the same numbers in every run, on every machine. */

export interface Random {
  /** 0..2^32 - 1. */
  u32(): number
  /** 0..limit - 1; 0 where there is nothing to choose from. */
  below(limit: number): number
  /** 1..most, the small ones more often. */
  few(most: number): number
  /** True once in `n` draws. */
  oneIn(n: number): boolean
  pick<T>(list: readonly T[]): T
}

/** sfc32 (Chris Doty-Humphrey's small fast counter generator), its state filled from the numbers given. */
export function createRandom(...seeds: readonly number[]): Random {
  let a = 0x9e3779b9
  let b = 0x243f6a88
  let c = 0xb7e15162
  let counter = 1

  const u32 = (): number => {
    const out = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + out) | 0
    return out >>> 0
  }
  for (const seed of seeds) {
    a ^= seed | 0
    b ^= Math.floor(seed / 0x1_0000_0000) | 0
    for (let i = 0; i < 12; i++) u32()
  }
  const below = (limit: number): number => (limit < 1 ? 0 : Math.floor((u32() / 0x1_0000_0000) * limit))
  return {
    u32,
    below,
    few: (most) => 1 + below(1 + below(most)),
    oneIn: (n) => below(n) === 0,
    pick(list) {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[below(list.length)]!
    },
  }
}
