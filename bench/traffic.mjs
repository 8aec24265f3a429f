// Makes large captures from small ones: a template of a few megabytes, written again and again with other addresses and later times.
//
//   logons  the sample captures: a session every few dozen packets, and little in each of them
//   dense   the same as a quarter of the bytes, and sessions that read files in bulk
//   mixed   dense as a twentieth of the bytes, among web, TLS and DNS traffic
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { readPcap, writePcap } from '../captures/make/pcap.mjs'
import { buildFrame, checksum, parseFrame } from '../captures/make/tcp.mjs'

const captures = new URL('../captures/', import.meta.url).pathname
const MEGABYTE = 1e6
const MSS = 1448
const READ_LENGTH = 256 * 1024
const FIN = 0x01
const SYN = 0x02
const PSH = 0x08
const ACK = 0x10

/** Numbers that look random and are the same in every run. */
function randomFrom(seed) {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** The packets of every Ethernet sample that has its own connections. Derived samples repeat the connections of their originals. */
function sampleFlows() {
  const flows = []
  const seen = new Set()
  for (const name of readdirSync(captures).sort(originalsFirst)) {
    if (!name.endsWith('.pcap')) continue
    let file
    try {
      file = readPcap(readFileSync(captures + name))
    } catch {
      continue // Samples of other byte orders and broken files are not needed here.
    }
    const whole =
      file.linkType === 1 && file.packets.every(({ bytes, original }) => bytes.length === original && isPlainIp(bytes))
    if (!whole) continue
    const connections = new Set(file.packets.map(({ bytes }) => connectionOf(parseFrame(bytes))))
    if ([...connections].some((c) => seen.has(c))) continue
    for (const c of connections) seen.add(c)
    flows.push(file.packets.map(({ bytes }) => bytes))
  }
  return flows
}

/** The original sample comes before those derived from it. */
const originalsFirst = (a, b) => Number(b.startsWith('smb311')) - Number(a.startsWith('smb311')) || (a < b ? -1 : 1)

const isPlainIp = (bytes) => [0x0800, 0x86dd].includes(bytes.readUInt16BE(12))

const connectionOf = ({ ip, sourcePort, destinationPort }) =>
  [sourcePort, destinationPort].sort().join() + [...ip.subarray(ip.length === 20 ? 12 : 8)].sort().join()

/** A TCP connection as frames. `exchange` is a list of [fromClient, payload]. */
function tcpFlow(client, server, port, serverPort, exchange) {
  const sides = [
    { seq: 1000 + port, ack: 0, addresses: [client, server], ports: [port, serverPort] },
    { seq: 9000 + port, ack: 0, addresses: [server, client], ports: [serverPort, port] },
  ]
  const frames = []
  const send = (from, flags, payload) => {
    const me = sides[from]
    const peer = sides[1 - from]
    frames.push(
      buildFrame({
        link: Buffer.from(from === 0 ? '0200000001020200000001010800' : '0200000001010200000001020800', 'hex'),
        ip: ipv4(me.addresses[0], me.addresses[1], 6, 0),
        v6: false,
        sourcePort: me.ports[0],
        destinationPort: me.ports[1],
        seq: me.seq,
        ack: flags & ACK ? peer.seq : 0,
        flags,
        window: 64240,
        options: Buffer.alloc(0),
        payload,
      }),
    )
    me.seq += payload.length + (flags & (SYN | FIN) ? 1 : 0)
  }
  const none = Buffer.alloc(0)
  send(0, SYN, none)
  send(1, SYN | ACK, none)
  send(0, ACK, none)
  for (const [fromClient, payload] of exchange) {
    const from = fromClient ? 0 : 1
    for (let o = 0; o < payload.length; o += MSS) {
      send(from, o + MSS >= payload.length ? ACK | PSH : ACK, payload.subarray(o, o + MSS))
      if ((o / MSS) % 2 === 1) send(1 - from, ACK, none)
    }
  }
  send(0, FIN | ACK, none)
  send(1, FIN | ACK, none)
  send(0, ACK, none)
  return frames
}

function ipv4(source, destination, protocol, payloadLength) {
  const b = Buffer.from('4500000000004000400000000000000000000000', 'hex')
  b.writeUInt16BE(20 + payloadLength, 2)
  b[9] = protocol
  Buffer.from(source).copy(b, 12)
  Buffer.from(destination).copy(b, 16)
  return b
}

function udpFrame(source, destination, sourcePort, destinationPort, payload) {
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(sourcePort, 0)
  udp.writeUInt16BE(destinationPort, 2)
  udp.writeUInt16BE(8 + payload.length, 4)
  const ip = ipv4(source, destination, 17, 8 + payload.length)
  ip.writeUInt16BE(checksum(ip, 0), 10)
  return Buffer.concat([Buffer.from('0200000001020200000001010800', 'hex'), ip, udp, payload])
}

function bytesOf(length, random) {
  const b = Buffer.alloc(length)
  for (let i = 0; i + 4 <= length; i += 4) b.writeUInt32LE(random(2 ** 32), i)
  return b
}

function httpFlow(client, server, port, random) {
  const body = bytesOf(2000 + random(120_000), random)
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\n\r\n`
  return tcpFlow(client, server, port, 80, [
    [
      true,
      Buffer.from(
        `GET /file/${random(1e6)} HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
      ),
    ],
    [false, Buffer.concat([Buffer.from(head), body])],
  ])
}

function tlsFlow(client, server, port, random) {
  const record = (type, length) =>
    Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 0xff]), bytesOf(length, random)])
  const data = (bytes) => Buffer.concat(Array.from({ length: Math.ceil(bytes / 16000) }, () => record(23, 16000)))
  return tcpFlow(client, server, port, 443, [
    [true, record(22, 500)],
    [false, record(22, 3500)],
    [true, record(23, 80)],
    [true, record(23, 400 + random(800))],
    [false, data(1000 + random(150_000))],
  ])
}

function dnsFlow(client, server, port, random) {
  const id = bytesOf(4, random).subarray(0, 2)
  const name = Buffer.from('\x03www\x07example\x04test\x00\x00\x01\x00\x01', 'latin1')
  const question = Buffer.concat([id, Buffer.from('01000001000000000000', 'hex'), name])
  const answer = Buffer.concat([
    id,
    Buffer.from('81800001000100000000', 'hex'),
    name,
    Buffer.from('c00c000100010000003c0004c0000201', 'hex'),
  ])
  return [udpFrame(client, server, port, 53, question), udpFrame(server, client, 53, port, answer)]
}

/** A session of a sample, with READ answers of 256 KiB in place of its own. */
function bulkFlow(client, server, port, reads, random) {
  const exchange = []
  for (const { bytes } of readPcap(readFileSync(`${captures}smb311-unsigned-data.pcap`)).packets) {
    const { payload, destinationPort } = parseFrame(bytes)
    if (payload.length > 0) exchange.push([destinationPort === 445, payload])
  }
  const isRead = ([fromClient, p]) =>
    fromClient && p.length > 68 && p.readUInt32LE(4) === 0x424d53fe && p.readUInt16LE(16) === 8
  const at = exchange.findIndex(isRead)
  const request = exchange[at][1]
  const bulk = []
  for (let i = 0; i < reads; i++) {
    const question = Buffer.from(request)
    question.writeUInt32LE(READ_LENGTH, 4 + 64 + 4)
    question.writeUInt32LE(i + 100, 4 + 24)
    const answer = Buffer.alloc(4 + 64 + 16)
    answer.writeUInt32BE(64 + 16 + READ_LENGTH, 0)
    question.copy(answer, 4, 4, 4 + 64)
    answer.writeUInt32LE(0, 4 + 8)
    answer.writeUInt32LE(1, 4 + 16)
    answer.writeUInt16LE(17, 4 + 64)
    answer[4 + 64 + 2] = 80
    answer.writeUInt32LE(READ_LENGTH, 4 + 64 + 4)
    bulk.push([true, question], [false, Buffer.concat([answer, bytesOf(READ_LENGTH, random)])])
  }
  exchange.splice(at, 0, ...bulk)
  return tcpFlow(client, server, port, 445, exchange)
}

/** Packets of all flows, a few dozen flows at a time, in an order that mixes them. */
function interleave(flows, random) {
  const waiting = [...flows]
  const open = []
  const frames = []
  while (waiting.length > 0 || open.length > 0) {
    while (open.length < 40 && waiting.length > 0) open.push({ flow: waiting.pop(), next: 0 })
    const i = random(open.length)
    const turn = open[i]
    for (let n = 1 + random(4); n > 0 && turn.next < turn.flow.length; n--) frames.push(turn.flow[turn.next++])
    if (turn.next === turn.flow.length) {
      open[i] = open[open.length - 1]
      open.pop()
    }
  }
  return frames
}

function shuffled(list, random) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[list[i], list[j]] = [list[j], list[i]]
  }
  return list
}

const sizeOf = (flows) => flows.reduce((sum, flow) => sum + flow.reduce((bytes, frame) => bytes + frame.length, 0), 0)

const SEEDS = { logons: 1, dense: 2, mixed: 3 }

function template(kind) {
  const random = randomFrom(SEEDS[kind])
  const smb = sampleFlows()
  if (kind === 'logons') return interleave(shuffled(smb, random), random)
  const reads = Math.max(1, Math.round((sizeOf(smb) * 3) / (4 * READ_LENGTH)))
  for (let i = 0; i < 4; i++) smb.push(bulkFlow([10, 77, 0, 20 + i], [10, 77, 0, 2], 50000 + i, reads, random))
  if (kind === 'dense') return interleave(shuffled(smb, random), random)
  const flows = []
  const wanted = sizeOf(smb) * 19
  for (let bytes = 0, i = 0; bytes < wanted; i++) {
    const client = [10, 77, 0, 30 + random(200)]
    const server = [192, 0, 2, 1 + random(250)]
    const port = 1024 + (i % 60000)
    const share = random(10)
    const flow = (share < 3 ? httpFlow : share < 8 ? tlsFlow : dnsFlow)(
      client,
      share < 8 ? server : [10, 77, 0, 53],
      port,
      random,
    )
    flows.push(flow)
    bytes += sizeOf([flow])
  }
  return interleave(shuffled([...flows, ...smb], random), random)
}

/**
 * Writes a capture of about `megabytes`. Copy k of the template has the second and third octet of its addresses changed, so that its flows
 * are its own. Checksums stay correct.
 *
 * @returns how many packets the file has
 */
export function writeTraffic(kind, path, megabytes) {
  const frames = template(kind)
  const startTime = Date.UTC(2026, 0, 5, 9) * 1000
  const first = writePcap({
    linkType: 1,
    packets: frames.map((bytes, i) => ({ time: startTime + i * 20, bytes, original: bytes.length })),
  })
  const body = first.subarray(24)
  const places = addressPlaces(body)
  const span = Math.ceil((frames.length * 20) / 1e6)
  const copies = Math.max(1, Math.ceil((megabytes * MEGABYTE) / body.length))
  const file = openSync(path, 'w')
  writeSync(file, first.subarray(0, 24))
  for (let k = 0; k < copies; k++) {
    const copy = Buffer.from(body)
    for (const place of places) {
      copy.writeUInt32LE(copy.readUInt32LE(place.record) + k * span, place.record)
      readdress(copy, place, k)
    }
    for (let o = 0; o < copy.length; ) o += writeSync(file, copy, o)
  }
  closeSync(file)
  return frames.length * copies
}

/** Where, in the records of a pcap file, each packet's addresses and checksums are. */
function addressPlaces(records) {
  const places = []
  for (let o = 0; o < records.length; o += 16 + records.readUInt32LE(o + 8)) {
    const ip = o + 16 + 14
    const v6 = records.readUInt16BE(ip - 2) === 0x86dd
    const protocol = records[v6 ? ip + 6 : ip + 9]
    const transport = ip + (v6 ? 40 : (records[ip] & 0x0f) * 4)
    places.push({
      record: o,
      // Two words of the source, two of the destination.
      words: v6 ? [ip + 8, ip + 10, ip + 24, ip + 26] : [ip + 12, ip + 14, ip + 16, ip + 18],
      // The header's, and TCP's; UDP's is left out of the generated packets.
      checksums: [...(v6 ? [] : [ip + 10]), ...(protocol === 6 ? [transport + 16] : [])],
    })
  }
  return places
}

function readdress(copy, { words, checksums }, k) {
  let change = 0
  for (const [i, at] of words.entries()) {
    const before = copy.readUInt16BE(at)
    const after = before ^ (i % 2 === 0 ? (k >> 8) & 0xff : (k & 0xff) << 8)
    copy.writeUInt16BE(after, at)
    change += (~before & 0xffff) + after
  }
  // RFC 1624: the new checksum is that of the old one and of what changed.
  for (const at of checksums) {
    let sum = (~copy.readUInt16BE(at) & 0xffff) + change
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
    copy.writeUInt16BE(~sum & 0xffff, at)
  }
}
