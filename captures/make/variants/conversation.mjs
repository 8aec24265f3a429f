// One TCP conversation as a list of segments, and what TCP, a lossy capture or an attacker may do to it. A segment is what ../tcp.mjs makes of a
// frame, and its time. Every function returns a new list.
import { readFileSync } from 'node:fs'
import { readPcap } from '../pcap.mjs'
import { buildFrame, parseFrame, split } from '../tcp.mjs'
import { below, jostled, seeded } from './random.mjs'

const FIN = 0x01
const SYN = 0x02
const RST = 0x04
const ACK = 0x10

/** The segments of one of the samples above. */
export function conversation(sample) {
  const file = readFileSync(new URL(`../../${sample}.pcap`, import.meta.url))
  return readPcap(file).packets.map(({ time, bytes }) => ({ time, ...parseFrame(bytes) }))
}

export const isClient = (s) => s.destinationPort === 445

// --- what is in the segments

const SMB1 = 0x424d53ff
const SMB2 = 0x424d53fe
export const SMB2_NEGOTIATE = 0
export const SMB2_SESSION_SETUP = 1
export const SMB2_TREE_CONNECT = 3
export const SMB2_CREATE = 5
export const SMB2_READ = 8
export const SMB2_WRITE = 9
export const SMB1_NEGOTIATE = 0x72
export const SMB1_NT_CREATE = 0xa2

/** Index of the segment in which the `nth` message of this command and direction starts. For SMB1 and SMB2: a segment belongs to one of the two. */
export function find(segments, command, response, nth = 0) {
  const starts = ({ payload: p }) => {
    if (p.length < 36) return false
    const id = p.readUInt32LE(4)
    if (id === SMB2) return p.readUInt16LE(16) === command && (p[20] & 1) === Number(response)
    return id === SMB1 && p[8] === command && p[13] >> 7 === Number(response)
  }
  const at = segments.flatMap((s, i) => (starts(s) ? [i] : []))[nth]
  if (at === undefined) throw new Error(`no message ${command} is there`)
  return at
}

/** The payload changed; its length stays. */
export function forged(segment, change) {
  const payload = Buffer.from(segment.payload)
  change(payload)
  return { ...segment, payload }
}

/** `segment` with all its bytes replaced by others that form no message. */
export const inverted = (segment) =>
  forged(segment, (p) => {
    for (let i = 0; i < p.length; i++) p[i] ^= 0xff
  })

/** Bytes [from, to) of a segment, as a segment. */
export const part = (s, from, to = s.payload.length) => ({
  ...s,
  seq: s.seq + from,
  payload: s.payload.subarray(from, to),
})

// --- the same stream in other segments

/** In pieces of `size` bytes. */
export const inPieces = (segments, size) => segments.flatMap((s) => split(s, size))

/** What one side sends in a row as one segment of up to `limit` bytes, as an offloading network card delivers it. */
export function merged(segments, limit) {
  const out = []
  let open = null
  let acknowledgments = []
  const close = () => {
    if (open !== null) out.push(open, ...acknowledgments)
    open = null
    acknowledgments = []
  }
  for (const s of segments) {
    if (open === null) {
      if (s.payload.length === 0) out.push(s)
      else open = s
    } else if (isClient(s) !== isClient(open) && s.payload.length === 0 && (s.flags & (FIN | RST)) === 0) {
      acknowledgments.push(s)
    } else if (isClient(s) === isClient(open) && fits(open, s, limit)) {
      open = { ...open, flags: s.flags, ack: s.ack, payload: Buffer.concat([open.payload, s.payload]) }
    } else {
      close()
      if (s.payload.length === 0) out.push(s)
      else open = s
    }
  }
  close()
  return out
}

function fits(open, s, limit) {
  const length = open.payload.length
  return s.payload.length > 0 && s.seq === (open.seq + length) % 2 ** 32 && length + s.payload.length <= limit
}

/** The first READ response with `size` bytes of file data in place of its own, in one segment. For SMB2. */
export function withLargeRead(segments, size) {
  const HEADER = 4 + 64
  const asked = find(segments, SMB2_READ, false)
  const answered = find(segments, SMB2_READ, true)
  const first = segments[answered]
  const dataAt = 4 + first.payload[HEADER + 2]
  const whole = 4 + first.payload.readUIntBE(1, 3)
  const data = Buffer.from(Array.from({ length: size }, (_, i) => 0x20 + (i % 90)))
  const payload = Buffer.concat([first.payload.subarray(0, dataAt), data])
  payload.writeUIntBE(payload.length - 4, 1, 3)
  payload.writeUInt32LE(size, HEADER + 4)
  const end = first.seq + whole
  const grown = payload.length - whole
  return segments.flatMap((s, i) => {
    if (i === asked) return [forged(s, (p) => p.writeUInt32LE(size, HEADER + 4))]
    if (i === answered) return [{ ...s, payload }]
    if (isClient(s)) return [{ ...s, ack: s.ack >= end ? s.ack + grown : s.ack }]
    if (s.seq > first.seq && s.seq < end) return []
    return [{ ...s, seq: s.seq >= end ? s.seq + grown : s.seq }]
  })
}

/** Sequence numbers as if the two sides had begun elsewhere. */
export function shifted(segments, client, server) {
  return segments.map((s) => {
    const [mine, other] = isClient(s) ? [client, server] : [server, client]
    return { ...s, seq: (s.seq + mine) >>> 0, ack: (s.flags & ACK) === 0 ? 0 : (s.ack + other) >>> 0 }
  })
}

/** Both sequence numbers pass 2^32 `into` bytes behind the start of these two segments, by index. */
export function wrapping(segments, clientAt, serverAt, into) {
  return shifted(segments, 2 ** 32 - segments[clientAt].seq - into, 2 ** 32 - segments[serverAt].seq - into)
}

/** IPv6 between unique local addresses, in place of IPv4. */
export function overIpv6(segments) {
  return segments.map((s) => {
    const ip = Buffer.alloc(40)
    ip[0] = 0x60
    ip[6] = 6
    ip[7] = 64
    const [client, server] = ['fd000077000000000000000000000001', 'fd000077000000000000000000000002']
    ip.write(isClient(s) ? client + server : server + client, 8, 'hex')
    const link = Buffer.from(s.link)
    link.writeUInt16BE(0x86dd, 12)
    return { ...s, v6: true, ip, link }
  })
}

/** Without TCP options, so that an acknowledgment is shorter than the shortest Ethernet frame. */
export const withoutOptions = (segments) => segments.map((s) => ({ ...s, options: Buffer.alloc(0) }))

// --- order and repetition

/** The data of both sides is reordered: a response may come before its request. Handshake and end stay in place. */
export function reorderedAcross(segments, distance, seed) {
  const places = segments.flatMap((s, i) => (s.payload.length > 0 ? [i] : []))
  const order = jostled(seeded(seed), places, distance)
  const out = [...segments]
  for (const [n, place] of places.entries()) out[place] = segments[order[n]]
  return out
}

/** Every response before its request. */
export function answersFirst(segments) {
  const out = [...segments]
  const places = segments.flatMap((s, i) => (s.payload.length > 0 ? [i] : []))
  for (const [n, place] of places.entries()) {
    const next = places[n + 1]
    if (next === undefined || !isClient(segments[place]) || isClient(segments[next])) continue
    out[place] = segments[next]
    out[next] = segments[place]
  }
  return out
}

/** The first segments in this order, by index; the others behind them. */
export function begunAs(segments, order) {
  return [...order.map((i) => segments[i]), ...segments.slice(order.length)]
}

/** Both FINs before what carries the last `count` segments of data. */
export function endedEarly(segments, count) {
  const places = segments.flatMap((s, i) => (s.payload.length > 0 ? [i] : [])).slice(-count)
  const isEnd = (s) => (s.flags & FIN) !== 0
  const rest = segments.slice(places[0])
  return [...segments.slice(0, places[0]), ...rest.filter(isEnd), ...rest.filter((s) => !isEnd(s))]
}

/** Only data that one side sends in a row is reordered. */
export function reorderedInFlight(segments, distance, seed) {
  const random = seeded(seed)
  const out = [...segments]
  let run = []
  const close = () => {
    const order = jostled(random, run, distance)
    for (const [n, place] of run.entries()) out[place] = segments[order[n]]
    run = []
  }
  for (const [i, s] of segments.entries()) {
    if (s.payload.length === 0) continue
    if (run.length > 0 && isClient(s) !== isClient(segments[run[0]])) close()
    run.push(i)
  }
  close()
  return out
}

/** Each item of `list` once more, `lag` items later. */
export function repeated(list, lag, again = (item) => item) {
  return list
    .flatMap((item, i) => [
      { item, place: i },
      { item: again(item), place: i + lag + 0.5 },
    ])
    .sort((x, y) => x.place - y.place)
    .map(({ item }) => item)
}

/** Data again, unchanged. */
export function retransmitted(segments, lag) {
  const again = repeated(segments, lag, (s) => ({ ...s, again: true }))
  return again.filter((s) => s.again !== true || s.payload.length > 0)
}

/** After every third data segment of a side, the last three again, cut at other places. */
export function resegmented(segments, size) {
  const last = new Map([
    [true, []],
    [false, []],
  ])
  return segments.flatMap((s) => {
    const mine = last.get(isClient(s))
    if (s.payload.length === 0) return [s]
    mine.push(s)
    if (mine.length < 3) return [s]
    const copy = { ...mine[0], payload: Buffer.concat(mine.map((each) => each.payload)) }
    mine.length = 0
    return [s, ...split(copy, size)]
  })
}

/** The conversation, and a minute later the same between the same ports, from other sequence numbers. */
export function twice(segments, client, server) {
  const gap = segments.at(-1).time - segments[0].time + 60e6
  return [...segments, ...shifted(segments, client, server).map((s) => ({ ...s, time: s.time + gap }))]
}

/** Before every data segment of a side that has sent some: a keep-alive for the byte before it, with the data `bytes` (none, or one meaningless byte). */
export function keptAlive(segments, bytes) {
  const sent = new Set()
  return segments.flatMap((s) => {
    if (s.payload.length === 0) return [s]
    const side = isClient(s)
    const probe = { ...s, seq: s.seq - 1, payload: bytes, flags: ACK }
    const out = sent.has(side) ? [probe, answerTo(segments, s), s] : [s]
    sent.add(side)
    return out
  })
}

/** The other side's acknowledgement of everything before `s`, without data. */
function answerTo(segments, s, window) {
  const other = segments.find((each) => isClient(each) !== isClient(s))
  return {
    ...other,
    seq: s.ack,
    ack: s.seq,
    flags: ACK,
    options: s.options,
    payload: Buffer.alloc(0),
    time: s.time,
    ...window,
  }
}

/** Before every data segment the receiver's window closes; a probe brings the first byte, which is sent again with the rest. */
export function windowsClosed(segments) {
  const closed = { window: 0 }
  return segments.flatMap((s) =>
    s.payload.length < 2
      ? [s]
      : [answerTo(segments, s, closed), part(s, 0, 1), answerTo(segments, s, closed), answerTo(segments, s), s],
  )
}

/** The client sends RST instead of FIN. */
export function resetAtEnd(segments) {
  const end = segments.findIndex((s) => (s.flags & FIN) !== 0)
  const fin = segments[end]
  return [...segments.slice(0, end), { ...fin, flags: RST | ACK }]
}

/** An attacker who cannot see the sequence numbers tries to reset the connection, once from each side. */
export function blindlyReset(segments) {
  const at = segments.length >> 1
  const s = segments[at]
  const other = segments.find((each) => isClient(each) !== isClient(s))
  const reset = (of) => ({ ...of, seq: (of.seq + 0x12345678) >>> 0, flags: RST, ack: 0, payload: Buffer.alloc(0) })
  return [...segments.slice(0, at), reset(s), reset(other), ...segments.slice(at)]
}

/** Adds `pause` microseconds between segments that were sent together and the next ones. */
export function slowed(list, pause) {
  const times = [...new Set(list.map(({ time }) => time))].sort((x, y) => x - y)
  const later = new Map(times.map((time, i) => [time, time + i * pause]))
  return list.map((item) => ({ ...item, time: later.get(item.time) }))
}

// --- what is missing

export const withoutHandshake = (segments) => segments.filter((s) => (s.flags & SYN) === 0).slice(1)

export const without = (segments, ...indexes) => segments.filter((_, i) => !indexes.includes(i))

/** `s` in pieces at `cuts`, all but those whose index is in `lost`. */
export function withLoss(segments, index, cuts, lost) {
  const s = segments[index]
  const ends = [...cuts, s.payload.length]
  const pieces = ends.map((end, i) => part(s, i === 0 ? 0 : ends[i - 1], end)).filter((_, i) => !lost.includes(i))
  return [...segments.slice(0, index), ...pieces, ...segments.slice(index + 1)]
}

/** What comes after segment `index`. */
export function insertedAfter(segments, index, ...others) {
  return [...segments.slice(0, index + 1), ...others, ...segments.slice(index + 1)]
}

export function replaced(segments, index, ...others) {
  return [...segments.slice(0, index), ...others, ...segments.slice(index + 1)]
}

// --- down to IP

/** The segments as datagrams: { time, fromClient, type, bytes }, `type` an EtherType. Each has an identification of its own. */
export function datagrams(segments, seed = 1) {
  const random = seeded(seed)
  const ids = new Map([
    [true, below(random, 0x8000)],
    [false, below(random, 0x8000)],
  ])
  return segments.map((s) => {
    const fromClient = isClient(s)
    const ip = Buffer.from(s.ip)
    const id = ids.get(fromClient)
    ids.set(fromClient, (id + 1) & 0xffff)
    if (!s.v6) ip.writeUInt16BE(id, 4)
    const bytes = buildFrame({ ...s, ip }).subarray(14)
    return { time: s.time, fromClient, type: s.v6 ? 0x86dd : 0x0800, bytes }
  })
}
