// What misleads a TCP reader about a stream's position: answers that contradict each other, reused ports, networks with the same addresses, stray
// segments, clocks that differ. Segments are those of conversation.mjs. Every function returns a new list.
import { insertedAfter, isClient, shifted } from './conversation.mjs'

const SYN = 0x02
const ACK = 0x10

const wrapped = (n) => ((n % 2 ** 32) + 2 ** 32) % 2 ** 32
const isSynAck = (s) => (s.flags & (SYN | ACK)) === (SYN | ACK)
const synAckOf = (segments) => segments.findIndex(isSynAck)

/** A second answer to the SYN with another sequence number, `lag` segments behind the true one; before it where that is negative. */
export function answeredTwice(segments, distance, lag) {
  const at = synAckOf(segments)
  const other = { ...segments[at], seq: wrapped(segments[at].seq + distance) }
  return insertedAfter(segments, at + lag, other)
}

/**
 * A proxy on the way gives the server's side other sequence numbers, and both sides of it are captured: every segment is there twice, once with
 * the server's numbers, once with the proxy's.
 */
export function proxied(segments, distance) {
  return segments.flatMap((s) => {
    if (isClient(s)) return (s.flags & ACK) === 0 ? [s] : [{ ...s, ack: wrapped(s.ack + distance) }, s]
    return [s, { ...s, seq: wrapped(s.seq + distance) }]
  })
}

/** The client's first data comes with its SYN (RFC 7413). The server takes it, or only the SYN, and the client sends it again. */
export function fastOpened(segments, { taken }) {
  const first = segments.findIndex((s) => isClient(s) && s.payload.length > 0)
  const { payload } = segments[first]
  return segments.flatMap((s, i) => {
    if ((s.flags & (SYN | ACK)) === SYN) return [{ ...s, payload }]
    if (isSynAck(s) && taken) return [{ ...s, ack: wrapped(s.ack + payload.length) }]
    return i === first && taken ? [] : [s]
  })
}

/** Two taps were merged, and the clock of the one that sees `client` or the server is ahead by this many microseconds. */
export function clocksApart(segments, client, ahead) {
  return segments
    .map((s) => (isClient(s) === client ? { ...s, time: s.time - ahead } : s))
    .sort((x, y) => x.time - y.time)
    .map((s) => ({ ...s, time: s.time + ahead }))
}

/** Bytes that are no message before the `nth` segment with data of the client, in a segment of their own or in front of its data. */
export function bytesBefore(segments, nth, bytes, ownSegment) {
  const at = segments.flatMap((s, i) => (isClient(s) && s.payload.length > 0 ? [i] : []))[nth]
  const from = segments[at].seq
  const moved = segments.map((s) =>
    isClient(s)
      ? { ...s, seq: s.seq >= from && (s.flags & SYN) === 0 && s !== segments[at] ? s.seq + bytes.length : s.seq }
      : { ...s, ack: s.ack > from ? s.ack + bytes.length : s.ack },
  )
  const target = segments[at]
  const stray = { ...target, payload: Buffer.from(bytes) }
  const split = [stray, { ...target, seq: target.seq + bytes.length }]
  const joined = [{ ...target, payload: Buffer.concat([Buffer.from(bytes), target.payload]) }]
  return [...moved.slice(0, at), ...(ownSegment ? split : joined), ...moved.slice(at + 1)]
}

/** A SYN of the client in the middle of the conversation, `count` times, and the answer to it if there is one. */
export function straySyn(segments, { count = 1, answered = false } = {}) {
  const [syn, at] = [segments[0], segments.length >> 1]
  const stray = { ...syn, seq: wrapped(syn.seq + 0x3217bb), time: segments[at].time }
  const synAck = segments[synAckOf(segments)]
  const answer = { ...synAck, seq: wrapped(synAck.seq + 0x77777777), ack: stray.seq + 1, time: stray.time }
  const strays = Array.from({ length: count }, (_, i) => ({ ...stray, seq: wrapped(stray.seq + i * 0x1000) }))
  return insertedAfter(
    segments,
    at,
    ...strays,
    ...(answered ? [{ ...answer, ack: wrapped(strays.at(-1).seq + 1) }] : []),
  )
}

/** A segment with data of the client that fits nowhere, behind segment `at`: its sequence number is far away, and its acknowledgement too. */
export function straySegment(segments, at, { seq, ack = 0, payload = Buffer.from('nonsense') }) {
  const near = segments[Math.max(at, 0)]
  const model = segments.find((s) => isClient(s) && s.payload.length > 0)
  const last = segments.filter((s, i) => isClient(s) && i <= Math.max(at, 0)).at(-1) ?? model
  const stray = {
    ...model,
    seq: wrapped(last.seq + seq),
    ack: wrapped(last.ack === 0 ? model.ack + ack : last.ack + ack),
    time: near.time,
    payload,
  }
  return at < 0 ? [stray, ...segments] : insertedAfter(segments, at, stray)
}

/** Two networks with the same addresses and ports: the conversation twice at the same time, with other sequence numbers. `mine` marks the second. */
export function tenants(segments, client, server, lag) {
  const second = shifted(segments, client, server).map((s) => ({ ...s, mine: true }))
  const places = segments.flatMap((s, i) => [
    { s, place: i },
    { s: second[i], place: i + lag },
  ])
  return places.sort((x, y) => x.place - y.place).map(({ s }) => s)
}

/** The conversation and the same again between the same ports, of which the segments in `lost` are missing. */
export function reusedWithout(segments, client, server, lost) {
  const gap = segments.at(-1).time - segments[0].time + 60e6
  const again = shifted(segments, client, server).map((s) => ({ ...s, time: s.time + gap }))
  return [...segments, ...again.filter((_, i) => !lost.includes(i))]
}

/** Pure acknowledgements are left out: only data was captured. */
export const withoutAcknowledgements = (segments) =>
  segments.filter((s) => s.payload.length > 0 || (s.flags & ~ACK) !== 0)
