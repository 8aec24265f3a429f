/** Wrong statements of the capture about a packet: its length, its time, its link. Also captures mixed with each other. */
import type { Packet } from '../packet.ts'
import type { Random } from '../random.ts'

/** A snap length: all packets are cut, or some of them. The length on the wire is correct, or wrong too. */
export function snapped(packets: readonly Packet[], random: Random): Packet[] {
  const often = random.pick([1, 1, 3, 10])
  const fixed = random.oneIn(2) ? random.pick([0, 14, 20, 34, 54, 58, 62, 64, 68, 96, 128, 200]) : -1
  const odd = random.oneIn(6)
  return packets.map((packet) => {
    if (!random.oneIn(often)) return packet
    const kept = fixed >= 0 ? Math.min(fixed, packet.bytes.length) : random.below(packet.bytes.length + 1)
    const original = odd ? random.pick([0, kept, kept + 1, 0xffff, 0x7fff_ffff, 0xffff_ffff]) : packet.original
    return { ...packet, bytes: packet.bytes.subarray(0, kept), original }
  })
}

/** Bytes behind the datagram, as of short Ethernet frames, or of a checksum that the card left there. */
export function trailed(packets: readonly Packet[], random: Random): Packet[] {
  const length = random.few(60)
  const value = random.below(256)
  return packets.map((packet) => {
    const bytes = new Uint8Array(packet.bytes.length + length).fill(value)
    bytes.set(packet.bytes)
    return { ...packet, bytes, original: packet.original + length }
  })
}

const TIMES = [0, 1, 999_999, 2 ** 31 * 1e6, 2 ** 32 * 1e6 - 1, 1_700_000_000_000_000]

/** Clocks that were changed, stand still, or run backwards. */
export function oddTimes(packets: readonly Packet[], random: Random): Packet[] {
  const way = random.below(4)
  const often = random.pick([1, 3, 20])
  const one = random.pick(TIMES)
  let moved = 0
  return packets.map((packet, i) => {
    if (random.oneIn(often)) moved = random.pick([0, 1e6, -1e6, 3600e6, -86_400e6, 1e12])
    const time = way === 0 ? one : way === 1 ? random.pick(TIMES) : way === 2 ? one - i * 1000 : packet.time + moved
    return { ...packet, time: Math.max(0, time) }
  })
}

/** Known link types, those that may hold large packets, and unknown ones. */
const LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 105, 127, 249, 231, 9, 192, 65_535]

export function otherLinkType(packets: readonly Packet[], random: Random): Packet[] {
  const linkType = random.pick(LINK_TYPES)
  const often = random.pick([1, 1, 4])
  // The bytes stay as they are, or the Ethernet header goes, so that they fit a link type without one.
  const cut = random.oneIn(3) ? 14 : 0
  return packets.map((packet) =>
    random.oneIn(often)
      ? {
          ...packet,
          linkType,
          bytes: packet.bytes.subarray(cut),
          original: packet.original - Math.min(cut, packet.original),
        }
      : packet,
  )
}

/** Two captures of the same time in one file. */
export function interleaved(packets: readonly Packet[], random: Random, others: () => readonly Packet[]): Packet[] {
  const more = [...others()]
  const out: Packet[] = []
  const left = [...packets]
  while (left.length > 0 || more.length > 0) {
    const from = more.length === 0 || (left.length > 0 && random.oneIn(2)) ? left : more
    out.push(...from.splice(0, random.few(6)))
  }
  return out
}

/** The beginning of one capture, and the end of another. */
export function spliced(packets: readonly Packet[], random: Random, others: () => readonly Packet[]): Packet[] {
  const more = others()
  return [...packets.slice(0, random.below(packets.length + 1)), ...more.slice(random.below(more.length))]
}

/** The packets from a random one on, or up to a random one. */
export function excerpt(packets: readonly Packet[], random: Random): Packet[] {
  const at = random.below(packets.length)
  return random.oneIn(2) ? packets.slice(at) : packets.slice(0, at)
}
