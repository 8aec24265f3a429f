/** The line that is being typed, with its cursor; for a filter also its colours, its error, and what may follow. */
import { displayWidth, escapeText } from '../../base/safe-text.ts'
import { number } from '../../base/wording.ts'
import { completions } from '../../query/completions.ts'
import { spans } from '../../query/spans.ts'
import { exportExtensions } from '../../report/formats/formats.ts'
import { openTable, type Screen } from '../state/screen.ts'
import type { Prompt } from '../state/ui-state.ts'
import type { TableState } from '../table/table-state.ts'
import { fitLine } from '../text/layout.ts'
import type { Line, Segment, Tone } from '../text/line.ts'

const LABELS: Record<Prompt['kind'], string> = {
  filter: '/',
  search: 'search: ',
  write: 'write packets to: ',
  export: `export to (${exportExtensions().join(' ')}): `,
}

const MIN_ROOM = 10
/** Completions that are shown. */
const MAX_COMPLETIONS = 8

export function promptLine(screen: Screen, prompt: Prompt): Line {
  const { width } = screen.size
  const { text, cursor } = prompt.line
  const table = prompt.kind === 'filter' ? openTable(screen)?.table : undefined
  const label = LABELS[prompt.kind]
  const line: Segment[] = [{ text: label, tone: 'accent' }]
  const room = Math.max(MIN_ROOM, width - label.length - 2)
  const tones = table === undefined ? [] : tonesOf(text, table)
  for (let i = firstShown(text, cursor, room); i < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
    line.push({ text: escapeText(character), tone: i === cursor ? 'selected' : (tones[i] ?? 'plain') })
    i += character.length
  }
  if (cursor === text.length) line.push({ text: ' ', tone: 'selected' })
  return fitLine(table === undefined ? line : [...line, ...filterState(text, cursor, table)], width)
}

/** What is wrong with the filter, or how many rows it leaves and what may be typed next. */
function filterState(text: string, cursor: number, table: TableState<unknown>): Segment[] {
  const { error } = table.query
  if (error !== null) return [{ text: `  ${escapeText(error.message)}`, tone: 'high' }]
  const matched = `${number(table.order.length)} of ${number(table.total)}`
  const { candidates } = completions(text, cursor, table.fields)
  const next = candidates.slice(0, MAX_COMPLETIONS).map((candidate) => escapeText(candidate.text))
  return [
    { text: `  ${matched}${table.busy ? ' ...' : ''}`, tone: 'plain' },
    { text: `  ${next.join(' ')}`, tone: 'quiet' },
  ]
}

/** One tone for each code unit. */
function tonesOf(text: string, { fields }: TableState<unknown>): Tone[] {
  const looks = { key: 'accent', operator: 'quiet', value: 'strong', text: 'plain', error: 'high' } as const
  const tones = new Array<Tone>(text.length).fill('plain')
  for (const { start, end, kind } of spans(text, fields)) tones.fill(looks[kind], start, end)
  return tones
}

/** The index of the first character that is shown: of a long text, the part before the cursor. */
function firstShown(text: string, cursor: number, room: number): number {
  let from = cursor
  let used = 0
  for (const character of [...text.slice(0, cursor)].reverse()) {
    used += displayWidth(escapeText(character))
    if (used > room) break
    from -= character.length
  }
  return from
}
