// usage: node bench/flood.mjs FILE [--syns N] [--half-open N] [--samples N]
//
// A capture that tries to fill the tables of the program that reads it: unanswered SYNs to port 445, and connections on which SMB is negotiated
// and nothing more, each from another address, all left open. Between them, at equal distances, stand copies of a sample capture with a logon.
// Checksums of the flood are not computed again: smblens does not verify them.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readPcap } from '../captures/make/pcap.mjs'
import { buildFrame, parseFrame } from '../captures/make/tcp.mjs'
import { openPackets } from './packet-writer.mjs'

const SYN = 0x02
/** Of the frames: Ethernet, IPv4 without options. */
const SOURCE = 26
const DESTINATION = 30

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    syns: { type: 'string', default: '10000000' },
    'half-open': { type: 'string', default: '1000000' },
    samples: { type: 'string', default: '20' },
  },
})
const syns = Number(values.syns)
const halfOpen = Number(values['half-open'])
const samples = Number(values.samples)
if (positionals.length !== 1 || !(syns >= 0 && halfOpen >= 0 && samples >= 1)) {
  console.error('usage: node bench/flood.mjs FILE [--syns N] [--half-open N] [--samples N]')
  process.exit(2)
}

const sample = readPcap(readFileSync(new URL('../captures/smb311-signed.pcap', import.meta.url)))
const frames = sample.packets.map(({ bytes }) => bytes)
const first = parseFrame(frames[0])
const fromClient = frames.map((bytes) => parseFrame(bytes).sourcePort === first.sourcePort)
/** Handshake, both NEGOTIATE messages, and their acknowledgements. */
const opening = frames.slice(0, 6)
const lone = buildFrame({ ...first, flags: SYN, payload: Buffer.alloc(0) })

const out = openPackets(positionals[0], sample.linkType)

const steps = samples * 1000
let [openDone, synsDone] = [0, 0]
for (let step = 1; step <= steps; step++) {
  for (; openDone < Math.round((halfOpen * step) / steps); openDone++) {
    for (const [i, frame] of opening.entries()) write(frame, fromClient[i], 0x0b000000 + openDone, 0x0a090909)
  }
  for (; synsDone < Math.round((syns * step) / steps); synsDone++) write(lone, true, 0x0d000000 + synsDone, 0x0a090909)
  if (step % 1000 === 500) {
    const client = 0x0a000000 + step / 500
    for (const [i, frame] of frames.entries()) write(frame, fromClient[i], client, 0x0a080808)
  }
}
console.log(
  `${out.close()} packets: ${syns} SYNs, ${halfOpen} half-open connections, ${samples} times smb311-signed.pcap`,
)

/** One packet, between `client` and `server` (IPv4 addresses as numbers). */
function write(frame, clientSent, client, server) {
  out.write(frame, (buffer, at) => {
    buffer.writeUInt32BE(clientSent ? client : server, at + SOURCE)
    buffer.writeUInt32BE(clientSent ? server : client, at + DESTINATION)
  })
}
