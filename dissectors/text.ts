/**
 * Text from the wire. Decoding never fails: invalid text becomes U+FFFD, so that the rest of the message stays readable.
 * Escaping for a terminal or a page happens where text leaves the program (src/base/safe-text.ts), not here.
 */

const UTF16LE = new TextDecoder('utf-16le')
const UTF8 = new TextDecoder('utf-8')

/** Names are short: up to this many bytes a loop is faster than the call of the decoder. */
const SHORT = 128

/** UTF-16LE ([MS-SMB2] 2.1, [MS-NLMP] 2.2): lone surrogates become U+FFFD; an odd last byte is dropped. */
export function utf16le(b: Uint8Array): string {
  const end = b.length & ~1
  if (end <= SHORT) {
    const units: number[] = []
    for (let o = 0; o < end; o += 2) {
      const unit = b[o] | (b[o + 1] << 8)
      // The decoder handles surrogates, and removes a byte order mark.
      if ((unit & 0xf800) === 0xd800 || unit === 0xfeff) return UTF16LE.decode(b.subarray(0, end))
      units.push(unit)
    }
    return String.fromCharCode(...units)
  }
  return UTF16LE.decode(b.subarray(0, end))
}

/** Arguments of one call: many more would not fit on the stack. */
const UNITS_AT_ONCE = 4096

/**
 * OEM text ([MS-CIFS] 2.2.1.1): its code page is not on the wire, so none is assumed. Every byte becomes the character of its number, as in ISO 8859-1:
 * right for ASCII, and reversible for the rest. No decoder of the platform does it: how they decode 0x80 to 0x9f has changed between versions of
 * Node.
 */
export function oem(b: Uint8Array): string {
  if (b.length <= UNITS_AT_ONCE) return String.fromCharCode(...b)
  const pieces: string[] = []
  for (let o = 0; o < b.length; o += UNITS_AT_ONCE)
    pieces.push(String.fromCharCode(...b.subarray(o, o + UNITS_AT_ONCE)))
  return pieces.join('')
}

/** UTF-8, as Kerberos' GeneralString is used in practice ([MS-KILE] 2.1.1). */
export function utf8(b: Uint8Array): string {
  return UTF8.decode(b)
}
