/** What pages are made of: lines that fit, paragraphs, labelled values, bars, blocks side by side. */

import { shortTime } from '../../base/packet-time.ts'
import { displayWidth, escapeText, pad, truncate, wrap } from '../../base/safe-text.ts'
import type { Line, Segment, Tone } from './line.ts'

/** Cells that text from the wire may take. */
const MAX_TEXT = 600
export const EMPTY: Line = []

export function segment(text: string, tone: Tone = 'plain'): Segment {
  return { text, tone }
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + displayWidth(text), 0)
}

/** `line` in at most `width` cells; the cut is shown. */
export function fitLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line
  const fitted: Segment[] = []
  let room = width
  for (const { text, tone } of line) {
    const size = displayWidth(text)
    // The last cell stays free for the mark of the cut, unless the text is cut itself.
    const kept = size < room ? text : truncate(text.length === 0 ? text : `${text} `, room)
    if (kept !== '') fitted.push({ text: kept, tone })
    room -= displayWidth(kept)
    if (size >= room + displayWidth(kept) || room < 1) break
  }
  return fitted
}

/** `line` in exactly `width` cells. */
export function padLine(line: Line, width: number): Line {
  const fitted = fitLine(line, width)
  const rest = width - lineWidth(fitted)
  return rest > 0 ? [...fitted, segment(' '.repeat(rest))] : fitted
}

export function heading(text: string, width: number): Line {
  return [segment(truncate(text, width), 'strong')]
}

/** Text from the wire, escaped and shortened. */
export function wireText(text: string): string {
  return truncate(escapeText(text.length > 4 * MAX_TEXT ? `${text.slice(0, 4 * MAX_TEXT)}…` : text), MAX_TEXT)
}

/** `text`, which must be escaped, wrapped after `indent`; further lines start where the text started. */
export function paragraphLines(text: string, width: number, indent = '', tone: Tone = 'plain'): Line[] {
  const hanging = ' '.repeat(displayWidth(indent))
  return wrap(text, width - hanging.length).map((part, i) => {
    const before = i === 0 ? indent : hanging
    return before === '' ? [segment(part, tone)] : [segment(before, 'quiet'), segment(part, tone)]
  })
}

/** A name and its value, wrapped beside it. */
export function labelled(label: string, value: string, width: number, labelWidth = 12, tone: Tone = 'plain'): Line[] {
  return paragraphLines(value, width, pad(label, labelWidth), tone)
}

/** A part of a page: a blank line, its heading and its lines. Nothing if there are no lines. */
export function section(title: string, lines: readonly Line[], width: number): Line[] {
  return lines.length === 0 ? [] : [EMPTY, heading(title, width), ...lines]
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar over `share` (0 to 1) of `width` cells. More than 0 is always visible. */
export function bar(share: number, width: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(Math.min(1, share) * width * 8)) : 0
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

const LEVELS = '▁▂▃▄▅▆▇█'

/** One cell for each value, blank for 0; `most` fills the whole height. */
export function sparkline(values: readonly number[], most: number): string {
  return values
    .map((value) => (value > 0 && most > 0 ? LEVELS[Math.min(7, Math.ceil((value / most) * 8) - 1)] : ' '))
    .join('')
}

/** `values` added up into `length` steps; unchanged if there are fewer. */
export function resample(values: readonly number[], length: number): number[] {
  if (values.length <= length) return [...values]
  const steps = new Array<number>(length).fill(0)
  values.forEach((value, i) => {
    const step = Math.floor((i * length) / values.length)
    steps[step] = (steps[step] ?? 0) + value
  })
  return steps
}

/** Blocks beside each other, each as wide as its entry in `widths`. */
export function sideBySide(blocks: readonly (readonly Line[])[], widths: readonly number[], gap: number): Line[] {
  const height = Math.max(0, ...blocks.map((block) => block.length))
  return Array.from({ length: height }, (_, row) =>
    blocks.flatMap((block, i) => {
      const last = i === blocks.length - 1
      const line = block[row] ?? EMPTY
      return last ? fitLine(line, widths[i] ?? 0) : padLine(line, (widths[i] ?? 0) + gap)
    }),
  )
}

/** `2026-01-31 12:34:56 to 12:40:00`; the day once if both are on the same day. */
export function timeSpan(from: number, to: number): string {
  const first = shortTime(from)
  const last = shortTime(to)
  if (first === last) return first
  const [day, time] = last.split(' ')
  return first.startsWith(`${day} `) ? `${first} to ${time}` : `${first} to ${last}`
}

/** Time since a start: `+0.010 s`, `+3 m 05 s`. */
export function relativeTime(microseconds: number): string {
  const sign = microseconds < 0 ? '-' : '+'
  const seconds = Math.abs(microseconds) / 1e6
  if (!Number.isFinite(seconds)) return '?'
  if (seconds < 100) return `${sign}${seconds.toFixed(seconds < 10 ? 3 : 1)} s`
  const whole = Math.floor(seconds)
  const rest = (n: number) => String(n).padStart(2, '0')
  if (whole < 6000) return `${sign}${Math.floor(whole / 60)} m ${rest(whole % 60)} s`
  return `${sign}${Math.floor(whole / 3600)} h ${rest(Math.floor(whole / 60) % 60)} m`
}
