/** What an attacker sends: segments that do not belong to the conversation, and inputs made to be expensive. */
import { getUint, joined, putUint } from '../bytes.ts'
import {
  changed,
  type Layers,
  type Packet,
  payloadOf,
  segmentOf,
  setDatagramLength,
  smbPackets,
  withOwnPayload,
} from '../packet.ts'
import type { Random } from '../random.ts'

const FIN = 0x01
const SYN = 0x02
const RST = 0x04
const ACK = 0x10
/** Distances from a stream's position: within a window, beyond it, and half of the sequence space away. */
const DISTANCES = [0, 1, 2, 700, 5000, 70_000, 0x2000_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_0000]

/** Control segments that an attacker can send without seeing the conversation, anywhere in it. */
export function strayControl(packets: readonly Packet[], random: Random): Packet[] {
  return withStrays(packets, random, (packet, layers) => {
    const flags = random.pick([SYN, SYN, SYN | ACK, SYN | ACK, RST, RST | ACK, FIN | ACK, FIN])
    const stray = withOwnPayload(packet, layers, new Uint8Array(0), random.pick(DISTANCES))
    return changed(stray, (bytes) => {
      bytes[layers.transport + 13] = flags
      if (random.oneIn(2)) putUint(bytes, layers.transport + 8, 4, true, random.u32())
    })
  })
}

/** Data from elsewhere in the sequence, before the first segment of a stream or in its middle: the reader must not continue there. */
export function strayData(packets: readonly Packet[], random: Random): Packet[] {
  return withStrays(packets, random, (packet, layers) => {
    const payload = random.oneIn(2) ? payloadOf(packet, layers) : new Uint8Array(random.few(40)).fill(random.below(256))
    return withOwnPayload(packet, layers, payload, random.pick(DISTANCES))
  })
}

function withStrays(
  packets: readonly Packet[],
  random: Random,
  stray: (packet: Packet, layers: Layers) => Packet,
): Packet[] {
  const out = [...packets]
  const count = random.few(6)
  for (let n = 0; n < count; n++) {
    const packet = out[random.below(out.length)]
    const layers = packet === undefined ? null : segmentOf(packet)
    if (packet === undefined || layers === null) continue
    out.splice(random.oneIn(3) ? 0 : random.below(out.length + 1), 0, stray(packet, layers))
  }
  return out
}

/** SYN-ACKs that come before the real one, with other numbers. */
export function manySynAcks(packets: readonly Packet[], random: Random): Packet[] {
  return packets.flatMap((packet) => {
    const layers = segmentOf(packet)
    const isAnswer = layers !== null && (packet.bytes[layers.transport + 13]! & (SYN | ACK)) === (SYN | ACK)
    if (layers === null || !isAnswer) return [packet]
    const others = Array.from({ length: random.few(3) }, () =>
      changed(packet, (bytes) => putUint(bytes, layers.transport + 4, 4, true, random.u32())),
    )
    return random.oneIn(4) ? [packet, ...others] : [...others, packet]
  })
}

/** A mirror that cuts packets before they are captured: the record's original length is the cut one. */
export function sliced(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 1, 4])
  const kept = random.pick([60, 64, 68, 96, 128, 200, 300])
  return packets.map((packet) => {
    if (packet.bytes.length <= kept || !random.oneIn(often)) return packet
    return { ...packet, bytes: packet.bytes.subarray(0, kept), original: kept }
  })
}

/** One segment with as many copies of a message as fit, some of them with another id. */
export function oneFrame(packets: readonly Packet[], random: Random): Packet[] {
  const where = smbPackets(packets)
  if (where.length === 0) return [...packets]
  const at = random.pick(where)
  const packet = packets[at]!
  const layers = segmentOf(packet)!
  const payload = payloadOf(packet, layers)
  const length = 4 + getUint(payload, 1, 3, true)
  if (length > payload.length) return [...packets]
  const message = payload.subarray(0, length)
  const often = random.pick([1, 7, 100_000])
  const copies: Uint8Array[] = []
  for (let size = 0; size + length < 60_000; size += length) {
    const copy = message.slice()
    const isSmb2 = copy[4] === 0xfe
    if (copies.length % often === 0 && length > 52) {
      const [place, width] = isSmb2 ? [4 + 40, 4] : [4 + 28, 2]
      putUint(copy, place, width, false, (getUint(copy, place, width, false) + copies.length) % 256 ** width)
    }
    copies.push(copy)
  }
  const frame = withOwnPayload(packet, layers, joined(copies))
  return [...packets.slice(0, at), frame, ...packets.slice(at + 1)]
}

const IPV6_HEADER = 40
const FLOWS = 400

/** Connections over IPv6 whose addresses differ by bits that are flipped in two words: in a hash the two changes must not cancel each other. */
export function collidingFlows(packets: readonly Packet[], random: Random): Packet[] {
  const where = smbPackets(packets)
  const packet = where.length === 0 ? undefined : packets[random.pick(where)]
  const layers = packet === undefined ? null : segmentOf(packet)
  if (packet === undefined || layers === null || layers.typeAt < 0) return [...packets]
  const segment = packet.bytes.subarray(layers.transport, layers.end)
  const start = layers.ip + IPV6_HEADER
  const base = new Uint8Array(start + segment.length)
  base.set(packet.bytes.subarray(0, layers.ip))
  base.set(segment, start)
  putUint(base, layers.typeAt, 2, true, 0x86dd)
  base[layers.ip] = 0x60
  base[layers.ip + 6] = 6
  base.fill(0xfd, layers.ip + 8, start)
  setDatagramLength(base, layers.ip, 6)
  const words = [random.below(8), random.below(8)].map((word) => layers.ip + 8 + word * 4)
  const flows = Array.from({ length: FLOWS }, (_, n) => {
    const bits = random.oneIn(8) ? (1 << (n % 32)) >>> 0 : Math.imul(n, 0x9e3779b1) >>> 0
    return changed({ ...packet, bytes: base, original: base.length }, (bytes) => {
      for (const word of words) putUint(bytes, word, 4, true, (getUint(bytes, word, 4, true) ^ bits) >>> 0)
    })
  })
  return random.oneIn(2) ? [...packets, ...flows] : [...flows, ...packets]
}
