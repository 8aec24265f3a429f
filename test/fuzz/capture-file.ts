/** pcap and pcapng files as lists of pieces, read as far as they are well-formed: for mutations of one record, and to drop records when shrinking. */
import { getUint } from './bytes.ts'
import type { Packet } from './packet.ts'

/** A file header, a record or a block at [start, end); the last piece may be a remainder that is none of these. */
export interface Piece {
  start: number
  end: number
  packet: Packet | null
}

export interface PiecesOfFile {
  format: 'pcap' | 'pcapng'
  big: boolean
  pieces: Piece[]
}

const PCAP_MAGICS = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34]
const SECTION_HEADER = 0x0a0d0d0a
const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** Null if it is neither. */
export function piecesOf(file: Uint8Array): PiecesOfFile | null {
  for (const big of [false, true]) {
    const magic = getUint(file, 0, 4, big)
    if (file.length >= 24 && PCAP_MAGICS.includes(magic)) return { format: 'pcap', big, pieces: pcapPieces(file, big) }
    if (file.length >= 12 && magic === SECTION_HEADER && getUint(file, 8, 4, big) === BYTE_ORDER_MAGIC)
      return { format: 'pcapng', big, pieces: pcapngPieces(file) }
  }
  return null
}

export function packetsOf(file: Uint8Array): Packet[] {
  return (piecesOf(file)?.pieces ?? []).flatMap(({ packet }) => (packet === null ? [] : [packet]))
}

function pcapPieces(file: Uint8Array, big: boolean): Piece[] {
  const magic = getUint(file, 0, 4, big)
  const header = magic === 0xa1b2cd34 ? 24 : 16
  const linkType = getUint(file, 20, 4, big) & 0xffff
  const pieces: Piece[] = [{ start: 0, end: 24, packet: null }]
  let at = 24
  while (at + header <= file.length) {
    const captured = getUint(file, at + 8, 4, big)
    const end = at + header + captured
    if (end > file.length) break
    const fraction = getUint(file, at + 4, 4, big)
    const time = getUint(file, at, 4, big) * 1e6 + (magic === 0xa1b23c4d ? Math.floor(fraction / 1000) : fraction)
    const bytes = file.subarray(at + header, end)
    const packet = { bytes, original: Math.max(captured, getUint(file, at + 12, 4, big)), time, linkType }
    pieces.push({ start: at, end, packet })
    at = end
  }
  return withRest(pieces, file, at)
}

function pcapngPieces(file: Uint8Array): Piece[] {
  const pieces: Piece[] = []
  let big = false
  let linkTypes: number[] = []
  let at = 0
  while (at + 12 <= file.length) {
    if (getUint(file, at, 4, false) === SECTION_HEADER) {
      big = getUint(file, at + 8, 4, true) === BYTE_ORDER_MAGIC
      linkTypes = []
    }
    const type = getUint(file, at, 4, big)
    const total = getUint(file, at + 4, 4, big)
    const end = at + total + (-total & 3)
    if (total < 12 || end > file.length) break
    if (type === 1) linkTypes.push(getUint(file, at + 8, 2, big))
    pieces.push({ start: at, end, packet: blockPacket(file, at, end, type, big, linkTypes) })
    at = end
  }
  return withRest(pieces, file, at)
}

/** The packet of an Enhanced, Simple or (obsolete) Packet Block. Its time stamp is read as microseconds, even if the interface has another resolution. */
function blockPacket(
  file: Uint8Array,
  at: number,
  end: number,
  type: number,
  big: boolean,
  linkTypes: readonly number[],
): Packet | null {
  if (type === 3) {
    const original = getUint(file, at + 8, 4, big)
    const bytes = file.subarray(at + 12, Math.min(end - 4, at + 12 + original))
    return linkTypes[0] === undefined ? null : { bytes, original, time: 0, linkType: linkTypes[0] }
  }
  if (type !== 6 && type !== 2) return null
  const linkType = linkTypes[getUint(file, at + 8, type === 6 ? 4 : 2, big)]
  const captured = getUint(file, at + 20, 4, big)
  if (linkType === undefined || at + 28 + captured > end - 4) return null
  const bytes = file.subarray(at + 28, at + 28 + captured)
  const time = getUint(file, at + 12, 4, big) * 0x1_0000_0000 + getUint(file, at + 16, 4, big)
  return { bytes, original: Math.max(captured, getUint(file, at + 24, 4, big)), time, linkType }
}

function withRest(pieces: Piece[], file: Uint8Array, at: number): Piece[] {
  if (at < file.length) pieces.push({ start: at, end: file.length, packet: null })
  return pieces
}
