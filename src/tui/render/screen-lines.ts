/** The whole screen as lines: tabs, progress, the view or the page over it, and the line at the bottom. */

import { truncate } from '../../base/safe-text.ts'
import { number, plural } from '../../base/wording.ts'
import { LINES_AROUND, openPage, openTable, openView, type Screen } from '../state/screen.ts'
import { fitLine, lineWidth } from '../text/layout.ts'
import type { Line, Segment } from '../text/line.ts'
import { hasTable, type View } from '../views/view.ts'
import { bottomLine } from './bottom-line.ts'
import { pageLines } from './page-lines.ts'
import { progressLine } from './progress-line.ts'

export const MIN_WIDTH = 60
export const MIN_HEIGHT = 12
/** On screens narrower than this, counts are rounded. */
const WIDE = 90

/** Exactly as many lines as the screen has. */
export function screenLines(screen: Screen): Line[] {
  const { width, height } = screen.size
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return tooSmall(width, height)
  const room = height - LINES_AROUND
  const page = pageLines(screen)
  const body = bodyLines(screen, page, room).slice(0, room)
  while (body.length < room) body.push([])
  return [tabs(screen), progressLine(screen.reading, width), ...body, bottomLine(screen, page.length)]
}

function tooSmall(width: number, height: number): Line[] {
  const text = `${width}x${height} is too small: smblens needs ${MIN_WIDTH}x${MIN_HEIGHT}. Press q to quit.`
  const lines: Line[] = [[{ text: truncate(text, width), tone: 'strong' }]]
  while (lines.length < height) lines.push([])
  return lines
}

/** How much a tab says beside its key, the fullest form that fits on the screen. */
const TAB_FORMS = ['counts', 'titles', 'short'] as const
const SHORT_TITLE = 4

function tabs(screen: Screen): Line {
  const { shown, isFrozen, size } = screen
  const notes: Segment[] = []
  const warnings = shown.warnings.length + shown.unread.length
  if (warnings > 0) notes.push({ text: ` ! ${plural(warnings, 'warning')}`, tone: 'medium' })
  if (isFrozen) notes.push({ text: ' PAUSED', tone: 'medium' })
  let line: Segment[] = []
  for (const form of TAB_FORMS) {
    line = [...screen.views.map((view) => tab(screen, view, form)), ...notes]
    if (lineWidth(line) <= size.width) break
  }
  return fitLine(line, size.width)
}

function tab({ shown, ui, size }: Screen, view: View, form: (typeof TAB_FORMS)[number]): Segment {
  const figure = size.width < WIDE ? rounded : number
  const isOpen = view.name === ui.view
  const rows = hasTable(view) && (isOpen || form === 'counts') ? ` ${figure(view.rowsOf(shown).length)}` : ''
  const text = `${view.key} ${isOpen || form !== 'short' ? view.title : view.title.slice(0, SHORT_TITLE)}${rows}`
  // The brackets show which view is open if there are no colours.
  return isOpen ? { text: `[${text}]`, tone: 'accent' } : { text: ` ${text} `, tone: 'quiet' }
}

function rounded(value: number): string {
  if (value < 10_000) return String(value)
  return value < 1e6 ? `${Math.floor(value / 1000)}k` : `${(value / 1e6).toFixed(1)}M`
}

function bodyLines(screen: Screen, lines: readonly Line[], height: number): Line[] {
  const { width } = screen.size
  const page = openPage(screen)
  if (page !== undefined) {
    const top = Math.min(page.scroll, Math.max(0, lines.length - height))
    return lines.slice(top, top + height).map((line) => withMatches(line, page.search))
  }
  const view = openView(screen)
  return hasTable(view) ? (openTable(screen)?.table.lines(width) ?? []) : view.lines(screen.shown, width, height)
}

/** Marks what was searched for, if it lies within one segment. */
function withMatches(line: Line, search: string): Line {
  if (search === '') return line
  const lowerSearch = search.toLowerCase()
  return line.flatMap(({ text, tone }) => {
    const parts: Segment[] = []
    const lower = text.toLowerCase()
    // In a few scripts the lower case is longer, so that indexes into it mean nothing for the text.
    if (lower.length !== text.length) return [{ text, tone }]
    let at = 0
    for (let found = lower.indexOf(lowerSearch); found >= 0; found = lower.indexOf(lowerSearch, at)) {
      const end = found + lowerSearch.length
      parts.push({ text: text.slice(at, found), tone }, { text: text.slice(found, end), tone: 'selected' })
      at = end
    }
    parts.push({ text: text.slice(at), tone })
    return parts.filter((part) => part.text !== '')
  })
}
