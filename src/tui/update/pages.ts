/** Pages over a view: opens, closes and scrolls them. */
import type { Move } from '../input/keys.ts'
import { pageLines } from '../render/page-lines.ts'
import { bodyHeight, openPage, openView } from '../state/screen.ts'
import { selected, selectedSession } from '../state/selection.ts'
import type { Page } from '../state/ui-state.ts'
import { SESSIONS_VIEW } from '../views/sessions.ts'
import { hasTable } from '../views/view.ts'
import { showNote, type Update } from './update.ts'

const TOP = { scroll: 0, search: '' }

export function pushPage(update: Update, page: Page): void {
  update.set({ pages: [...update.screen.ui.pages, page] })
}

export function replacePage(update: Update, page: Page): void {
  update.set({ pages: [...update.screen.ui.pages.slice(0, -1), page] })
}

export function closePage(update: Update): void {
  update.set({ pages: update.screen.ui.pages.slice(0, -1) })
}

/** Opens the page, or closes it if it is on top. */
export function togglePage(update: Update, kind: 'warnings' | 'help'): void {
  if (openPage(update.screen)?.kind === kind) closePage(update)
  else pushPage(update, { kind, ...TOP })
}

/** Enter: in a table the page of the row, in a page the rows that it sums up or the session that it belongs to. */
export function openSelected(update: Update): void {
  const view = openView(update.screen)
  const thing = selected(update.screen)
  if (openPage(update.screen) !== undefined) {
    if (thing?.view.rowsBehind !== undefined) {
      const { view: name, filter } = thing.view.rowsBehind(thing.subject, update.screen)
      update.screen.tables.get(name)?.setFilter(filter)
      update.set({ view: name, pages: [] })
    } else if (thing?.view.sessionOf !== undefined) openSession(update)
  } else if (!hasTable(view)) update.set({ view: view.leadsTo })
  else if (thing !== null) pushPage(update, { kind: 'details', view: thing.view.name, ...thing.subject, ...TOP })
}

export function openSession(update: Update): void {
  const id = selectedSession(update.screen)
  if (id === null) {
    showNote(update, 'No session is listed for this')
    return
  }
  const page = openPage(update.screen)
  if (page?.kind === 'details' && page.view === SESSIONS_VIEW.name && page.id === id) return
  pushPage(update, { kind: 'details', view: SESSIONS_VIEW.name, id, index: 0, evidence: 0, ...TOP })
}

/** Shows the next or the previous piece of evidence. */
export function showEvidence(update: Update, step: number): void {
  const page = openPage(update.screen)
  const thing = selected(update.screen)
  if (page?.kind !== 'details' || thing === null) return
  const count = thing.view.evidenceCount?.(thing.subject, update.screen) ?? 0
  const evidence = Math.min(count - 1, Math.max(0, page.evidence + step))
  if (count > 0 && evidence !== page.evidence) replacePage(update, { ...page, evidence })
}

export function scrollPage(update: Update, by: Move): void {
  const page = openPage(update.screen)
  if (page === undefined) return
  const height = bodyHeight(update.screen)
  const last = Math.max(0, pageLines(update.screen).length - height)
  const steps: Record<Move, number> = {
    up: -1,
    down: 1,
    'page-up': 1 - height,
    'page-down': height - 1,
    home: -Infinity,
    end: Infinity,
  }
  const scroll = Math.min(last, Math.max(0, Math.min(last, page.scroll) + steps[by]))
  if (scroll !== page.scroll) replacePage(update, { ...page, scroll })
}
