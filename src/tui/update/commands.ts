/** What each command does. */
import { type Bound, type Command, isMove, type Move } from '../input/keys.ts'
import { openPage, openTable, openView } from '../state/screen.ts'
import { relatedFilter } from '../state/selection.ts'
import { SESSIONS_VIEW } from '../views/sessions.ts'
import { tableOf } from '../views/tables.ts'
import { hasTable } from '../views/view.ts'
import { copyFilter, promptExport, promptWrite } from './export.ts'
import { closePage, openSelected, openSession, scrollPage, showEvidence, togglePage } from './pages.ts'
import { promptText } from './prompt.ts'
import { nextMatch } from './search.ts'
import type { Update } from './update.ts'

const COMMANDS: Record<Exclude<Command, Move>, (update: Update) => void> = {
  'next-view': (update) => stepView(update, 1),
  'previous-view': (update) => stepView(update, -1),
  open: openSelected,
  back: goBack,
  left: (update) => showEvidence(update, -1),
  right: (update) => showEvidence(update, 1),
  session: openSession,
  related: showRelated,
  filter: promptText,
  'next-match': (update) => nextMatch(update, 1),
  'previous-match': (update) => nextMatch(update, -1),
  'sort-next': (update) => sortBy(update, 1),
  'sort-previous': (update) => sortBy(update, -1),
  'sort-reverse': reverse,
  copy: copyFilter,
  write: promptWrite,
  export: promptExport,
  warnings: (update) => togglePage(update, 'warnings'),
  help: (update) => togglePage(update, 'help'),
  pause: freeze,
  quit: ({ actions }) => actions.quit(),
}

export function runCommand(update: Update, bound: Bound): void {
  if ('view' in bound) update.set({ view: bound.view, pages: [] })
  else if (isMove(bound.command)) move(update, bound.command)
  else COMMANDS[bound.command](update)
}

function stepView(update: Update, step: number): void {
  const { views } = update.screen
  const next = views.indexOf(openView(update.screen)) + step
  const view = views[(next + views.length) % views.length]
  if (view !== undefined) update.set({ view: view.name, pages: [] })
}

function goBack(update: Update): void {
  const open = openTable(update.screen)
  if (openPage(update.screen) !== undefined) closePage(update)
  else if (open !== undefined && open.table.filter !== '') {
    open.table.setFilter('')
    update.changed()
  }
}

function showRelated(update: Update): void {
  const filter = relatedFilter(update.screen)
  if (filter === null) return
  tableOf(update.screen.tables, SESSIONS_VIEW).setFilter(filter)
  update.set({ view: SESSIONS_VIEW.name, pages: [] })
}

function sortBy(update: Update, step: number): void {
  openTable(update.screen)?.table.sortBy(step)
  update.changed()
}

function reverse(update: Update): void {
  openTable(update.screen)?.table.reverse()
  update.changed()
}

function freeze(update: Update): void {
  update.screen.isFrozen = !update.screen.isFrozen
  update.refresh()
}

function move(update: Update, by: Move): void {
  const view = openView(update.screen)
  const open = openTable(update.screen)
  if (open !== undefined) {
    open.table.move(by)
    update.changed()
  } else if (openPage(update.screen) !== undefined) scrollPage(update, by)
  else if (by === 'down' && !hasTable(view)) update.set({ view: view.leadsTo })
}
