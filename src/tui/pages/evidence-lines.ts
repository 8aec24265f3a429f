/** A decoded frame: its fields as a tree, and its bytes. The fields that decide a finding are marked, with a sign and a tone. */

import { displayWidth, escapeText, pad, truncate } from '../../base/safe-text.ts'
import { hexGaps } from '../../inspect/field/hex-lines.ts'
import type { EvidenceView, FieldView, HexLineView } from '../../view/evidence-view.ts'
import { EMPTY, fitLine, heading, paragraphLines, segment, wireText } from '../text/layout.ts'
import type { Line, Segment } from '../text/line.ts'

export function evidenceLines(view: EvidenceView, width: number): Line[] {
  if (view.state === 'loading') return [[segment(truncate(`reading frame ${view.frame} ...`, width), 'quiet')]]
  if (view.state === 'failed') {
    const why = view.message === undefined ? '.' : `: ${wireText(view.message)}`
    return paragraphLines(`Frame ${view.frame} could not be read again${why}`, width, '', 'medium')
  }
  const marked =
    view.fields.some((field) => field.deciding) || view.hex.some(({ cells }) => cells.some((c) => c.marked))
  const legend = marked ? '  * decides the finding, [..] its bytes' : ''
  return [
    fitLine([segment(`Frame ${view.frame}`, 'strong'), segment(legend, 'quiet')], width),
    ...fieldLines(view.fields, width),
    ...(view.hex.length > 0 ? [EMPTY, heading('Bytes', width), ...hexDumpLines(view.hex, width)] : []),
  ]
}

export function fieldLines(fields: readonly FieldView[], width: number): Line[] {
  return fields.flatMap(({ name, value, depth, deciding }) => {
    const indent = (deciding ? '* ' : '  ') + ' '.repeat(Math.min(2 * Math.max(0, depth), Math.floor(width / 3)))
    const label = wireText(name)
    const text = value === '' ? label : `${label}: ${wireText(value)}`
    return paragraphLines(text, width, indent, deciding ? 'mark' : value === '' ? 'strong' : 'plain')
  })
}

const OFFSET_CELLS = 6

export function hexDumpLines(lines: readonly HexLineView[], width: number): Line[] {
  // Offset, a space, two digits for each byte with a sign before, between and after them, a space, one cell of text for each byte.
  const perLine = [16, 8, 4].find((cells) => OFFSET_CELLS + 1 + (3 * cells + 1) + 1 + cells <= width) ?? 4
  return lines.flatMap(({ offset, cells }) => {
    const start = Number.parseInt(offset, 16)
    const parts: Line[] = []
    for (let from = 0; from < cells.length; from += perLine) {
      const at = from === 0 || Number.isNaN(start) ? offset : (start + from).toString(16).padStart(offset.length, '0')
      parts.push(fitLine(hexLine(at, cells.slice(from, from + perLine), perLine), width))
    }
    return parts
  })
}

function hexLine(offset: string, cells: HexLineView['cells'], perLine: number): Line {
  const bytes: Segment[] = [segment(`${pad(escapeText(offset), OFFSET_CELLS)} `, 'quiet')]
  const text: Segment[] = [segment(' ')]
  const gaps = hexGaps({ cells })
  for (const [i, { hex, ascii, marked }] of cells.entries()) {
    append(bytes, gaps[i]!, marked || cells[i - 1]?.marked ? 'mark' : 'plain')
    append(bytes, pad(escapeText(hex), 2), marked ? 'mark' : 'plain')
    const shown = escapeText(ascii)
    append(text, displayWidth(shown) === 1 ? shown : '.', marked ? 'mark' : 'quiet')
  }
  append(bytes, gaps.at(-1)!, cells.at(-1)?.marked ? 'mark' : 'plain')
  append(bytes, '   '.repeat(perLine - cells.length), 'plain')
  return [...bytes, ...text]
}

/** Merges neighbours of the same tone. */
function append(segments: Segment[], text: string, tone: Segment['tone']): void {
  const last = segments.at(-1)
  if (last !== undefined && last.tone === tone) last.text += text
  else segments.push({ text, tone })
}
