/**
 * Hashes of 32-bit words, for tables whose keys a sender chooses. Each step multiplies twice by secret factors and rotates in between. One factor alone is
 * not enough: a difference in the top bit passes a multiplication by any odd number as it is, and a chosen second word takes it away again, for any
 * seed. Here it has been rotated to where the second factor spreads it before the next word comes.
 */

export interface HashKeys {
  readonly seed: number
  /** Odd, so that no two words give one product. */
  readonly first: number
  readonly second: number
}

/** The keys of this process: a sender cannot choose which flows or datagrams share a bucket. */
export const OWN_KEYS: HashKeys = { seed: randomWord(), first: randomWord() | 1, second: randomWord() | 1 }

/** The initial value. */
export const SEED = OWN_KEYS.seed

/** @param h the result for the words before, SEED for the first */
export function mix(h: number, word: number): number {
  return mixWith(OWN_KEYS, h, word)
}

/** Applied to the result for the last word: a table uses only a few bits of it, and this makes all bits count. */
export function finish(h: number): number {
  return finishWith(OWN_KEYS, h)
}

/** The same with given keys, for results that must be the same in every run. */
export function mixWith({ first, second }: HashKeys, h: number, word: number): number {
  const product = Math.imul(h ^ word, first)
  return Math.imul((product << 15) | (product >>> 17), second)
}

export function finishWith({ first }: HashKeys, h: number): number {
  const product = Math.imul(h ^ (h >>> 16), first)
  return product ^ (product >>> 15)
}

/** Of the UTF-16 code units, two at a time. */
export function hashText(text: string): number {
  const { length } = text
  let h = mix(SEED, length)
  let i = 0
  for (; i + 1 < length; i += 2) h = mix(h, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  if (i < length) h = mix(h, text.charCodeAt(i))
  return finish(h)
}

function randomWord(): number {
  return (Math.random() * 0x100000000) | 0
}
