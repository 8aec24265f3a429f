// Derives captures from those of real servers: the same sessions in another shape (links, file formats, what TCP does to a stream), sessions with
// a part missing, and the few that none of these servers could be made to send.
//
// usage: node derive.mjs      reads and writes the folder above, or the folder OUT; needs nothing but Node
import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { pcapng, readPcap, writePcap } from './pcap.mjs'
import { mapFrames, parseFrame, split } from './tcp.mjs'

const source = new URL('..', import.meta.url).pathname
const out = process.env.OUT ?? source

const read = (name) => readPcap(readFileSync(`${source}/${name}.pcap`))
const write = (name, file) => writeFileSync(`${out}/${name}`, file)
const writeEthernet = (name, packets) => write(`${name}.pcap`, writePcap({ linkType: 1, packets }))

const visit = read('smb311-unsigned-data').packets
const isClient = (f) => f.destinationPort === 445
const SYN = 0x02

// --- other links

/** Replaces Ethernet's 14 bytes, or the first 12 of them, with `header(v6)`. */
function relink(packets, keep, header) {
  return packets.map(({ time, bytes }) => {
    const v6 = bytes.readUInt16BE(12) === 0x86dd
    const changed = Buffer.concat([bytes.subarray(0, keep), header(v6), bytes.subarray(keep === 0 ? 14 : 12)])
    return { time, bytes: changed, original: changed.length }
  })
}
const ipv6 = read('ipv6').packets
write('vlan.pcap', writePcap({ linkType: 1, packets: relink(visit, 12, () => Buffer.from('8100404d', 'hex')) }))
write('qinq.pcap', writePcap({ linkType: 1, packets: relink(visit, 12, () => Buffer.from('88a800648100004d', 'hex')) }))
write('raw-ip.pcap', writePcap({ linkType: 101, packets: relink(visit, 0, () => Buffer.alloc(0)) }))
write('raw-ipv6.pcap', writePcap({ linkType: 101, packets: relink(ipv6, 0, () => Buffer.alloc(0)) }))
// The address family in the byte order of the machine that captured: here a big-endian one wrote the file.
write(
  'null.pcap',
  writePcap({ linkType: 0, packets: relink(visit, 0, () => Buffer.from('00000002', 'hex')) }, { bigEndian: true }),
)
// AF_INET6 is 24, 28 or 30 by system; this is macOS.
write('null-ipv6.pcap', writePcap({ linkType: 0, packets: relink(ipv6, 0, () => Buffer.from('1e000000', 'hex')) }))
write('loop.pcap', writePcap({ linkType: 108, packets: relink(visit, 0, () => Buffer.from('00000002', 'hex')) }))

// --- other files

write('big-endian.pcap', writePcap({ linkType: 1, packets: visit }, { bigEndian: true }))
write('nanoseconds.pcap', writePcap({ linkType: 1, packets: visit }, { nanoseconds: true }))
write('gzip.pcap.gz', gzipSync(writePcap({ linkType: 1, packets: visit }), { level: 9 }))

{
  const { section, interface: face, packet } = pcapng()
  write('pcapng.pcapng', Buffer.concat([section(), face(1), ...visit.map((p) => packet(0, BigInt(p.time), p))]))
}
{
  // Two sections in two byte orders. The first has two interfaces: Ethernet in microseconds, and raw IP in nanoseconds with its clock
  // counted from an hour later; the second has one, in 1/2^20 seconds.
  const raw = relink(visit, 0, () => Buffer.alloc(0))
  const big = pcapng(true)
  const little = pcapng()
  const nanoseconds = (time) => BigInt(time - 3600e6) * 1000n
  // Rounded up, so that rounding down to microseconds gives the original time.
  const twentieth = (time) => (BigInt(time) * 2n ** 20n + 999_999n) / 1_000_000n
  const blocks = [
    big.section([[1, Buffer.from('a comment')]]),
    big.interface(1, 262144, [[2, Buffer.from('eth0')]]),
    big.interface(101, 0, [
      [9, Buffer.from([9])],
      [14, big.signed64(3600)],
    ]),
  ]
  const half = 24
  visit.slice(0, half).forEach((p, i) => {
    blocks.push(i % 2 === 0 ? big.packet(0, BigInt(p.time), p) : big.packet(1, nanoseconds(p.time), raw[i]))
  })
  blocks.push(little.section(), little.interface(1, 0, [[9, Buffer.from([0x80 | 20])]]))
  for (const p of visit.slice(half)) blocks.push(little.packet(0, twentieth(p.time), p))
  write('pcapng-two-sections.pcapng', Buffer.concat(blocks))
}
{
  // Every kind of packet block, and kinds without packets: name resolution, statistics, custom, and an undefined one.
  const { block, section, interface: face, packet, oldPacket, simplePacket } = pcapng()
  const blocks = [section(), block(0x0bad, Buffer.alloc(8)), face(1), block(4, Buffer.alloc(4)), face(1)]
  visit.forEach((p, i) => {
    const payload = parseFrame(p.bytes).payload.length
    if (i % 5 === 0) blocks.push(oldPacket(1, BigInt(p.time), p))
    else if (i === visit.length - 2 && payload === 0) blocks.push(simplePacket(p))
    else blocks.push(packet(i % 2, BigInt(p.time), p, [[2, Buffer.alloc(4)]]))
    if (i % 10 === 0) blocks.push(block(0x80000bad, Buffer.alloc(12)))
  })
  blocks.push(block(5, Buffer.alloc(12)))
  write('pcapng-every-block.pcapng', Buffer.concat(blocks))
}

// --- what TCP does

writeEthernet(
  'retransmitted',
  mapFrames(visit, (f) => (f.payload.length > 0 ? [f, f] : [f])),
)

// In pieces of 100 bytes, the pieces of each packet in reverse.
writeEthernet(
  'reordered',
  mapFrames(visit, (f) => split(f, 100).reverse()),
)

// In pieces of 100 bytes, each but a packet's first beginning with the 30 bytes before it.
writeEthernet(
  'overlapping',
  mapFrames(visit, (f) => {
    const pieces = split(f, 100)
    return pieces.map((piece, i) => {
      if (i === 0) return piece
      const at = piece.seq - f.seq - 30
      return { ...piece, seq: f.seq + at, payload: f.payload.subarray(at, at + 30 + piece.payload.length) }
    })
  }),
)

// Both sides' sequence numbers pass 2^32 during the session setup.
{
  const base = { client: 0, server: 0 }
  for (const { bytes } of visit) {
    const f = parseFrame(bytes)
    if (f.flags & SYN) base[isClient(f) ? 'client' : 'server'] = f.seq
  }
  const shift = { client: 2 ** 32 - 500 - base.client, server: 2 ** 32 - 400 - base.server }
  writeEthernet(
    'sequence-wrap',
    mapFrames(visit, (f) => {
      const [mine, other] = isClient(f) ? [shift.client, shift.server] : [shift.server, shift.client]
      return [{ ...f, seq: f.seq + mine, ack: f.ack === 0 ? 0 : f.ack + other }]
    }),
  )
}

// One byte a segment: many packets, so the link is the shortest, TCP has no options, and the file is compressed, in two gzip members.
{
  const guest = read('guest-silent-mapping').packets
  const bytes = mapFrames(guest, (f) => split({ ...f, options: Buffer.alloc(0) }, 1))
  const file = writePcap({ linkType: 101, packets: relink(bytes, 0, () => Buffer.alloc(0)) })
  const half = file.length >> 1
  write(
    'one-byte-segments.pcap.gz',
    Buffer.concat([gzipSync(file.subarray(0, half), { level: 9 }), gzipSync(file.subarray(half), { level: 9 })]),
  )
}

// The same two ports again, a minute later, for another session.
{
  const gap = 60e6
  const again = read('guest-silent-mapping').packets
  const port = parseFrame(visit[0].bytes).sourcePort
  const end = visit.at(-1).time + gap - again[0].time
  writeEthernet('port-reuse', [
    ...visit,
    ...mapFrames(again, (f) => [isClient(f) ? { ...f, sourcePort: port } : { ...f, destinationPort: port }]).map(
      (p) => ({ ...p, time: p.time + end }),
    ),
  ])
}

// --- parts missing

/** Index of the first packet whose payload has an SMB2 header of this command and direction at its start. */
function find(packets, command, response) {
  return packets.findIndex(({ bytes }) => {
    const { payload } = parseFrame(bytes)
    return (
      payload.length > 68 &&
      payload.readUInt32LE(4) === 0x424d53fe &&
      payload.readUInt16LE(16) === command &&
      (payload[20] & 1) === response
    )
  })
}
const CREATE = 5

writeEthernet('midstream', visit.slice(find(visit, CREATE, 0)))
writeEthernet(
  'client-only',
  visit.filter(({ bytes }) => isClient(parseFrame(bytes))),
)
writeEthernet(
  'server-only',
  visit.filter(({ bytes }) => !isClient(parseFrame(bytes))),
)
{
  // The middle of a READ response, and one whole request with its response.
  const reads = visit.findIndex(({ bytes }) => parseFrame(bytes).payload.length === 1448)
  const create = find(visit, CREATE, 0)
  writeEthernet(
    'gap',
    visit.filter((_, i) => i !== reads + 1 && i !== create && i !== create + 1),
  )
}
writeEthernet(
  'snap-length',
  visit.map((p) => ({ ...p, bytes: p.bytes.subarray(0, 150) })),
)
{
  const whole = writePcap({ linkType: 1, packets: visit })
  write('cut.pcap', whole.subarray(0, whole.length - 1000))
  const lying = Buffer.from(whole)
  let at = 24
  for (const p of visit.slice(0, 30)) at += 16 + p.bytes.length
  lying.writeUInt32LE(0xffffffff, at + 8)
  write('record-of-4-gigabytes.pcap', lying.subarray(0, at + 400))
  const packed = gzipSync(whole, { level: 9 })
  write('cut.pcap.gz', packed.subarray(0, packed.length >> 1))
}

// --- what no server here would send

/** A change to one message, found by its SMB command and direction; the length stays. */
function patch(packets, matches, change) {
  let done = 0
  const patched = mapFrames(packets, (f) => {
    if (!matches(f.payload)) return [f]
    done++
    const payload = Buffer.from(f.payload)
    change(payload)
    return [{ ...f, payload }]
  })
  if (done !== 1) throw new Error(`${done} messages matched, one was meant`)
  return patched
}

// A server that marks its null sessions, as [MS-SMB2] 2.2.6 says: SMB2_SESSION_FLAG_IS_NULL in the final SESSION_SETUP answer.
writeEthernet(
  'anonymous-flagged',
  patch(
    read('anonymous-ipc').packets,
    (p) =>
      p.length > 72 &&
      p.readUInt32LE(4) === 0x424d53fe &&
      p.readUInt16LE(16) === 1 &&
      (p[20] & 1) === 1 &&
      p.readUInt32LE(12) === 0,
    (p) => p.writeUInt16LE(0x0002, 4 + 64 + 2),
  ),
)

// A server that accepts the password: the response to the plaintext logon becomes that of a successful logon.
{
  const refused = read('smb1-plaintext-password').packets
  const granted = read('smb1-ntlmv1').packets
  const SETUP = 0x73
  const answers = (p) => p.length > 36 && p.readUInt32LE(4) === 0x424d53ff && p[8] === SETUP && (p[13] & 0x80) !== 0
  const answer = granted.map(({ bytes }) => parseFrame(bytes).payload).find(answers)
  let grown = 0
  writeEthernet(
    'smb1-plaintext-password-accepted',
    mapFrames(refused, (f) => {
      if (isClient(f)) return [{ ...f, ack: f.ack + grown }]
      if (!answers(f.payload)) return [{ ...f, seq: f.seq + grown }]
      const payload = Buffer.from(answer)
      grown = payload.length - f.payload.length
      // PID, UID and MID stay those of the request.
      f.payload.copy(payload, 4 + 26, 4 + 26, 4 + 28)
      f.payload.copy(payload, 4 + 30, 4 + 30, 4 + 32)
      return [{ ...f, payload }]
    }),
  )
}

// Systems that nothing here can run: a Windows 7 by the VERSION in its CHALLENGE, and a Windows XP by its NativeOS.
{
  const VERSION = Buffer.from('060100000000000f', 'hex')
  const challenge = (p) => p.indexOf('NTLMSSP\0\x02\0\0\0', 0, 'latin1')
  writeEthernet(
    'system-windows-7',
    patch(
      read('smb21').packets,
      (p) => challenge(p) > 0,
      (p) => p.writeUInt16LE(7601, p.indexOf(VERSION, challenge(p)) + 2),
    ),
  )
  const text = (words) => Buffer.from(words, 'utf16le')
  const rewrite = (p, from, to) => text(to).copy(p, p.indexOf(text(from)))
  writeEthernet(
    'system-windows-xp',
    patch(
      read('smb1-ntlmv1').packets,
      (p) => p[8] === 0x73 && p.includes(text('Windows 6.1')),
      (p) => {
        rewrite(p, 'Windows 6.1', 'Windows 5.1')
        rewrite(p, 'Samba ', 'SMB: x')
      },
    ),
  )
}
