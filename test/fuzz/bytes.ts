/** Integers of one to eight bytes at any offset of an array, in either byte order. Writing past the end writes only the bytes that fit. */

export function getUint(bytes: Uint8Array, at: number, width: number, big: boolean): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[big ? at + i : at + width - 1 - i] ?? 0)
  return value
}

/** The low `width` bytes of `value`, which is below 2^53. */
export function putUint(bytes: Uint8Array, at: number, width: number, big: boolean, value: number): void {
  let rest = value
  for (let i = 0; i < width; i++) {
    const place = big ? at + width - 1 - i : at + i
    if (place < bytes.length) bytes[place] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** FNV-1a, 32 bits. */
export function checksum(bytes: Uint8Array): number {
  let h = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193)
  return h >>> 0
}
