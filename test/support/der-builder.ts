/** Builds DER, and the BER that real encoders and attackers write instead of it. */

export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** An element with the shortest length form. */
export function tlv(tag: number, ...content: Uint8Array[]): Uint8Array {
  const value = concat(...content)
  return concat(Uint8Array.of(tag), length(value.length), value)
}

/** An element of indefinite length. */
export function indefinite(tag: number, ...content: Uint8Array[]): Uint8Array {
  return concat(Uint8Array.of(tag, 0x80), ...content, Uint8Array.of(0, 0))
}

/** An element whose length takes `octets` octets, with leading zeros. */
export function padded(tag: number, octets: number, ...content: Uint8Array[]): Uint8Array {
  const value = concat(...content)
  const digits = Array.from({ length: octets }, (_, i) => Math.floor(value.length / 256 ** (octets - 1 - i)) & 0xff)
  return concat(Uint8Array.of(tag, 0x80 | octets, ...digits), value)
}

function length(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(value)
  const octets = value < 0x100 ? 1 : value < 0x10000 ? 2 : 3
  return Uint8Array.of(
    0x80 | octets,
    ...Array.from({ length: octets }, (_, i) => (value >> (8 * (octets - 1 - i))) & 0xff),
  )
}

export function integer(value: number, tag = 0x02): Uint8Array {
  let octets = 1
  while (value < -(2 ** (8 * octets - 1)) || value >= 2 ** (8 * octets - 1)) octets++
  return tlv(
    tag,
    Uint8Array.from({ length: octets }, (_, i) => Math.floor(value / 256 ** (octets - 1 - i)) & 0xff),
  )
}

export function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(BigInt)
  return tlv(0x06, ...[first! * 40n + second!, ...rest].map(arc))
}

function arc(value: bigint): Uint8Array {
  const octets = [Number(value & 0x7fn)]
  for (let left = value >> 7n; left > 0n; left >>= 7n) octets.unshift(Number(left & 0x7fn) | 0x80)
  return Uint8Array.from(octets)
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0))
}

export function sequence(...content: Uint8Array[]): Uint8Array {
  return tlv(0x30, ...content)
}

export function octetString(content: Uint8Array): Uint8Array {
  return tlv(0x04, content)
}

export function generalString(text: string): Uint8Array {
  return tlv(0x1b, ascii(text))
}

/** `[number]`, explicit. */
export function context(number: number, ...content: Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...content)
}

/** `[APPLICATION number]`, explicit. */
export function application(number: number, ...content: Uint8Array[]): Uint8Array {
  return tlv(0x60 | number, ...content)
}
