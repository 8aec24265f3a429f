/** The whole screen as lines: tabs, progress, the view or the page over it, and what is typed or told at the bottom. */

import { displayWidth, escapeText, truncate } from '../../base/safe-text.ts'
import { number, plural } from '../../base/wording.ts'
import { completions } from '../../query/completions.ts'
import { spans } from '../../query/spans.ts'
import { exportExtensions } from '../../report/formats/formats.ts'
import { overviewLines } from '../pages/overview.ts'
import { type Prompt, VIEWS, type View } from '../state/screen-state.ts'
import { fitLine } from '../text/layout.ts'
import type { Line, Segment, Tone } from '../text/line.ts'
import { type Controller, FRAME_HEIGHT } from '../update/controller.ts'
import { pageLines } from './page-lines.ts'
import { progressLine } from './progress-line.ts'

export const LEAST_WIDTH = 60
export const LEAST_HEIGHT = 12

const TITLES: Record<View, string> = {
  overview: 'Overview',
  findings: 'Findings',
  sessions: 'Sessions',
  hosts: 'Hosts',
  frames: 'Frames',
}

/** Exactly `height` lines. */
export function screenLines(controller: Controller): Line[] {
  const { width, height } = controller.size
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT) return tooSmall(width, height)
  const room = height - FRAME_HEIGHT
  const page = pageLines(controller, width)
  const body = bodyLines(controller, page, width, room).slice(0, room)
  while (body.length < room) body.push([])
  return [
    tabs(controller, width),
    // Goes on while the picture is held: what is lost is never hidden.
    progressLine(controller.store.snapshot().reading, width),
    ...body,
    bottom(controller, page.length, width),
  ]
}

function tooSmall(width: number, height: number): Line[] {
  const text = `${width}x${height} is too small: smblens needs ${LEAST_WIDTH}x${LEAST_HEIGHT}. q leaves.`
  const lines: Line[] = [[{ text: truncate(text, width), tone: 'strong' }]]
  while (lines.length < height) lines.push([])
  return lines
}

function tabs(controller: Controller, width: number): Line {
  const { shown, state } = controller
  const counts: Partial<Record<View, number>> = {
    findings: shown.findings.length,
    sessions: shown.sessions.length,
    hosts: shown.hosts.length,
    frames: shown.frames.length,
  }
  const line: Segment[] = []
  const short = width < 90
  for (const [i, view] of VIEWS.entries()) {
    const count = counts[view]
    const figure = count === undefined ? '' : ` ${short ? brief(count) : number(count)}`
    const text = `${i + 1} ${TITLES[view]}${figure}`
    // Brackets say which is open where no colour does.
    if (view === state.view) line.push({ text: `[${text}]`, tone: 'accent' })
    else line.push({ text: ` ${text} `, tone: 'quiet' })
  }
  const warnings = shown.warnings.length + shown.unread.length
  if (warnings > 0) line.push({ text: ` ! ${plural(warnings, 'warning')}`, tone: 'medium' })
  if (controller.isHeld) line.push({ text: ' PAUSED', tone: 'medium' })
  return fitLine(line, width)
}

function brief(count: number): string {
  if (count < 10_000) return String(count)
  return count < 1e6 ? `${Math.floor(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`
}

function bodyLines(controller: Controller, lines: readonly Line[], width: number, height: number): Line[] {
  const { page, state, shown, tables } = controller
  if (page !== undefined) {
    const top = Math.min(page.scroll, Math.max(0, lines.length - height))
    return lines.slice(top, top + height).map((line) => found(line, page.search))
  }
  switch (state.view) {
    case 'overview':
      return overviewLines(shown, width, height)
    case 'findings':
      return tables.findings.lines(width, height)
    case 'sessions':
      return tables.sessions.lines(width, height)
    case 'hosts':
      return tables.hosts.lines(width, height)
    case 'frames':
      return tables.frames.lines(width, height)
  }
}

/** What was searched for is marked, within the segments where it is in one. */
function found(line: Line, search: string): Line {
  if (search === '') return line
  const wanted = search.toLowerCase()
  return line.flatMap(({ text, tone }) => {
    const parts: Segment[] = []
    const lower = text.toLowerCase()
    // Lower case may be longer in a few scripts: there nothing can be marked by place.
    if (lower.length !== text.length) return [{ text, tone }]
    let at = 0
    for (let hit = lower.indexOf(wanted); hit >= 0; hit = lower.indexOf(wanted, at)) {
      parts.push({ text: text.slice(at, hit), tone }, { text: text.slice(hit, hit + wanted.length), tone: 'selected' })
      at = hit + wanted.length
    }
    parts.push({ text: text.slice(at), tone })
    return parts.filter((part) => part.text !== '')
  })
}

/** @param pageLength lines of the page that is open */
function bottom(controller: Controller, pageLength: number, width: number): Line {
  const { prompt, question, note } = controller.state
  if (question !== null) return fitLine([{ text: escapeText(question.text), tone: 'medium' }], width)
  if (prompt !== null) return promptLine(controller, prompt, width)
  if (note !== null) return fitLine([{ text: escapeText(note.text), tone: note.tone }], width)
  return fitLine(hints(controller, pageLength), width)
}

const ASKED: Record<Prompt['kind'], string> = {
  filter: '/',
  search: 'search: ',
  write: 'write packets to: ',
  export: `export to (${exportExtensions().join(' ')}): `,
}

function promptLine(controller: Controller, prompt: Prompt, width: number): Line {
  const { text, cursor } = prompt.line
  const view = controller.state.view
  const table = view === 'overview' ? controller.tables.findings : controller.tables.of(view)
  const line: Segment[] = [{ text: ASKED[prompt.kind], tone: 'accent' }]
  const room = Math.max(10, width - ASKED[prompt.kind].length - 2)
  const tones = prompt.kind === 'filter' ? tonesOf(text, spans(text, table.fields as never)) : []
  for (let i = firstShown(text, cursor, room); i < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
    line.push({ text: escapeText(character), tone: i === cursor ? 'selected' : (tones[i] ?? 'plain') })
    i += character.length
  }
  if (cursor === text.length) line.push({ text: ' ', tone: 'selected' })
  if (prompt.kind === 'filter') {
    const { error } = table.query
    const matched = `${number(table.order.length)} of ${number(table.total)}`
    if (error !== null) line.push({ text: `  ${escapeText(error.message)}`, tone: 'high' })
    else {
      const { candidates } = completions(text, cursor, table.fields as never, [])
      const next = candidates
        .slice(0, 8)
        .map((candidate) => escapeText(candidate.text))
        .join(' ')
      line.push(
        { text: `  ${matched}${table.busy ? ' ...' : ''}`, tone: 'plain' },
        { text: `  ${next}`, tone: 'quiet' },
      )
    }
  }
  return fitLine(line, width)
}

function tonesOf(text: string, parts: ReturnType<typeof spans>): Tone[] {
  const looks = { key: 'accent', operator: 'quiet', value: 'strong', text: 'plain', error: 'high' } as const
  const tones = new Array<Tone>(text.length).fill('plain')
  for (const { start, end, kind } of parts) tones.fill(looks[kind], start, end)
  return tones
}

function hints(controller: Controller, pageLength: number): Line {
  const { page, state, tables } = controller
  const keys: [string, string][] =
    page !== undefined
      ? [
          ['Esc', 'back'],
          ['/', 'search'],
          ['y', 'copy filter'],
          ['w', 'write packets'],
        ]
      : state.view === 'overview'
        ? [
            ['Tab', 'next view'],
            ['Enter', 'findings'],
          ]
        : [
            ['Enter', 'open'],
            ['/', 'filter'],
            ['< >', 'sort'],
            ['r', 'reverse'],
            ['y', 'copy'],
            ['w', 'write'],
            ['e', 'export'],
          ]
  if (page?.kind === 'finding') keys.splice(1, 0, ['s', 'session'], ['h l', 'frame'])
  const line: Segment[] = [{ text: place(controller, pageLength), tone: 'plain' }]
  const filter = page === undefined && state.view !== 'overview' ? tables.of(state.view).filter : ''
  if (filter !== '') {
    const { order, total } = tables.of(state.view as Exclude<View, 'overview'>)
    line.push({
      text: `filter ${escapeText(filter)} (${number(order.length)} of ${number(total)})  `,
      tone: 'accent',
    })
    keys.push(['Esc', 'all'])
  }
  for (const [key, what] of [...keys, ['?', 'help'], ['q', 'quit']])
    line.push({ text: `${key} `, tone: 'strong' }, { text: `${what}  `, tone: 'quiet' })
  return line
}

/** Where the cursor is in a table, or how far a page was read. */
function place(controller: Controller, pageLength: number): string {
  const { page, state, tables, bodyHeight } = controller
  if (page !== undefined) {
    if (pageLength <= bodyHeight) return ''
    const end = Math.min(pageLength, page.scroll + bodyHeight)
    return `${Math.floor((100 * end) / pageLength)}%  `
  }
  if (state.view === 'overview') return ''
  const { viewport, order } = tables.of(state.view)
  return order.length === 0 ? '' : `${number(viewport.cursor + 1)}/${number(order.length)}  `
}

/** Where what is shown of a long text begins, so that the place that is typed at stays in sight. */
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
