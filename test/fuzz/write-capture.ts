/** Writes packets to a capture file: plain, or in any of the forms that a reader must accept. */
import { joined, putUint } from './bytes.ts'
import type { Packet } from './packet.ts'
import type { Random } from './random.ts'

const LITTLE = { big: false, magic: 0xa1b2c3d4, minor: 4 }

/** The simplest file that can hold them: pcap for one link type, pcapng for several. */
export function plainFile(packets: readonly Packet[]): Uint8Array {
  const linkTypes = new Set(packets.map(({ linkType }) => linkType))
  return linkTypes.size > 1 ? pcapng(packets, null) : pcap(packets, LITTLE)
}

/** If there are several link types, the first is written for all. */
export function anyPcap(packets: readonly Packet[], random: Random): Uint8Array {
  return pcap(packets, {
    big: random.oneIn(2),
    magic: random.pick([0xa1b2c3d4, 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34]),
    // Before 2.4 the two lengths of a record may be in reverse order.
    minor: random.oneIn(6) ? 3 : 4,
  })
}

/** Sections, options, and blocks of every kind. */
export function anyPcapng(packets: readonly Packet[], random: Random): Uint8Array {
  const parts: Uint8Array[] = []
  const sections = random.oneIn(4) ? random.few(4) : 1
  for (let i = 0; i < sections; i++) {
    const from = Math.floor((packets.length * i) / sections)
    parts.push(pcapng(packets.slice(from, Math.floor((packets.length * (i + 1)) / sections)), random))
  }
  return joined(parts)
}

function pcap(packets: readonly Packet[], form: { big: boolean; magic: number; minor: number }): Uint8Array {
  const { big, magic, minor } = form
  const header = magic === 0xa1b2cd34 ? 24 : 16
  const file = new Uint8Array(packets.reduce((sum, { bytes }) => sum + header + bytes.length, 24))
  putUint(file, 0, 4, big, magic)
  putUint(file, 4, 2, big, 2)
  putUint(file, 6, 2, big, minor)
  putUint(file, 16, 4, big, 262_144)
  putUint(file, 20, 4, big, packets[0]?.linkType ?? 1)
  let at = 24
  for (const { bytes, original, time } of packets) {
    const seconds = Math.floor(time / 1e6)
    putUint(file, at, 4, big, seconds)
    putUint(file, at + 4, 4, big, (time - seconds * 1e6) * (magic === 0xa1b23c4d ? 1000 : 1))
    putUint(file, at + 8, 4, big, minor < 4 ? original : bytes.length)
    putUint(file, at + 12, 4, big, minor < 4 ? bytes.length : original)
    file.set(bytes, at + header)
    at += header + bytes.length
  }
  return file
}

/** One section. Without `random` it has Enhanced Packet Blocks alone, and no options. */
function pcapng(packets: readonly Packet[], random: Random | null): Uint8Array {
  const big = random?.oneIn(3) ?? false
  const once = (n: number): boolean => random?.oneIn(n) ?? false
  const options = (): Uint8Array => (random?.oneIn(3) ? someOptions(random, big) : NOTHING)
  const linkTypes: number[] = []
  const parts: Uint8Array[] = []
  const section = new Uint8Array(16)
  putUint(section, 0, 4, big, 0x1a2b3c4d)
  putUint(section, 4, 2, big, 1)
  section.fill(0xff, 8)
  parts.push(block(0x0a0d0d0a, joined([section, options()]), big))
  const extraBlocks = once(3)
  for (const { bytes, original, time, linkType } of packets) {
    if (!linkTypes.includes(linkType)) {
      linkTypes.push(linkType)
      const description = new Uint8Array(8)
      putUint(description, 0, 2, big, linkType)
      if (once(4)) putUint(description, 4, 4, big, random?.pick([64, 65_535, 262_144]) ?? 0)
      parts.push(block(1, joined([description, options()]), big))
    }
    const id = linkTypes.indexOf(linkType)
    if (extraBlocks && once(8)) parts.push(extraBlock(random!, big))
    if (extraBlocks && id === 0 && once(8)) {
      const simple = new Uint8Array(4)
      putUint(simple, 0, 4, big, bytes.length)
      parts.push(block(3, joined([simple, bytes]), big))
      continue
    }
    const obsolete = extraBlocks && once(8)
    const head = new Uint8Array(20)
    putUint(head, 0, obsolete ? 2 : 4, big, id)
    putUint(head, 4, 4, big, Math.floor(time / 0x1_0000_0000))
    putUint(head, 8, 4, big, time % 0x1_0000_0000)
    putUint(head, 12, 4, big, bytes.length)
    putUint(head, 16, 4, big, original)
    parts.push(block(obsolete ? 2 : 6, joined([head, padded(bytes), options()]), big))
  }
  return joined(parts)
}

const NOTHING = new Uint8Array(0)

/** Name resolution, statistics, decryption secrets, custom blocks, journal entries, system calls, and an unknown one. */
function extraBlock(random: Random, big: boolean): Uint8Array {
  const type = random.pick([4, 5, 10, 0xbad, 0x4000_0bad, 9, 0x204, 0x777])
  const body = new Uint8Array(random.below(64))
  for (let i = 0; i < body.length; i++) body[i] = random.below(256)
  return block(type, body, big)
}

/** Comments, names, clocks: a reader must skip them in any block. */
function someOptions(random: Random, big: boolean): Uint8Array {
  const parts: Uint8Array[] = []
  const count = random.few(4)
  for (let i = 0; i < count; i++) {
    const code = random.pick([1, 2, 3, 9, 11, 14, 2988, 0x8000, 9])
    const length = code === 9 ? 1 : code === 14 ? 8 : random.below(24)
    const value = new Uint8Array(length + (-length & 3))
    for (let k = 0; k < length; k++) value[k] = random.oneIn(3) ? random.below(256) : code === 9 ? random.below(16) : 0
    const head = new Uint8Array(4)
    putUint(head, 0, 2, big, code)
    putUint(head, 2, 2, big, length)
    parts.push(head, value)
  }
  if (!random.oneIn(4)) parts.push(new Uint8Array(4))
  return joined(parts)
}

function block(type: number, body: Uint8Array, big: boolean): Uint8Array {
  const size = 12 + body.length + (-body.length & 3)
  const bytes = new Uint8Array(size)
  putUint(bytes, 0, 4, big, type)
  putUint(bytes, 4, 4, big, size)
  bytes.set(body, 8)
  putUint(bytes, size - 4, 4, big, size)
  return bytes
}

function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 === 0 ? bytes : joined([bytes, new Uint8Array(-bytes.length & 3)])
}
