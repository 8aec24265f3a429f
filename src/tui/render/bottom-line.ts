/** The last line of the screen: a question, what is being typed, a note, or else the keys that are of use now. */
import { escapeText } from '../../base/safe-text.ts'
import { number } from '../../base/wording.ts'
import { bodyHeight, openPage, openTable, openView, type Screen, viewNamed } from '../state/screen.ts'
import type { Page } from '../state/ui-state.ts'
import { fitLine } from '../text/layout.ts'
import type { Line, Segment } from '../text/line.ts'
import { type Hint, hasTable } from '../views/view.ts'
import { promptLine } from './prompt-line.ts'

const TABLE_HINTS: readonly Hint[] = [
  ['Enter', 'open'],
  ['/', 'filter'],
  ['< >', 'sort'],
  ['r', 'reverse'],
  ['y', 'copy'],
  ['w', 'write'],
  ['e', 'export'],
]

const PAGE_HINTS: readonly Hint[] = [
  ['/', 'search'],
  ['y', 'copy filter'],
  ['w', 'write packets'],
]

const LAST_HINTS: readonly Hint[] = [
  ['?', 'help'],
  ['q', 'quit'],
]

/** @param pageLength lines of the page that is open */
export function bottomLine(screen: Screen, pageLength: number): Line {
  const { width } = screen.size
  const { prompt, question, note } = screen.ui
  if (question !== null) return fitLine([{ text: escapeText(question.text), tone: 'medium' }], width)
  if (prompt !== null) return promptLine(screen, prompt)
  if (note !== null) return fitLine([{ text: escapeText(note.text), tone: note.tone }], width)
  const line: Segment[] = [{ text: positionText(screen, pageLength), tone: 'plain' }]
  const filter = filterText(screen)
  if (filter !== '') line.push({ text: filter, tone: 'accent' })
  const all: Hint[] = filter === '' ? [] : [['Esc', 'all']]
  for (const [key, what] of [...hintsOf(screen), ...all, ...LAST_HINTS])
    line.push({ text: `${key} `, tone: 'strong' }, { text: `${what}  `, tone: 'quiet' })
  return fitLine(line, width)
}

function hintsOf(screen: Screen): readonly Hint[] {
  const page = openPage(screen)
  const view = openView(screen)
  if (page !== undefined) return [['Esc', 'back'], ...hintsOfPage(screen, page), ...PAGE_HINTS]
  return hasTable(view) ? TABLE_HINTS : view.hints
}

function hintsOfPage(screen: Screen, page: Page): readonly Hint[] {
  const view = page.kind === 'details' ? viewNamed(screen, page.view) : undefined
  return view !== undefined && hasTable(view) ? view.pageHints : []
}

/** Which row the cursor is on, or how much of a page has been scrolled past. */
function positionText(screen: Screen, pageLength: number): string {
  const page = openPage(screen)
  if (page !== undefined) {
    const height = bodyHeight(screen)
    if (pageLength <= height) return ''
    const end = Math.min(pageLength, page.scroll + height)
    return `${Math.floor((100 * end) / pageLength)}%  `
  }
  const table = openTable(screen)?.table
  if (table === undefined || table.order.length === 0) return ''
  return `${number(table.viewport.cursor + 1)}/${number(table.order.length)}  `
}

function filterText(screen: Screen): string {
  const table = openTable(screen)?.table
  if (table === undefined || table.filter === '') return ''
  return `filter ${escapeText(table.filter)} (${number(table.order.length)} of ${number(table.total)})  `
}
