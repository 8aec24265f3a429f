/** What leaves the screen: a filter goes to the clipboard, packets and rows go to files. */
import { FileExists } from '../../view/action-types.ts'
import { lineInput } from '../input/line-input.ts'
import { exportedView } from '../state/screen.ts'
import { displayFilterOf, packetsOf } from '../state/selection.ts'
import { tableOf } from '../views/tables.ts'
import { pushPage } from './pages.ts'
import { showNote, type Update } from './update.ts'

const FILTER_LABEL = 'Wireshark filter: '

export function copyFilter(update: Update): void {
  const filter = displayFilterOf(update.screen)
  if (filter === null) return
  if (update.actions.copy(filter)) showNote(update, `copied: ${filter}`, 'good')
  // The terminal may not have taken it, so it is shown whole, to be copied by hand.
  else if (filter.length + FILTER_LABEL.length > update.screen.size.width)
    pushPage(update, { kind: 'text', title: 'Wireshark filter', text: filter, scroll: 0, search: '' })
  else showNote(update, FILTER_LABEL + filter, 'good')
}

export function promptWrite(update: Update): void {
  update.set({ prompt: { kind: 'write', line: lineInput('evidence.pcapng') } })
}

export function promptExport(update: Update): void {
  update.set({ prompt: { kind: 'export', line: lineInput(`${exportedView(update.screen).name}.csv`) } })
}

export function writeTo(update: Update, file: string): void {
  const selection = packetsOf(update.screen)
  if (selection.frames.length + selection.connections.length === 0)
    showNote(update, 'Nothing is selected that has packets to write')
  else save(update, file, (overwrite) => update.actions.writePackets(selection, file, overwrite))
}

export function exportTo(update: Update, file: string): void {
  const view = exportedView(update.screen)
  const table = tableOf(update.screen.tables, view)
  save(update, file, (overwrite) => {
    const rows = { kind: view.kind, rows: table.matching(), count: table.order.length }
    return update.actions.exportRows(rows, file, overwrite)
  })
}

function save(update: Update, file: string, write: (overwrite: boolean) => Promise<string>, overwrite = false): void {
  showNote(update, `writing ${file} ...`)
  write(overwrite).then(
    (text) => showNote(update, text, 'good'),
    (error: unknown) => {
      if (error instanceof FileExists) {
        const yes = () => save(update, file, write, true)
        update.set({ note: null, question: { text: `${file} exists. Overwrite it? (y/n)`, yes } })
      } else showNote(update, error instanceof Error ? error.message : String(error), 'high')
    },
  )
}

/** Only y means yes. */
export function answerQuestion(update: Update, key: string): void {
  const { question } = update.screen.ui
  update.set({ question: null })
  if (key === 'y' || key === 'Y') question?.yes()
  else showNote(update, 'Nothing was written')
}
