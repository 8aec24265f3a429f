/**
 * Text from the wire. Decoding never fails: what is no text becomes U+FFFD, so that the rest of the message stays readable.
 * Escaping for a terminal or a page happens where text leaves the program (src/report/escape.ts), not here.
 */

const UTF16LE = new TextDecoder('utf-16le')
const UTF8 = new TextDecoder('utf-8')
const LATIN1 = new TextDecoder('latin1')

/** Names are short: up to this many bytes a loop beats the decoder's call. */
const SHORT = 128

/** UTF-16LE ([MS-SMB2] 2.1, [MS-NLMP] 2.2): lone surrogates become U+FFFD; an odd last byte is dropped. */
export function utf16le(b: Uint8Array): string {
  const end = b.length & ~1
  if (end <= SHORT) {
    const units: number[] = []
    for (let o = 0; o < end; o += 2) {
      const unit = b[o] | (b[o + 1] << 8)
      // Surrogates, and the byte order mark that a decoder takes away, are left to it.
      if ((unit & 0xf800) === 0xd800 || unit === 0xfeff) return UTF16LE.decode(b.subarray(0, end))
      units.push(unit)
    }
    return String.fromCharCode(...units)
  }
  return UTF16LE.decode(b.subarray(0, end))
}

/** OEM text ([MS-CIFS] 2.2.1.1): its code page is not on the wire, so every byte is taken as windows-1252. */
export function oem(b: Uint8Array): string {
  return LATIN1.decode(b)
}

/** UTF-8, as Kerberos' GeneralString is used in practice ([MS-KILE] 2.1.1). */
export function utf8(b: Uint8Array): string {
  return UTF8.decode(b)
}
