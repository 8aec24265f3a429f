/** TCP streams in the disorder that occurs in practice: lost, repeated, reordered, split, merged, overlapping, one-sided, wrapped around. */
import { getUint, joined, putUint } from '../bytes.ts'
import {
  answerStreamOf,
  changed,
  type Layers,
  type Packet,
  payloadOf,
  segmentOf,
  smbPackets,
  streamOf,
  withOwnPayload,
} from '../packet.ts'
import type { Random } from '../random.ts'

export function dropped(packets: readonly Packet[], random: Random): Packet[] {
  if (random.oneIn(2)) {
    // A row of them, as from a full buffer.
    const from = random.below(packets.length)
    return [...packets.slice(0, from), ...packets.slice(from + random.few(20))]
  }
  const often = random.pick([2, 4, 10, 30])
  return packets.filter(() => !random.oneIn(often))
}

export function repeated(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 3, 10])
  const far = random.oneIn(2)
  const late: Packet[] = []
  const out: Packet[] = []
  for (const packet of packets) {
    out.push(packet)
    if (!random.oneIn(often)) continue
    if (far) late.push(packet)
    else out.push(packet)
    if (late.length > 0 && random.oneIn(4)) out.push(...late.splice(0))
  }
  return [...out, ...late]
}

export function reordered(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const reach = random.pick([1, 2, 8, out.length])
  const count = random.few(30)
  for (let n = 0; n < count && out.length > 1; n++) {
    const from = random.below(out.length)
    const [packet] = out.splice(from, 1)
    const to = from + (random.oneIn(2) ? 1 : -1) * random.few(reach)
    out.splice(Math.max(0, Math.min(out.length, to)), 0, packet!)
  }
  return random.oneIn(12) ? out.reverse() : out
}

/** Offsets at which a reader of the stream changes state: behind the prefix, in the protocol id, behind headers and fixed parts. */
const HEADER_ENDS = [
  1, 3, 4, 5, 7, 8, 9, 10, 12, 16, 20, 24, 36, 37, 39, 52, 56, 64, 66, 68, 72, 76, 84, 88, 92, 100, 104,
]

export function split(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 2, 8])
  const way = random.below(4)
  return packets.flatMap((packet) => {
    const layers = segmentOf(packet)
    const length = layers === null ? 0 : layers.end - layers.payload
    if (layers === null || length < 2 || !random.oneIn(often)) return [packet]
    return splitAt(packet, layers, cutsOf(way, length, random))
  })
}

function cutsOf(way: number, length: number, random: Random): number[] {
  switch (way) {
    case 0:
      return HEADER_ENDS.filter((at) => at < length)
    case 1: {
      const ends = HEADER_ENDS.filter((at) => at < length)
      return ends.length === 0 ? [] : [random.pick(ends)]
    }
    case 2: {
      const size = random.few(Math.min(length, 200))
      return Array.from({ length: Math.min(400, Math.ceil(length / size) - 1) }, (_, i) => (i + 1) * size)
    }
    default:
      return Array.from({ length: random.few(6) }, () => 1 + random.below(length - 1)).sort((a, b) => a - b)
  }
}

function splitAt(packet: Packet, layers: Layers, cuts: readonly number[]): Packet[] {
  const payload = payloadOf(packet, layers)
  const out: Packet[] = []
  let from = 0
  for (const cut of [...cuts, payload.length]) {
    if (cut <= from) continue
    out.push(withOwnPayload(packet, layers, payload.subarray(from, cut), from))
    from = cut
  }
  return out
}

/** Neighbours of one stream in one segment. */
export function merged(packets: readonly Packet[], random: Random): Packet[] {
  const most = random.pick([2, 4, 40])
  const out: Packet[] = []
  let run = 0
  let lastStream = ''
  for (const packet of packets) {
    const layers = segmentOf(packet)
    const stream = layers === null || layers.end === layers.payload ? '' : streamOf(packet, layers)
    const before = out.at(-1)
    const beforeLayers = before === undefined ? null : segmentOf(before)
    const isNext = stream !== '' && stream === lastStream && run < most
    if (isNext && layers !== null && before !== undefined && beforeLayers !== null) {
      const both = joined([payloadOf(before, beforeLayers), payloadOf(packet, layers)])
      if (both.length <= 65_000) {
        out[out.length - 1] = withOwnPayload(before, beforeLayers, both)
        run++
        continue
      }
    }
    out.push(packet)
    lastStream = stream
    run = 1
  }
  return out
}

/** A segment again, moved by a few bytes, longer or shorter, with the same bytes or others: which of them count? */
export function overlapping(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 3, 8])
  const before = random.oneIn(2)
  return packets.flatMap((packet) => {
    const layers = segmentOf(packet)
    const length = layers === null ? 0 : layers.end - layers.payload
    if (layers === null || length < 2 || !random.oneIn(often)) return [packet]
    const moved = random.below(2 * length) - length
    const other = payloadOf(packet, layers).slice(random.oneIn(2) ? Math.max(0, moved) : 0)
    if (random.oneIn(2)) other.fill(random.below(256), random.below(other.length))
    const longer = random.oneIn(3) ? joined([other, new Uint8Array(random.few(300))]) : other
    const copy = withOwnPayload(packet, layers, longer, moved)
    return before ? [copy, packet] : [packet, copy]
  })
}

/** All of one connection's numbers move, so that they pass 2^32 or 2^31 somewhere in it. */
export function wrappedAround(packets: readonly Packet[], random: Random): Packet[] {
  const start = packets.find((packet) => segmentOf(packet) !== null)
  if (start === undefined) return [...packets]
  const first = segmentOf(start)!
  const stream = streamOf(start, first)
  const answers = answerStreamOf(start, first)
  const now = getUint(start.bytes, first.transport + 4, 4, true)
  const delta = random.pick([0x1_0000_0000, 0x8000_0000]) - now - random.below(3000)
  return packets.map((packet) => {
    const layers = segmentOf(packet)
    if (layers === null) return packet
    const name = streamOf(packet, layers)
    if (name !== stream && name !== answers) return packet
    const at = layers.transport + (name === stream ? 4 : 8)
    return changed(packet, (bytes) => putUint(bytes, at, 4, true, (getUint(bytes, at, 4, true) + delta) >>> 0))
  })
}

/** Only one side was captured, or one side from some time on. */
export function oneWay(packets: readonly Packet[], random: Random): Packet[] {
  if (packets.length === 0) return []
  const chosen = random.pick(packets)
  const layers = segmentOf(chosen)
  if (layers === null) return [...packets]
  const stream = streamOf(chosen, layers)
  const from = random.oneIn(2) ? 0 : random.below(packets.length)
  return packets.filter((packet, i) => {
    const its = i < from ? null : segmentOf(packet)
    return its === null || streamOf(packet, its) !== stream
  })
}

/** SYN, FIN, RST, or no flag, where they do not belong. */
export function oddFlags(packets: readonly Packet[], random: Random): Packet[] {
  const out = [...packets]
  const count = random.few(10)
  for (let n = 0; n < count && out.length > 0; n++) {
    const i = random.below(out.length)
    const layers = segmentOf(out[i]!)
    if (layers === null) continue
    const flags = random.pick([0, 1, 2, 4, 0x10, 0x11, 0x12, 0x14, 0x17, 0xff, 0x18])
    const odd = changed(out[i]!, (bytes) => {
      bytes[layers.transport + 13] = flags
    })
    if (random.oneIn(2)) out[i] = odd
    else out.splice(random.below(out.length), 0, odd)
  }
  return out
}

const PORTS = [445, 139, 80, 8445, 49_152, 0, 65_535]

/** Replaces a port that is used with another: the protocol must be recognised, or ignored. */
export function otherPorts(packets: readonly Packet[], random: Random): Packet[] {
  const start = packets.map(segmentOf).find((layers) => layers !== null)
  if (!start) return [...packets]
  const from = random.pick([445, 139, 445, 88])
  const to = random.pick(PORTS)
  return packets.map((packet) => {
    const layers = segmentOf(packet)
    if (layers === null) return packet
    return changed(packet, (bytes) => {
      for (const at of [layers.transport, layers.transport + 2])
        if (getUint(bytes, at, 2, true) === from) putUint(bytes, at, 2, true, to)
    })
  })
}

/** The same conversation again: on the same ports with new sequence numbers, or beside the first on other ports or addresses. */
export function again(packets: readonly Packet[], random: Random): Packet[] {
  const way = random.below(3)
  const delta = 1 + random.u32()
  const copies = packets.map((packet) => {
    const layers = segmentOf(packet)
    return layers === null ? packet : shifted(packet, layers, way, delta)
  })
  if (random.oneIn(2)) return [...packets, ...copies]
  return packets.flatMap((packet, i) => [packet, copies[i]!])
}

function shifted(packet: Packet, { ip, version, transport }: Layers, way: number, delta: number): Packet {
  return changed(packet, (bytes) => {
    const add = (at: number, width: number): void =>
      putUint(bytes, at, width, true, (getUint(bytes, at, width, true) + delta) % 256 ** width)
    if (way === 0) {
      add(transport + 4, 4)
      add(transport + 8, 4)
    } else if (way === 1) {
      for (const at of [transport, transport + 2]) if (getUint(bytes, at, 2, true) > 1024) add(at, 2)
    } else {
      const size = version === 4 ? 4 : 16
      const source = version === 4 ? ip + 12 : ip + 8
      add(source + size - 2, 2)
      add(source + 2 * size - 2, 2)
    }
  })
}

/** The size in bytes to which a flood may grow a capture. Most must stay quick to check. */
const FLOOD_BYTES = [32_768, 65_536, 131_072]
const LARGE_FLOOD_BYTES = 1_500_000

/**
 * Repeats some packets many times with small differences: other ports, addresses, sequence numbers, message or session ids. Linear code stays quick,
 * and limits are reached.
 */
export function flood(packets: readonly Packet[], random: Random): Packet[] {
  if (packets.length === 0) return []
  const where = smbPackets(packets)
  const from = where.length > 0 && random.oneIn(2) ? random.pick(where) : random.below(packets.length)
  const pattern = packets.slice(from, from + random.few(random.oneIn(3) ? packets.length : 4))
  const size = pattern.reduce((sum, { bytes }) => sum + bytes.length + 16, 0)
  const most = random.oneIn(60) ? LARGE_FLOOD_BYTES : random.pick(FLOOD_BYTES)
  const times = Math.min(20_000, Math.floor(most / size))
  const way = random.below(7)
  const gap = random.pick([0, 1, 700, 100_000])
  const out = packets.slice(0, from)
  for (let n = 0; n < times; n++) {
    for (const packet of pattern) {
      const layers = segmentOf(packet)
      out.push(layers === null ? packet : variant(packet, layers, way, n, gap))
    }
  }
  return [...out, ...packets.slice(from)]
}

/** Packet number `n` of a flood. */
function variant(packet: Packet, layers: Layers, way: number, n: number, gap: number): Packet {
  const { ip, version, transport, payload, end } = layers
  return changed(packet, (bytes) => {
    const add = (at: number, width: number, big: boolean, by: number): void =>
      putUint(bytes, at, width, big, (getUint(bytes, at, width, big) + by) % 256 ** width)
    const smb = payload + 4
    switch (way) {
      case 0:
        for (const at of [transport, transport + 2]) if (getUint(bytes, at, 2, true) > 1024) add(at, 2, true, n)
        return
      case 1:
        add(version === 4 ? ip + 14 : ip + 22, 2, true, n)
        add(version === 4 ? ip + 18 : ip + 38, 2, true, n)
        return
      case 2:
        add(transport + 4, 4, true, n * (end - payload + gap))
        return
      case 3:
        // New ids in a stream without holes: another session, or another request.
        add(transport + 4, 4, true, n * (end - payload))
        if (bytes[smb] === 0xfe) {
          add(smb + 24, 4, false, n)
          add(smb + 40, 4, false, n)
        } else add(smb + 28, 2, false, n)
        return
      case 4:
        add(transport + 4, 4, true, n * (end - payload))
        if (bytes[smb] === 0xfe) add(smb + 24, 4, false, n)
        else add(smb + 30, 2, false, n)
        return
      case 5:
        // From the last to the first: all but one wait behind a hole.
        add(transport + 4, 4, true, 0x1_0000_0000 - n * (end - payload + gap))
        return
      default:
        add(transport + 4, 4, true, n)
    }
  })
}
