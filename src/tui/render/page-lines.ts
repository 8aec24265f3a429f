/** The page that is open, as lines. They are made again on each call. */
import { helpLines } from '../pages/help.ts'
import { warningsLines } from '../pages/warnings.ts'
import { openPage, type Screen, viewNamed } from '../state/screen.ts'
import type { Page } from '../state/ui-state.ts'
import { EMPTY, heading, paragraphLines, segment } from '../text/layout.ts'
import type { Line } from '../text/line.ts'
import { hasTable } from '../views/view.ts'

/** Empty if no page is open. */
export function pageLines(screen: Screen): readonly Line[] {
  const page = openPage(screen)
  return page === undefined ? [] : linesOf(screen, page)
}

function linesOf(screen: Screen, page: Page): readonly Line[] {
  const { width } = screen.size
  switch (page.kind) {
    case 'details':
      return detailsLines(screen, page) ?? [[segment('This is no longer among the results.', 'quiet')]]
    case 'text':
      return [heading(page.title, width), EMPTY, ...paragraphLines(page.text, width)]
    case 'warnings':
      return warningsLines(screen.shown, width)
    case 'help':
      return helpLines(screen.bindings, width)
  }
}

function detailsLines(screen: Screen, page: Page & { kind: 'details' }): readonly Line[] | null {
  const view = viewNamed(screen, page.view)
  const { evidence, size } = screen
  return hasTable(view) ? view.pageLines(page, { known: screen, evidence, width: size.width }) : null
}
