/** What is selected, for the keys that do something with it: the row whose page is open, or the row under the cursor of a table. */
import type { Citation, PacketSelection } from '../../view/action-types.ts'
import { hasTable, type SelectedThing, type TableView } from '../views/view.ts'
import { openPage, openTable, type Screen, viewNamed } from './screen.ts'

export interface Selected {
  view: TableView<unknown>
  subject: SelectedThing
}

export function selected(screen: Screen): Selected | null {
  const page = openPage(screen)
  if (page?.kind === 'details') {
    const view = viewNamed(screen, page.view)
    return hasTable(view) ? { view, subject: page } : null
  }
  const open = openTable(screen)
  const index = open?.table.selectedIndex ?? null
  const id = open?.table.selectedKey ?? null
  if (open === undefined || index === null || id === null) return null
  return { view: open.view, subject: { id, index, evidence: 0 } }
}

/** The frame that the open page shows. */
export function citationOf(screen: Screen): Citation | null {
  if (openPage(screen) === undefined) return null
  const thing = selected(screen)
  return thing?.view.citation?.(thing.subject, screen) ?? null
}

/** The id of the session that the selection belongs to. */
export function selectedSession(screen: Screen): string | null {
  const thing = selected(screen)
  return thing?.view.sessionOf?.(thing.subject, screen) ?? null
}

/** A filter for the sessions that the selection is about. */
export function relatedFilter(screen: Screen): string | null {
  const thing = selected(screen)
  return thing?.view.relatedFilter(thing.subject, screen) ?? null
}

export function displayFilterOf(screen: Screen): string | null {
  const thing = selected(screen)
  return thing?.view.displayFilter(thing.subject, screen) ?? null
}

/** The packets of the selected row, or of all rows that the filter of the table leaves. */
export function packetsOf(screen: Screen): PacketSelection {
  const selection: PacketSelection = { frames: [], connections: [] }
  const open = openTable(screen)
  const thing = selected(screen)
  if (open?.view.addPacketsOfRow !== undefined && open.table.filter !== '') {
    for (const row of open.table.matching()) open.view.addPacketsOfRow(selection, row, screen)
  } else if (thing !== null) thing.view.addPackets(selection, thing.subject, screen)
  return { frames: selection.frames, connections: [...new Set(selection.connections)] }
}
