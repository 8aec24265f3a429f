// Takes TCP packets apart and puts them together again, changed. Ethernet, IPv4 or IPv6 without extension headers, TCP.

/** @returns the addresses as they are (in `ip`), and TCP's fields; `payload` is without Ethernet's padding. */
export function parseFrame(bytes) {
  const v6 = bytes.readUInt16BE(12) === 0x86dd
  const tcp = v6 ? 54 : 14 + (bytes[14] & 0x0f) * 4
  const end = v6 ? 54 + bytes.readUInt16BE(18) : 14 + bytes.readUInt16BE(16)
  const data = tcp + (bytes[tcp + 12] >> 4) * 4
  return {
    link: bytes.subarray(0, 14),
    ip: bytes.subarray(14, tcp),
    v6,
    sourcePort: bytes.readUInt16BE(tcp),
    destinationPort: bytes.readUInt16BE(tcp + 2),
    seq: bytes.readUInt32BE(tcp + 4),
    ack: bytes.readUInt32BE(tcp + 8),
    flags: bytes[tcp + 13],
    window: bytes.readUInt16BE(tcp + 14),
    options: bytes.subarray(tcp + 20, data),
    payload: bytes.subarray(data, end),
  }
}

/** The reverse: lengths and checksums are computed again. IP's length is zero if it does not fit, as network cards leave it. */
export function buildFrame(f) {
  const tcp = Buffer.alloc(20 + f.options.length + f.payload.length)
  tcp.writeUInt16BE(f.sourcePort, 0)
  tcp.writeUInt16BE(f.destinationPort, 2)
  tcp.writeUInt32BE(f.seq >>> 0, 4)
  tcp.writeUInt32BE(f.ack >>> 0, 8)
  tcp[12] = (20 + f.options.length) << 2
  tcp[13] = f.flags
  tcp.writeUInt16BE(f.window, 14)
  f.options.copy(tcp, 20)
  f.payload.copy(tcp, 20 + f.options.length)
  const ip = Buffer.from(f.ip)
  const length = f.v6 ? tcp.length : ip.length + tcp.length
  ip.writeUInt16BE(length > 0xffff ? 0 : length, f.v6 ? 4 : 2)
  if (!f.v6) {
    ip.writeUInt16BE(0, 10)
    ip.writeUInt16BE(checksum(ip, 0), 10)
  }
  const addresses = f.v6 ? ip.subarray(8, 40) : ip.subarray(12, 20)
  tcp.writeUInt16BE(checksum(Buffer.concat([addresses, tcp]), 6 + tcp.length), 16)
  return Buffer.concat([f.link, ip, tcp])
}

/** RFC 1071, over `b` and what the pseudo header adds to it. */
export function checksum(b, sum) {
  for (let i = 0; i < b.length; i += 2) sum += (b[i] << 8) | (b[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Calls `change` for each TCP packet. It returns the frames that replace the packet: one, several or none. */
export function mapFrames(packets, change) {
  return packets.flatMap((packet, index) => {
    const frames = change(parseFrame(packet.bytes), index)
    return frames.map((f, i) => {
      const bytes = buildFrame(f)
      return { time: packet.time + i, bytes, original: bytes.length }
    })
  })
}

/** `f`'s payload in pieces of `size` bytes, each a segment of its own. */
export function split(f, size) {
  if (f.payload.length <= size) return [f]
  const pieces = []
  for (let o = 0; o < f.payload.length; o += size)
    pieces.push({ ...f, seq: f.seq + o, payload: f.payload.subarray(o, o + size) })
  return pieces
}
