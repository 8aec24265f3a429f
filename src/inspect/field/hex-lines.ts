/** Bytes as lines of a hex view, as data. The caller colours the marked cells. */
import { hex } from '../../../dissectors/bytes.ts'
import type { ByteRange } from './field.ts'

export interface HexCell {
  offset: number
  byte: number
  /** Two digits. */
  hex: string
  /** A printable character of ASCII, "." for any other byte. */
  ascii: string
  marked: boolean
}

export interface HexLine {
  /** Of the first cell. */
  offset: number
  /** In hexadecimal, as wide in every line of the same bytes. */
  offsetText: string
  /** `width` of them, fewer in the last line. */
  cells: HexCell[]
}

export interface HexOptions {
  /** Bytes a line. */
  width?: number
  /** In bytes from the first; they may overlap, and leave the bytes. */
  marks?: readonly ByteRange[]
  /** The first line, from 0, and how many: for a window on many. */
  from?: number
  count?: number
}

const WIDTH = 16
const MIN_OFFSET_DIGITS = 4
/** The separators of cells, and the brackets that show the ends of a mark if there is no colour. */
const OPEN = '['
const CLOSE = ']'

/** How many lines `length` bytes have. */
export function hexLineCount(length: number, width: number = WIDTH): number {
  return Math.ceil(length / width)
}

export function hexLines(bytes: Uint8Array, options: HexOptions = {}): HexLine[] {
  const { width = WIDTH, marks = [], from = 0, count = Number.POSITIVE_INFINITY } = options
  const digits = Math.max(MIN_OFFSET_DIGITS, Math.max(0, bytes.length - 1).toString(16).length)
  const last = Math.min(hexLineCount(bytes.length, width), from + count)
  const lines: HexLine[] = []
  for (let line = Math.max(0, from); line < last; line++) {
    const offset = line * width
    const end = Math.min(offset + width, bytes.length)
    const near = marks.filter((mark) => mark.start < end && mark.end > offset)
    const cells: HexCell[] = []
    for (let at = offset; at < end; at++) {
      const byte = bytes[at] ?? 0
      const marked = near.some(({ start, end }) => start <= at && at < end)
      const ascii = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
      cells.push({ offset: at, byte, hex: hex(bytes, at, at + 1), ascii, marked })
    }
    lines.push({ offset, offsetText: offset.toString(16).padStart(digits, '0'), cells })
  }
  return lines
}

/**
 * The separator before each cell of a line and behind its last one: a bracket where marked bytes begin or end, a blank elsewhere. A mark that
 * continues in the next line closes at the end of this one.
 */
export function hexGaps({ cells }: { cells: readonly Pick<HexCell, 'marked'>[] }): string[] {
  const gaps: string[] = []
  for (let i = 0; i <= cells.length; i++) {
    const before = cells[i - 1]?.marked ?? false
    const after = cells[i]?.marked ?? false
    gaps.push(before === after ? ' ' : after ? OPEN : CLOSE)
  }
  return gaps
}

/** Lines as plain text: "0040  09 00[01 00]48 00  ....H.". */
export function hexText(lines: readonly HexLine[], width: number = WIDTH): string {
  return lines
    .map((line) => {
      const gaps = hexGaps(line)
      const cells = line.cells.map((cell, i) => `${gaps[i]}${cell.hex}`).join('')
      const padding = '   '.repeat(width - line.cells.length)
      const ascii = line.cells.map((cell) => cell.ascii).join('')
      return `${line.offsetText} ${cells}${gaps.at(-1)}${padding} ${ascii}\n`
    })
    .join('')
}
