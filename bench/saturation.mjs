// usage: node bench/saturation.mjs FILE [--share N]
//
// A capture made to use as much memory as its reader allows: it fills all tables of the reader at the same time, with the largest entries that fit on
// the wire. With --share 0.1 it makes a tenth of each. FILE may be - for standard output.
import { closeSync, openSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { clientToken, ntlmAuthenticate } from '../captures/make/build/auth.mjs'
import * as smb1 from '../captures/make/build/smb1.mjs'
import * as smb2 from '../captures/make/build/smb2.mjs'
import { writePcap } from '../captures/make/pcap.mjs'

const SYN = 2
const RST = 4
const ACK = 16
const HEADERS = 54
/** The most bytes of a stream that fit into one datagram. */
const SEGMENT = 65_000
const SERVER = 0x0a090909
const BUFFER = 1 << 20
const START = 1.7e15

/** How many there are of each, at share 1. */
const COUNTS = {
  attempts: 40_000,
  bare: 10_000,
  thin: 25_000,
  named: 2500,
  joinable: 9000,
  datagrams: 1200,
  open: 14_000,
  gathering: 120,
  held: 100,
  asking: 120,
  shares: 60,
  messages: 600_000,
}

const { COMMAND, STATUS } = smb2
const NONE = Buffer.alloc(0)
const bytes = (length) => Buffer.alloc(length, 0x5a)
/** Not Latin-1, so it takes twice the memory. */
const name = (length, n) => `${'Ж'.repeat(length - 8)}${n.toString(36).padStart(8, '0')}`

/** Yields every frame; each is valid until the next. */
export function* saturation(share = 1) {
  const count = (what) => Math.ceil(COUNTS[what] * share)
  let address = 0x0b000000
  const next = () => connection(++address)

  // Unanswered SYNs, to two ports that are followed and others that are not.
  for (let n = 0; n < count('attempts'); n++) {
    yield tcp(0x0d000000 + n, SERVER, 50_000, n % 2 === 0 ? 445 : 139, 1, 0, SYN, NONE)
    yield tcp(0x0e000000 + n, SERVER, 50_000, 8445, 1, 0, SYN, NONE)
  }
  // Connections on which much is offered and nothing is negotiated.
  for (let n = 0; n < count('bare'); n++) {
    const c = next()
    yield* c.open()
    yield* c.client(offer(n))
    yield c.reset()
  }
  // Sessions of one message each, as many as fit into a segment.
  for (let n = 0; n < count('thin'); ) {
    const c = next()
    yield* c.open()
    const messages = []
    for (let i = 0; i < 900; i++) {
      messages.push(smb2.message({ command: COMMAND.CREATE, id: i, sessionId: 2 ** 40 + n++ }, smb2.emptyBody()))
    }
    yield* c.client(Buffer.concat(messages))
    yield c.reset()
  }
  // Sessions with long names, shares and logons, each of another user.
  for (let n = 0; n < count('named'); n++) {
    const c = next()
    yield* c.open()
    yield* logon(c, n, 900)
    for (let i = 0; i < 12; i++) yield* share2(c, n, i, 900)
    yield* unsigned(c, n)
    yield c.reset()
  }
  // Sessions that other connections may join, with shares under many ids.
  for (let n = 0; n < count('joinable'); n++) {
    const c = next()
    yield* c.open()
    yield* logon(c, 1e6 + n, 8)
    yield* c.server(Buffer.concat(Array.from({ length: 60 }, (_, i) => treeAnswer(1e6 + n, i))))
    yield c.reset()
  }
  // Messages, for a list of them.
  for (let n = 0; n < count('messages'); n += 900) {
    const c = next()
    yield* c.open()
    const messages = []
    for (let i = 0; i < 900; i++)
      messages.push(smb2.message({ command: COMMAND.READ, id: i, sessionId: 5, tree: i % 7 }, smb2.readRequest(1)))
    yield* c.client(Buffer.concat(messages))
    yield c.reset()
  }
  // Datagrams whose last fragment does not come.
  for (let n = 0; n < count('datagrams'); n++) for (let i = 0; i < 64; i++) yield fragment(n, i)
  // What stays open to the end, each on its own connection.
  for (let n = 0; n < count('open'); n++) {
    const c = next()
    yield* c.open()
    yield* c.client(offer(n).subarray(0, -3))
  }
  for (let n = 0; n < count('asking'); n++) {
    const c = next()
    yield* c.open()
    yield* logon(c, 2e6 + n, 400)
    for (let i = 0; i < 250; i++)
      yield* c.client(
        smb2.message(
          { command: COMMAND.TREE_CONNECT, id: i, sessionId: sessionId(2e6 + n) },
          smb2.treeRequest(path(n, i, 400)),
        ),
      )
  }
  for (let n = 0; n < count('shares'); n++) {
    const c = next()
    yield* c.open()
    // Exchanges without an end.
    for (let i = 0; i < 60; i++) yield* logonRequest(c, i, 3e6 + n * 1000 + i, 400)
    for (let i = 0; i < 250; i++) yield* c.server(treeAnswer(3e6 + n, i))
  }
  for (let n = 0; n < count('gathering'); n++) {
    const c = next()
    yield* c.open()
    const long = smb2.message({ command: COMMAND.SESSION_SETUP, id: 1 }, Buffer.alloc(140_000))
    yield* c.client(long.subarray(0, 130_000))
  }
  for (let n = 0; n < count('held'); n++) {
    const c = next()
    yield* c.open()
    for (let i = 0; i < 510; i++) yield c.ahead(2 + i * 2, 1)
  }
}

/** What a client offers, SMB1 and SMB2: as much text as the reader stores. */
function offer(n) {
  const dialects = Array.from({ length: 60 }, (_, i) => `${n} ${i} `.padEnd(60, 'x'))
  const first = smb1.message({ command: smb1.COMMAND.NEGOTIATE, id: 0 }, ...smb1.negotiateRequest(dialects))
  const many = Array.from({ length: 60 }, (_, i) => n + i)
  const second = smb2.negotiateRequest({
    dialects: [0x0311, 0x0302, 0x0300],
    securityMode: 1,
    guid: Buffer.from(`${n}`.padStart(16, '0')),
    bytes,
    ciphers: many.map((i) => i & 0xffff),
    signing: many.map((i) => i & 0xffff),
    netname: name(900, n),
  })
  return Buffer.concat([first, smb2.message({ command: COMMAND.NEGOTIATE, id: 1 }, second)])
}

const sessionId = (n) => 0x10_0000_0000 + n
const path = (n, i, length) => `\\\\server\\${name(length, n * 1000 + i)}`

function* logonRequest(c, id, n, length) {
  const target = { nbDomain: 'CORP', nbComputer: 'FILES', targetName: name(length, n) }
  const token = ntlmAuthenticate({
    user: name(length, n),
    domain: name(length, n + 1),
    workstation: name(length, n + 2),
    target,
    os: { major: 10, minor: 0, build: 20_348 },
    bytes,
  })
  const body = smb2.setupRequest({ securityMode: 1, blob: clientToken(token) })
  yield* c.client(smb2.message({ command: COMMAND.SESSION_SETUP, id, sessionId: 0 }, body))
}

function* logon(c, n, length) {
  yield* logonRequest(c, 2, n, length)
  const answer = {
    command: COMMAND.SESSION_SETUP,
    id: 2,
    response: true,
    status: STATUS.SUCCESS,
    sessionId: sessionId(n),
  }
  yield* c.server(smb2.message(answer, smb2.setupResponse({ flags: 0, blob: NONE })))
}

function* share2(c, n, i, length) {
  const request = { command: COMMAND.TREE_CONNECT, id: 10 + i, sessionId: sessionId(n) }
  yield* c.client(smb2.message(request, smb2.treeRequest(path(n, i, length))))
  yield* c.server(smb2.message({ ...request, response: true, tree: i + 1 }, smb2.treeResponse({ type: 1 })))
}

const treeAnswer = (n, i) =>
  smb2.message(
    { command: COMMAND.TREE_CONNECT, id: 1000 + i, response: true, sessionId: sessionId(n), tree: i + 1 },
    smb2.treeResponse({ type: 1 }),
  )

/** Unencrypted requests, so that rules report the session. */
function* unsigned(c, n) {
  const request = { command: COMMAND.CREATE, id: 100, sessionId: sessionId(n), tree: 1 }
  yield* c.client(smb2.message(request, smb2.createRequest('x')))
  yield* c.server(smb2.message({ ...request, response: true }, smb2.createResponse()))
}

/** A connection of a client, by its address. Both sides' sequence numbers begin at 0. */
function connection(client) {
  let [sent, received] = [1, 1]
  function* stream(fromClient, payload) {
    for (let at = 0; at < payload.length; at += SEGMENT) {
      const part = payload.subarray(at, at + SEGMENT)
      const [seq, ack] = fromClient ? [sent, received] : [received, sent]
      yield fromClient
        ? tcp(client, SERVER, 50_000, 445, seq, ack, ACK, part)
        : tcp(SERVER, client, 445, 50_000, seq, ack, ACK, part)
      if (fromClient) sent += part.length
      else received += part.length
    }
  }
  return {
    *open() {
      yield tcp(client, SERVER, 50_000, 445, 0, 0, SYN, NONE)
      yield tcp(SERVER, client, 445, 50_000, 0, 1, SYN | ACK, NONE)
    },
    client: (payload) => stream(true, payload),
    server: (payload) => stream(false, payload),
    ahead: (by, length) => tcp(client, SERVER, 50_000, 445, sent + by, received, ACK, Buffer.alloc(length)),
    reset: () => tcp(client, SERVER, 50_000, 445, sent, received, RST | ACK, NONE),
  }
}

const frame = Buffer.alloc(HEADERS + SEGMENT)
frame.writeUInt16BE(0x0800, 12)
frame[14] = 0x45

function ip(source, destination, protocol, length) {
  frame.writeUInt16BE(20 + length, 16)
  frame.writeUInt32BE(0, 18)
  frame[22] = 64
  frame[23] = protocol
  frame.writeUInt32BE(source, 26)
  frame.writeUInt32BE(destination, 30)
  return frame.subarray(0, 34 + length)
}

/** Checksums are left out: smblens does not verify them. */
function tcp(source, destination, sourcePort, destinationPort, seq, ack, flags, payload) {
  const whole = ip(source, destination, 6, 20 + payload.length)
  frame.writeUInt16BE(sourcePort, 34)
  frame.writeUInt16BE(destinationPort, 36)
  frame.writeUInt32BE(seq >>> 0, 38)
  frame.writeUInt32BE(ack >>> 0, 42)
  frame[46] = 0x50
  frame[47] = flags
  payload.copy(frame, HEADERS)
  return whole
}

/** Every second fragment of a datagram, so that each is stored as a separate piece. */
function fragment(n, i) {
  const whole = ip(0x0f000000 + n, SERVER, 6, 8)
  frame.writeUInt16BE(n & 0xffff, 18)
  frame.writeUInt16BE(0x2000 | (i * 2), 20)
  frame.fill(i, 34, 42)
  return whole
}

/** Writes the capture while it is made, and returns the number of packets. */
export function writeSaturation(file, share) {
  const out = file === '-' ? 1 : openSync(file, 'w')
  const buffer = Buffer.alloc(BUFFER)
  let used = writePcap({ linkType: 1, packets: [] }).copy(buffer)
  let packets = 0
  const flush = () => {
    for (let done = 0; done < used; ) done += writeSync(out, buffer, done, used - done)
    used = 0
  }
  for (const each of saturation(share)) {
    if (used + 16 + each.length > BUFFER) flush()
    const time = START + packets++ * 10
    buffer.writeUInt32LE(Math.floor(time / 1e6), used)
    buffer.writeUInt32LE(time % 1e6, used + 4)
    buffer.writeUInt32LE(each.length, used + 8)
    buffer.writeUInt32LE(each.length, used + 12)
    used += 16 + each.copy(buffer, used + 16)
  }
  flush()
  if (out !== 1) closeSync(out)
  return packets
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { share: { type: 'string', default: '1' } },
  })
  const share = Number(values.share)
  if (positionals.length !== 1 || !(share > 0 && share <= 10)) {
    console.error('usage: node bench/saturation.mjs FILE [--share N]')
    process.exit(2)
  }
  const packets = writeSaturation(positionals[0], share)
  if (positionals[0] !== '-') console.log(`${packets} packets`)
}
