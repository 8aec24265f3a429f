export const hex = (text) => Buffer.from(text, 'hex')

/** Big-endian. */
export function u16(value) {
  const b = Buffer.alloc(2)
  b.writeUInt16BE(value & 0xffff, 0)
  return b
}

export function u32(value) {
  const b = Buffer.alloc(4)
  b.writeUInt32BE(value >>> 0, 0)
  return b
}

/** The frame check sequence of Ethernet and 802.11 in transmission order, IEEE 802.3 3.2.9. */
export function crc32(bytes) {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  const out = Buffer.alloc(4)
  out.writeUInt32LE(~crc >>> 0, 0)
  return out
}
