// usage: node bench/crowd.mjs FILE [--clients N] [--rounds N]
//
// A file server at work: N clients (4,000 by default) log on one after the other. Then they take turns: in each round (100 by default) every client
// sends a request and gets its response. All stay connected. The request is always the first after the tree connect of captures/smb311-signed.pcap.
// Checksums are left as they were.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readPcap } from '../captures/make/pcap.mjs'
import { openPackets } from './packet-writer.mjs'

/** Of the frames: Ethernet, IPv4 without options. */
const AT = { source: 26, destination: 30, tcp: 34, seq: 38, ack: 42, dataOffset: 46 }
/** Of a message: NetBIOS length, then the SMB2 header. */
const COMMAND = 4 + 12
const TREE_CONNECT = 3
const SERVER = 0x0a090909

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { clients: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '100' } },
})
const clients = Number(values.clients)
const rounds = Number(values.rounds)
if (positionals.length !== 1 || !(clients >= 1 && rounds >= 0)) {
  console.error('usage: node bench/crowd.mjs FILE [--clients N] [--rounds N]')
  process.exit(2)
}

const sample = readPcap(readFileSync(new URL('../captures/smb311-signed.pcap', import.meta.url)))
const clientPort = sample.packets[0].bytes.readUInt16BE(AT.tcp)
const frames = sample.packets.map(({ bytes }) => {
  const payload = bytes.subarray(AT.tcp + (bytes[AT.dataOffset] >> 4) * 4)
  return { bytes, payload, fromClient: bytes.readUInt16BE(AT.tcp) === clientPort }
})
const messages = frames.filter(({ payload }) => payload.length > COMMAND)
const connected = messages.findLastIndex(({ payload }) => payload[COMMAND] === TREE_CONNECT)
const opening = frames.slice(0, frames.indexOf(messages[connected]) + 1)
const [request, answer] = messages.slice(connected + 1, connected + 3)
if (!request.fromClient || answer.fromClient) throw new Error('the sample is not as this program expects it')

const out = openPackets(positionals[0], sample.linkType)
for (let client = 0; client < clients; client++) for (const frame of opening) write(frame, client, 0, 0)
for (let round = 0; round < rounds; round++) {
  for (let client = 0; client < clients; client++) {
    write(request, client, round * request.payload.length, round * answer.payload.length)
    write(answer, client, round * answer.payload.length, round * request.payload.length)
  }
}
console.log(`${out.close()} packets: ${clients} clients, ${rounds} rounds`)

/** One packet of a client, by its number. `sent` and `received`: the bytes that precede it here and not in the sample. */
function write({ bytes, fromClient }, client, sent, received) {
  out.write(bytes, (buffer, at) => {
    buffer.writeUInt32BE(fromClient ? 0x0a000000 + client : SERVER, at + AT.source)
    buffer.writeUInt32BE(fromClient ? SERVER : 0x0a000000 + client, at + AT.destination)
    buffer.writeUInt32BE((bytes.readUInt32BE(AT.seq) + sent) >>> 0, at + AT.seq)
    buffer.writeUInt32BE((bytes.readUInt32BE(AT.ack) + received) >>> 0, at + AT.ack)
  })
}
