/** Damage to the file itself: headers of records and blocks, options, cuts, and compression. */
import { constants, gzipSync } from 'node:zlib'
import { getUint, joined, putUint } from '../bytes.ts'
import { type Piece, piecesOf } from '../capture-file.ts'
import type { Random } from '../random.ts'

export function flippedFileBits(file: Uint8Array, random: Random): Uint8Array {
  const out = file.slice()
  const count = random.few(20)
  for (let n = 0; n < count && out.length > 0; n++) {
    const at = random.below(random.oneIn(4) ? Math.min(out.length, 64) : out.length)
    out[at] = out[at]! ^ (1 << random.below(8))
  }
  return out
}

export function overwrittenFile(file: Uint8Array, random: Random): Uint8Array {
  const out = file.slice()
  const at = random.below(out.length)
  if (random.oneIn(2)) out.fill(random.pick([0, 0xff, 0x0a]), at, at + random.few(600))
  else out.copyWithin(at, random.below(out.length), random.below(out.length))
  return out
}

/** A few bytes too many or too few: everything behind them is misaligned. */
export function outOfStep(file: Uint8Array, random: Random): Uint8Array {
  const at = random.below(file.length)
  const count = random.few(40)
  if (random.oneIn(2)) return joined([file.subarray(0, at), file.subarray(at + count)])
  return joined([file.subarray(0, at), new Uint8Array(count).fill(random.below(256)), file.subarray(at)])
}

export function cut(file: Uint8Array, random: Random): Uint8Array {
  if (random.oneIn(3)) return file.subarray(0, random.below(Math.min(80, file.length)))
  return file.subarray(0, random.below(file.length))
}

/** Something behind the end: garbage, or the file again. */
export function extended(file: Uint8Array, random: Random): Uint8Array {
  if (random.oneIn(2)) return joined([file, file.subarray(random.oneIn(2) ? 0 : random.below(file.length))])
  const rest = new Uint8Array(random.few(300))
  for (let i = 0; i < rest.length; i++) rest[i] = random.below(256)
  return joined([file, rest])
}

/** The beginning of this file and the end of another, cut anywhere. */
export function splicedFiles(file: Uint8Array, random: Random, other: () => Uint8Array): Uint8Array {
  const rest = other().subarray(0, 65_536)
  return joined([file.subarray(0, random.below(file.length)), rest.subarray(random.below(rest.length))])
}

/** The first 24 bytes: magic numbers, versions, snap length, link type. */
export function oddFileHeader(file: Uint8Array, random: Random): Uint8Array {
  const out = file.slice()
  const big = piecesOf(file)?.big ?? false
  if (random.oneIn(3)) {
    const magic = random.pick([0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0x0a0d0d0a, 0x1f8b0800])
    putUint(out, 0, 4, random.oneIn(2), magic)
  } else {
    const width = random.pick([2, 4])
    putUint(out, 4 + random.below(10) * 2, width, big, oddLength(random, file.length))
  }
  return out
}

/** Time stamps, lengths, block types and interface numbers of a record or block, and the length behind a block. */
export function oddRecordHeader(file: Uint8Array, random: Random): Uint8Array {
  const found = piecesOf(file)
  if (found === null || found.pieces.length === 0) return file
  const out = file.slice()
  const count = random.few(3)
  for (let n = 0; n < count; n++) {
    const { start, end } = random.pick(found.pieces)
    const at = random.oneIn(5) ? end - 4 : start + random.pick([0, 4, 8, 12, 16, 20, 24])
    putUint(out, at, 4, found.big, oddLength(random, end - start))
  }
  return out
}

/** The content of a block without a packet, mainly options, and the bytes behind the packet of a packet block. */
export function oddBlockBody(file: Uint8Array, random: Random): Uint8Array {
  const found = piecesOf(file)
  if (found === null) return file
  const out = file.slice()
  const count = random.few(4)
  for (let n = 0; n < count; n++) {
    const { start, end, packet } = random.pick(found.pieces)
    const from = packet === null ? start + 8 : Math.max(start + 8, end - 4 - 24)
    const at = from + random.below((end - 4 - from) / 2) * 2
    putUint(out, at, 2, found.big, random.oneIn(3) ? random.below(16) : oddLength(random, end - start))
  }
  return out
}

/** Records or blocks in another order, twice, or gone: interface descriptions and section headers among them. */
export function shuffledPieces(file: Uint8Array, random: Random): Uint8Array {
  const found = piecesOf(file)
  if (found === null) return file
  const pieces = [...found.pieces]
  const count = random.few(10)
  const place = (): number => random.below(random.oneIn(2) ? Math.min(4, pieces.length) : pieces.length)
  for (let n = 0; n < count && pieces.length > 1; n++) {
    const [piece] = pieces.splice(place(), 1) as [Piece]
    const way = random.below(3)
    if (way > 0) pieces.splice(place(), 0, piece)
    if (way > 1) pieces.splice(place(), 0, piece)
  }
  return joined(pieces.map(({ start, end }) => file.subarray(start, end)))
}

/** Zeros behind the last record, or between the others: space that was reserved, perhaps with something behind it. */
export function zeroRun(file: Uint8Array, random: Random): Uint8Array {
  const found = piecesOf(file)
  if (found === null) return file
  const zeros = new Uint8Array(random.pick([1, 15, 16, 24, 32, 45, 4096, random.below(70_000)]))
  const piece = random.pick(found.pieces)
  const at = random.oneIn(2) ? file.length : piece.start
  const behind = random.oneIn(3) ? file : file.subarray(at)
  return joined([file.subarray(0, at), zeros, behind])
}

/** A file joined to itself, as cat does it, or to a part of itself. */
export function joinedFile(file: Uint8Array, random: Random): Uint8Array {
  const first = random.oneIn(3) ? file.subarray(0, random.below(file.length)) : file
  const second = random.oneIn(5) ? file.subarray(0, random.below(file.length)) : file
  return joined([first, second])
}

/** Packed, in one member or several, then perhaps damaged: RFC 1952. */
export function packed(file: Uint8Array, random: Random): Uint8Array {
  const level = random.pick([constants.Z_NO_COMPRESSION, constants.Z_BEST_SPEED, constants.Z_DEFAULT_COMPRESSION])
  const members = random.oneIn(4) ? random.few(5) : 1
  const parts: Uint8Array[] = []
  for (let i = 0; i < members; i++) {
    const from = Math.floor((file.length * i) / members)
    const part = file.subarray(from, Math.floor((file.length * (i + 1)) / members))
    const member = new Uint8Array(gzipSync(part, { level }))
    // The byte for the operating system, RFC 1952 2.3.1, differs between machines.
    member[9] = 0xff
    parts.push(member)
  }
  const whole = joined(parts)
  switch (random.below(7)) {
    case 0:
      return whole.subarray(0, random.below(whole.length))
    case 1:
      return flippedFileBits(whole, random)
    case 2:
      return joined([whole, new Uint8Array(random.few(1000))])
    case 3:
      return joined([whole, new Uint8Array(random.few(20)).fill(0x1f)])
    case 4: {
      // Flags, checksum and size.
      const out = whole.slice()
      const at = random.oneIn(2) ? random.below(12) : out.length - 1 - random.below(8)
      out[at] = random.below(256)
      return out
    }
    default:
      return whole
  }
}

/** One record, or a skipped block, that claims a wrong length: far more than follows, or the maximum. */
export function hugeRecord(file: Uint8Array, random: Random): Uint8Array {
  const found = piecesOf(file)
  if (found === null || found.pieces.length < 2) return file
  const { start } = random.pick(found.pieces.slice(1))
  const size = random.pick([262_143, 262_144, 262_145, 300_000, 0x0fff_ffff])
  const header = new Uint8Array(28)
  const { big, format } = found
  if (format === 'pcap') {
    putUint(header, 8, 4, big, size)
    putUint(header, 12, 4, big, size)
  } else {
    putUint(header, 0, 4, big, random.pick([6, 3, 5, 0xbad, 1]))
    putUint(header, 4, 4, big, size + (-size & 3))
    putUint(header, 20, 4, big, size - 32)
    putUint(header, 24, 4, big, getUint(file, start + 4, 4, big))
  }
  const body = new Uint8Array(random.oneIn(2) ? 0 : Math.min(size, 310_000) - 12)
  const end = new Uint8Array(4)
  putUint(end, 0, 4, big, size + (-size & 3))
  const head = format === 'pcap' ? header.subarray(0, 16) : header
  return joined([file.subarray(0, start), head, body, end, file.subarray(start)])
}

function oddLength(random: Random, size: number): number {
  return random.pick([
    () => 0,
    () => random.below(64),
    () => size,
    () => size - random.few(24),
    () => size + random.few(24),
    () => 262_144 + random.below(3) - 1,
    () => 0xffff,
    () => 0x7fff_ffff,
    () => 0xffff_ffff - random.below(20),
    () => random.u32(),
  ])()
}
