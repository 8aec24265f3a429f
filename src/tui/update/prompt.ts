/** The line that is being typed: a filter, a search, or the name of a file. */
import { type LineInput, lineInput, typed } from '../input/line-input.ts'
import { openPage, openTable, openView } from '../state/screen.ts'
import type { Prompt } from '../state/ui-state.ts'
import { hasTable } from '../views/view.ts'
import { exportTo, writeTo } from './export.ts'
import { replacePage } from './pages.ts'
import { nextMatch } from './search.ts'
import type { Update } from './update.ts'

/** `/`: filters a table, and searches a page. */
export function promptText(update: Update): void {
  const page = openPage(update.screen)
  const view = openView(update.screen)
  if (page !== undefined) update.set({ prompt: { kind: 'search', line: lineInput(''), before: page } })
  else {
    if (!hasTable(view)) update.set({ view: view.leadsTo })
    const filter = openTable(update.screen)?.table.filter ?? ''
    update.set({ prompt: { kind: 'filter', line: lineInput(filter), before: filter } })
  }
}

export function typeKey(update: Update, prompt: Prompt, key: string): void {
  if (key === 'enter') {
    update.set({ prompt: null })
    confirm(update, prompt)
  } else if (key === 'escape') cancel(update, prompt)
  else if (prompt.kind !== 'filter' || !filterKey(update, prompt, key)) {
    const line = typed(prompt.line, key)
    if (line !== prompt.line) changeLine(update, prompt, line)
  }
}

/** Text that arrives at once is one change, since each change of a filter orders its table again. */
export function changeLine(update: Update, prompt: Prompt, line: LineInput): void {
  update.set({ prompt: { ...prompt, line } })
  const page = openPage(update.screen)
  if (prompt.kind === 'filter' && line.text !== prompt.line.text) openTable(update.screen)?.table.setFilter(line.text)
  if (prompt.kind === 'search' && page !== undefined) {
    replacePage(update, { ...page, search: line.text })
    nextMatch(update, 0)
  }
}

/** Keys that complete a filter, or move the cursor of the table that it filters. False for other keys. */
function filterKey(update: Update, prompt: Prompt, key: string): boolean {
  const table = openTable(update.screen)?.table
  if (key === 'tab' || key === 'shift-tab') {
    const line = table?.completed(prompt.line, key === 'tab' ? 1 : -1)
    if (line !== undefined) changeLine(update, prompt, line)
    return true
  }
  // Home and End move the cursor of the line.
  if (key !== 'up' && key !== 'down' && key !== 'page-up' && key !== 'page-down') return false
  table?.move(key)
  update.changed()
  return true
}

function cancel(update: Update, prompt: Prompt): void {
  update.set({ prompt: null })
  if (prompt.kind === 'filter') openTable(update.screen)?.table.setFilter(prompt.before)
  if (prompt.kind === 'search') replacePage(update, prompt.before)
  update.changed()
}

function confirm(update: Update, prompt: Prompt): void {
  const file = prompt.line.text.trim()
  if (prompt.kind === 'filter') openTable(update.screen)?.table.confirmFilter()
  else if (file !== '' && prompt.kind === 'write') writeTo(update, file)
  else if (file !== '' && prompt.kind === 'export') exportTo(update, file)
}
