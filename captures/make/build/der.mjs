// The subset of DER (X.690) that security blobs use.

/** An element: tag, length in the shortest form, content. */
export function der(tag, ...parts) {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const digits =
    length < 0x100
      ? [length]
      : length < 0x10000
        ? [length >> 8, length & 0xff]
        : [length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length, ...digits]), content])
}

export const sequence = (...parts) => der(0x30, ...parts)
/** [n] EXPLICIT */
export const tagged = (number, ...parts) => der(0xa0 + number, ...parts)
export const octets = (bytes) => der(0x04, bytes)
export const integer = (value) => der(0x02, Buffer.from([value]))
export const enumerated = (value) => der(0x0a, Buffer.from([value]))
export const generalString = (text) => der(0x1b, Buffer.from(text, 'latin1'))
export const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'))
