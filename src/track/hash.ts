/** Hashes of 32-bit words, for tables whose keys others choose. */

/** A per-process seed: which flows or datagrams share a bucket is not for the sender to choose. */
export const SEED = (Math.random() * 0x100000000) | 0

export function mix(h: number, word: number): number {
  const mixed = Math.imul(h ^ word, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}

/** Of the UTF-16 code units. */
export function hashText(text: string): number {
  let hash = SEED
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}
