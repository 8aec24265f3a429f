// usage: node bench/sessions.mjs -o FILE [--sessions N] [--seed N]
//
// A capture of an organisation's day: N sessions (100,000 by default) of some ten thousand clients with sixty servers, old and new, spread over hours
// and interleaved. It is the same in every run. It is written while it is made, so that its size costs no memory.
import { closeSync, openSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { sessionSteps } from '../captures/make/build/session.mjs'
import { STATUS } from '../captures/make/build/smb2.mjs'
import { writePcap } from '../captures/make/pcap.mjs'
import { below, pick, seeded } from '../captures/make/variants/random.mjs'

const START = Date.UTC(2026, 0, 5, 6) * 1000
/** Seven sessions a second, as in a large office: 100,000 take four hours. */
const SESSIONS_PER_SECOND = 7
const CLIENTS = 10_000
const BUFFER = 1 << 20

const FIRST = [
  'anna',
  'ben',
  'chloe',
  'dmitri',
  'elif',
  'farid',
  'grace',
  'hiro',
  'ines',
  'jonas',
  'kemal',
  'lena',
  'mateo',
  'nadia',
]
const LAST = [
  'abel',
  'baker',
  'costa',
  'diaz',
  'evans',
  'fischer',
  'garcia',
  'haas',
  'ito',
  'jensen',
  'kaya',
  'lopez',
  'meyer',
]
const SHARES = ['projects', 'finance', 'home$', 'public', 'scans', 'SYSVOL', 'NETLOGON', 'backup', 'HR', 'C$']
const REFUSALS = [STATUS.LOGON_FAILURE, STATUS.LOGON_FAILURE, STATUS.ACCOUNT_LOCKED_OUT]
const BUILDS = [10240, 17763, 19045, 20348, 22631, 26100]
const ALL_DIALECTS = [0x0202, 0x0210, 0x0300, 0x0302, 0x0311]

/** What servers are like, and how often they are chosen, in parts of a hundred. */
const KINDS = [
  { name: 'strict', share: 34, count: 16, dialect: 0x0311, signing: 3, signed: true, kerberos: 60 },
  { name: 'encrypting', share: 14, count: 8, dialect: 0x0311, signing: 3, encrypted: true, kerberos: 60 },
  { name: 'lax', share: 24, count: 12, dialect: 0x0311, signing: 1, kerberos: 30 },
  { name: 'aged', share: 8, count: 6, dialect: 0x0302, signing: 1, kerberos: 20 },
  { name: 'older', share: 5, count: 4, dialect: 0x0300, signing: 1, kerberos: 10 },
  { name: 'old', share: 6, count: 6, dialect: 0x0210, signing: 1, kerberos: 0, guests: 20 },
  { name: 'ancient', share: 4, count: 3, dialect: 0x0202, signing: 1, kerberos: 0, guests: 40 },
  { name: 'legacy', share: 3, count: 2, dialect: null, signing: 3, kerberos: 0, guests: 10 },
  { name: 'outside', share: 2, count: 5, dialect: 0x0311, signing: 1, kerberos: 0, outside: true },
]
const SERVERS = KINDS.flatMap((kind) => Array.from({ length: kind.count }, () => kind)).map((kind, i) => ({
  kind,
  ip: kind.outside ? [203, 0, 113, 10 + i] : [10, 50, 0, 10 + i],
  name: `${kind.name.toUpperCase()}${i}`,
}))

/** Bytes from a pseudo-random pool: a signature or a hash in a capture looks no different. */
function byteSource(random) {
  const pool = Buffer.from(Array.from({ length: 1 << 16 }, () => 1 + below(random, 255)))
  return (length) => {
    const at = below(random, pool.length - length)
    return pool.subarray(at, at + length)
  }
}

function chooseServer(random) {
  let part = below(random, 100)
  const kind = KINDS.find(({ share }) => {
    part -= share
    return part < 0
  })
  return pick(
    random,
    SERVERS.filter((server) => server.kind === kind),
  )
}

const guid = (tag, number) => Buffer.from(`${tag}${number.toString(16).padStart(30, '0')}`, 'hex')
const chance = (random, percent) => below(random, 100) < percent

/** The plan of session `n` as sessionSteps takes it, and its kind for the count. */
function planOf(n, random, bytes) {
  const c = below(random, CLIENTS)
  const { kind, ip, name } = chooseServer(random)
  const workstation = `WS-${String(c).padStart(5, '0')}`
  const host = `${name.toLowerCase()}.corp.example`
  const guest = chance(random, kind.guests ?? 0)
  const anonymous = !guest && chance(random, 3)
  const kerberos = !guest && !anonymous && chance(random, kind.kerberos)
  const refused = !guest && !anonymous && !kerberos && chance(random, 8) ? pick(random, REFUSALS) : null
  const keyed = !guest && !anonymous
  const offered = ALL_DIALECTS.filter(
    (dialect) => dialect <= (chance(random, 90) ? 0x0311 : Math.max(kind.dialect, 0x0302)),
  )
  const disks = anonymous ? 0 : 1 + (chance(random, 30) ? 1 : 0)
  const trees = [
    { path: `\\\\${host}\\IPC$`, type: 2, files: 0 },
    ...Array.from({ length: disks }, () => ({
      path: `\\\\${host}\\${pick(random, SHARES)}`,
      type: 1,
      files: below(random, 3),
    })),
  ]
  return {
    client: { ip: [10, 40, c >> 8, c & 0xff], port: 49152 + (n % 16384), isn: below(random, 2 ** 32) },
    server: { ip, port: 445, isn: below(random, 2 ** 32) },
    smb1:
      kind.dialect === null
        ? {
            dialects: ['LANMAN1.0', 'LM1.2X002', 'NT LM 0.12'],
            index: 2,
            securityMode: kind.signing,
            clientOs: 'Windows 5.1',
            clientLanMan: 'Windows 2000 LAN Manager',
            serverOs: 'Windows Server 2003 3790',
            serverLanMan: 'Windows Server 2003 5.2',
          }
        : null,
    offered,
    dialect: kind.dialect,
    cipher: 2,
    algorithm: 2,
    netname: host,
    clientSigning: chance(random, 10) ? 3 : 1,
    serverSigning: kind.signing,
    auth: anonymous ? 'anonymous' : kerberos ? 'kerberos' : 'ntlm',
    user: chance(random, 95) ? `${FIRST[c % FIRST.length]}.${LAST[(c >> 4) % LAST.length]}` : 'Administrator',
    domain: 'CORP',
    workstation,
    target: { nbDomain: 'CORP', nbComputer: name, dnsDomain: 'corp.example', dnsComputer: host },
    realm: 'CORP.EXAMPLE',
    service: ['cifs', host],
    etype: chance(random, 5) ? 23 : 18,
    refused,
    guest,
    encrypted: keyed && refused === null && kind.encrypted === true,
    signed: keyed && kind.signed === true,
    sessionId: kind.dialect === null ? 1 + (n % 65_000) : 0x400000000000 + n * 4,
    clientGuid: guid('c1', c),
    serverGuid: guid('5e', ip[3]),
    clientOs: { major: 10, minor: 0, build: BUILDS[c % BUILDS.length] },
    serverOs: { major: 10, minor: 0, build: BUILDS[ip[3] % BUILDS.length] },
    trees,
    end: chance(random, 15) ? 'open' : chance(random, 60) ? 'logoff' : 'fin',
    bytes,
  }
}

/**
 * Writes the capture.
 *
 * @returns how many packets it has, and what was planned: sessions by `auth`, and those that were refused, guests, encrypted, over SMB1 or outside
 */
export function writeSessions(path, { sessions = 100_000, seed = 1 } = {}) {
  const random = seeded(seed)
  const bytes = byteSource(random)
  const out = createWriter(path)
  const planned = {
    ntlm: 0,
    kerberos: 0,
    anonymous: 0,
    refused: 0,
    guest: 0,
    encrypted: 0,
    smb1: 0,
    outside: 0,
    open: 0,
  }
  const users = new Set()
  const queue = createQueue()
  for (let n = 0; n < sessions; n++) {
    const begin = START + Math.round((n + random()) * (1e6 / SESSIONS_PER_SECOND))
    // Everything planned before this session can be written, up to its beginning.
    while (queue.first() !== undefined && queue.first().time <= begin) step(queue.take())
    const plan = planOf(n, random, bytes)
    planned[plan.auth]++
    for (const fact of ['guest', 'encrypted', 'refused', 'smb1']) if (plan[fact]) planned[fact]++
    if (plan.end === 'open') planned.open++
    if (plan.server.ip[0] === 203) planned.outside++
    if (plan.auth === 'ntlm') users.add(plan.user)
    queue.add({ time: begin, steps: sessionSteps(plan), next: 0 })
  }
  while (queue.first() !== undefined) step(queue.take())
  out.close()
  return { packets: out.packets(), users: users.size, ...planned }

  /** Writes one side's turn. The other side's follows in about a millisecond, and the next request after a user's pause. */
  function step(session) {
    for (const [i, frame] of session.steps[session.next].entries()) out.packet(session.time + i, frame)
    session.next++
    if (session.next === session.steps.length) return
    session.time += 200 + below(random, 2000) + (chance(random, 10) ? below(random, 5_000_000) : 0)
    queue.add(session)
  }
}

/** A binary heap of items with a `time`, the earliest first. */
function createQueue() {
  const heap = []
  const swap = (i, j) => {
    ;[heap[i], heap[j]] = [heap[j], heap[i]]
  }
  return {
    first: () => heap[0],
    add(item) {
      let at = heap.push(item) - 1
      for (; at > 0 && heap[(at - 1) >> 1].time > heap[at].time; at = (at - 1) >> 1) swap(at, (at - 1) >> 1)
    },
    take() {
      const least = heap[0]
      const last = heap.pop()
      if (heap.length === 0) return least
      heap[0] = last
      for (let at = 0; ; ) {
        let child = 2 * at + 1
        if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child++
        if (child >= heap.length || heap[child].time >= heap[at].time) return least
        swap(at, child)
        at = child
      }
    },
  }
}

function createWriter(path) {
  const file = openSync(path, 'w')
  const buffer = Buffer.alloc(BUFFER)
  let used = writePcap({ linkType: 1, packets: [] }).copy(buffer)
  let packets = 0
  const flush = () => {
    for (let done = 0; done < used; ) done += writeSync(file, buffer, done, used - done)
    used = 0
  }
  return {
    packets: () => packets,
    packet(time, frame) {
      if (used + 16 + frame.length > BUFFER) flush()
      buffer.writeUInt32LE(Math.floor(time / 1e6), used)
      buffer.writeUInt32LE(time % 1e6, used + 4)
      buffer.writeUInt32LE(frame.length, used + 8)
      buffer.writeUInt32LE(frame.length, used + 12)
      used += 16
      used += frame.copy(buffer, used)
      packets++
    },
    close() {
      flush()
      closeSync(file)
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', short: 'o' },
      sessions: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
    },
  })
  const sessions = Number(values.sessions)
  if (!values.output || !(sessions >= 1)) {
    console.error('usage: node bench/sessions.mjs -o FILE [--sessions N] [--seed N]')
    process.exit(2)
  }
  console.log(JSON.stringify(writeSessions(values.output, { sessions, seed: Number(values.seed) })))
}
