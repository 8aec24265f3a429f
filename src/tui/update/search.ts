/** The next match: of a filter in a table, of a search in a page. */
import { pageLines } from '../render/page-lines.ts'
import { openPage, openTable } from '../state/screen.ts'
import type { Page } from '../state/ui-state.ts'
import { replacePage } from './pages.ts'
import { showNote, type Update } from './update.ts'

/** @param step 1 for the next match, -1 for the previous one; in a page, 0 starts at the line at its top */
export function nextMatch(update: Update, step: number): void {
  const page = openPage(update.screen)
  if (page !== undefined) searchPage(update, page, step)
  else {
    openTable(update.screen)?.table.nextMatch(step)
    update.changed()
  }
}

function searchPage(update: Update, page: Page, step: number): void {
  if (page.search === '') return
  const lines = pageLines(update.screen).map((line) => line.map(({ text }) => text).join(''))
  const found = findLine(lines, page, step)
  if (found !== null) replacePage(update, { ...page, scroll: found })
  else showNote(update, `No line contains "${page.search}"`)
}

function findLine(lines: readonly string[], { search, scroll }: Page, step: number): number | null {
  const text = search.toLowerCase()
  const direction = step < 0 ? -1 : 1
  for (let i = 0; i < lines.length; i++) {
    const at = (scroll + step + direction * i + 2 * lines.length) % lines.length
    if (lines[at]?.toLowerCase().includes(text)) return at
  }
  return null
}
