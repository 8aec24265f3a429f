/**
 * Hashes of 32-bit words, for tables whose keys others choose. Each step multiplies twice by secret factors and rotates in between. One factor alone is
 * not enough: a difference in the top bit passes a multiplication by any odd number as it is, and a chosen second word takes it away again, whatever
 * the seed. Here it has been rotated to where the second factor spreads it before the next word comes.
 */

export interface HashKeys {
  readonly seed: number
  /** Odd, so that no two words give one product. */
  readonly first: number
  readonly second: number
}

/** Of this process: which flows or datagrams share a bucket is not for the sender to choose. */
export const OWN_KEYS: HashKeys = { seed: randomWord(), first: randomWord() | 1, second: randomWord() | 1 }

/** The value to begin with. */
export const SEED = OWN_KEYS.seed

/** @param h what came of the words before, SEED for the first */
export function mix(h: number, word: number): number {
  return mixWith(OWN_KEYS, h, word)
}

/** To be done with what came of the last word: a table looks at a few bits alone, and so all of them count there. */
export function finish(h: number): number {
  return finishWith(OWN_KEYS, h)
}

/** The same with other keys, for what must be alike in every run. */
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
