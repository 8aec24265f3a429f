// Reads and writes capture files, only as far as the derived samples need it. A packet is { time, bytes, original }: microseconds since 1970, the
// captured bytes, the length on the wire.

/** A little-endian microsecond pcap file, which is what tcpdump writes. */
export function readPcap(file) {
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error('not a little-endian microsecond pcap file')
  const packets = []
  for (let o = 24; o < file.length; ) {
    const captured = file.readUInt32LE(o + 8)
    packets.push({
      time: file.readUInt32LE(o) * 1e6 + file.readUInt32LE(o + 4),
      bytes: file.subarray(o + 16, o + 16 + captured),
      original: file.readUInt32LE(o + 12),
    })
    o += 16 + captured
  }
  return { linkType: file.readUInt32LE(20), packets }
}

/** pcap in either byte order, with micro- or nanosecond times. */
export function writePcap({ linkType, packets }, { bigEndian = false, nanoseconds = false, snapLength = 262144 } = {}) {
  const u32 = writer(bigEndian)
  const head = Buffer.alloc(24)
  u32(head, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0)
  if (bigEndian) head.writeUInt32BE(0x00020004, 4)
  else head.writeUInt32LE(0x00040002, 4)
  u32(head, snapLength, 16)
  u32(head, linkType, 20)
  const parts = [head]
  for (const { time, bytes, original } of packets) {
    const record = Buffer.alloc(16)
    u32(record, Math.floor(time / 1e6), 0)
    u32(record, (time % 1e6) * (nanoseconds ? 1000 : 1), 4)
    u32(record, bytes.length, 8)
    u32(record, original, 12)
    parts.push(record, bytes)
  }
  return Buffer.concat(parts)
}

/** The blocks of a pcapng section in one byte order. Options are [code, Buffer] pairs. */
export function pcapng(bigEndian = false) {
  const u32 = writer(bigEndian)
  const u16 = (b, value, o) => (bigEndian ? b.writeUInt16BE(value, o) : b.writeUInt16LE(value, o))
  const words = (...values) => {
    const b = Buffer.alloc(values.length * 4)
    for (const [i, value] of values.entries()) u32(b, value, i * 4)
    return b
  }
  const padded = (b) => Buffer.concat([b, Buffer.alloc(-b.length & 3)])
  const options = (list) => {
    if (list.length === 0) return Buffer.alloc(0)
    const parts = list.map(([code, value]) => {
      const head = Buffer.alloc(4)
      u16(head, code, 0)
      u16(head, value.length, 2)
      return Buffer.concat([head, padded(value)])
    })
    return Buffer.concat([...parts, Buffer.alloc(4)])
  }
  const block = (type, body) => {
    const total = 12 + body.length
    return Buffer.concat([words(type, total), body, words(total)])
  }
  const halves = (high, low) => {
    const b = Buffer.alloc(4)
    u16(b, high, 0)
    u16(b, low, 2)
    return b
  }
  const stamp = (ticks) => words(Number(ticks >> 32n), Number(ticks & 0xffffffffn))
  return {
    block,
    section: (list = []) =>
      block(0x0a0d0d0a, Buffer.concat([words(0x1a2b3c4d), halves(1, 0), words(0xffffffff, 0xffffffff), options(list)])),
    /** `snapLength` 0 means no limit. */
    interface: (linkType, snapLength = 0, list = []) =>
      block(1, Buffer.concat([halves(linkType, 0), words(snapLength), options(list)])),
    /** Enhanced Packet Block; `ticks` is the time in the interface's resolution, a bigint. */
    packet: (number, ticks, { bytes, original }, list = []) =>
      block(
        6,
        Buffer.concat([words(number), stamp(ticks), words(bytes.length, original), padded(bytes), options(list)]),
      ),
    /** Simple Packet Block: the first interface, no time. */
    simplePacket: ({ bytes, original }) => block(3, Buffer.concat([words(original), padded(bytes)])),
    /** The obsolete Packet Block. */
    oldPacket: (number, ticks, { bytes, original }) =>
      block(2, Buffer.concat([halves(number, 0xffff), stamp(ticks), words(bytes.length, original), padded(bytes)])),
    signed64: (value) => {
      const b = Buffer.alloc(8)
      if (bigEndian) b.writeBigInt64BE(BigInt(value))
      else b.writeBigInt64LE(BigInt(value))
      return b
    },
  }
}

function writer(bigEndian) {
  return (b, value, o) => (bigEndian ? b.writeUInt32BE(value, o) : b.writeUInt32LE(value, o))
}
