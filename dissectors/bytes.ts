/**
 * Unchecked integer reads on a byte array. The caller has checked the length: past the end these give NaN-free garbage (undefined coerced to 0),
 * never an exception, so a missing check cannot crash the hot path, but it is still a bug of the caller.
 */

export function u16le(b: Uint8Array, o: number): number {
  return b[o] | (b[o + 1] << 8)
}

export function u16be(b: Uint8Array, o: number): number {
  return (b[o] << 8) | b[o + 1]
}

export function u32le(b: Uint8Array, o: number): number {
  return (b[o] | (b[o + 1] << 8) | (b[o + 2] << 16) | (b[o + 3] << 24)) >>> 0
}

export function u32be(b: Uint8Array, o: number): number {
  return ((b[o] << 24) | (b[o + 1] << 16) | (b[o + 2] << 8) | b[o + 3]) >>> 0
}

/*
 * Texts of which thousands are stored are joined, not concatenated: V8 stores a concatenation as a tree of its parts.
 */

/** Character codes of the digits. */
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Lower-case hexadecimal of a byte range, which is short. */
export function hex(b: Uint8Array, start = 0, end = b.length): string {
  const codes: number[] = []
  for (let i = start; i < end; i++) codes.push(DIGITS[b[i] >> 4], DIGITS[b[i] & 15])
  return String.fromCharCode(...codes)
}

function digits8(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

/** A 64-bit little-endian identifier as "0x" + 16 hex digits, from its low and high 32-bit words. */
export function hex64(low: number, high: number): string {
  return ['0x', digits8(high), digits8(low)].join('')
}

/** A GUID as [MS-DTYP] 2.3.4 prints it: the first three groups little-endian. `b` holds 16 bytes from `o`. */
export function guid(b: Uint8Array, o = 0): string {
  const data1 = u32le(b, o).toString(16).padStart(8, '0')
  const data2 = u16le(b, o + 4)
    .toString(16)
    .padStart(4, '0')
  const data3 = u16le(b, o + 6)
    .toString(16)
    .padStart(4, '0')
  return [data1, data2, data3, hex(b, o + 8, o + 10), hex(b, o + 10, o + 16)].join('-')
}

/** True where every byte of the range is zero. */
export function isZero(b: Uint8Array, start = 0, end = b.length): boolean {
  for (let i = start; i < end; i++) if (b[i] !== 0) return false
  return true
}

/** True where `b` has the bytes of `prefix` at `o`. */
export function startsWith(b: Uint8Array, prefix: Uint8Array, o = 0): boolean {
  const { length } = prefix
  for (let i = 0; i < length; i++) if (b[o + i] !== prefix[i]) return false
  return true
}
