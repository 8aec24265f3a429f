/** Keys to changes of what is shown. Everything that leaves the screen (clipboard, files, the capture itself) goes through Effects. */
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import { filterRows } from '../../rows/row-list.ts'
import type { FindingRow } from '../../rows/rows.ts'
import { type Effects, FileExists, type Selection } from '../../view/action-types.ts'
import type { Snapshot, ViewStore } from '../../view/store.ts'
import { type Command, commandOf } from '../input/keys.ts'
import { inserted, lineInput, typed } from '../input/line-input.ts'
import { keyOf, plainRun } from '../input/pasted-keys.ts'
import { pageLines } from '../render/page-lines.ts'
import {
  FIRST_STATE,
  type Page,
  type Prompt,
  type TableView,
  type UiState,
  VIEWS,
  type View,
} from '../state/screen-state.ts'
import { citationOf, displayFilterOf, relatedFilter, selectionOf, sessionOf } from '../state/selection.ts'
import { createTables, type Tables } from '../views/views.ts'
import { Evidence } from './evidence-reader.ts'

export interface Size {
  width: number
  height: number
}

/** Rows of the screen that are not the body: the tabs, the progress, the line below. */
export const FRAME_HEIGHT = 3
const NOTE_LABEL = 'Wireshark filter: '

export class Controller {
  readonly store: ViewStore
  readonly tables: Tables
  state: UiState = FIRST_STATE
  /** What is shown: of the store, or what it was when the picture was held. */
  shown: Snapshot
  size: Size = { width: 80, height: 24 }
  readonly evidence: Evidence
  private readonly effects: Effects
  private readonly listeners = new Set<() => void>()
  private held = false
  private changes = 0

  constructor(store: ViewStore, effects: Effects) {
    this.store = store
    this.effects = effects
    this.shown = store.snapshot()
    this.tables = createTables(() => this.changed())
    this.evidence = new Evidence(effects, () => this.changed())
    this.tables.update(this.shown)
    store.subscribe(() => this.refresh())
  }

  // Bound: React is handed the two as they are.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  readonly version = (): number => this.changes

  get page(): Page | undefined {
    return this.state.pages.at(-1)
  }

  get isHeld(): boolean {
    return this.held
  }

  /** Findings about the hosts of a session, and about its user where they name one. */
  findingsOf(session: SessionFacts): FindingRow[] {
    const connection = this.store.details.connection(session.connection)
    if (connection === undefined) return []
    const client = connection.client.ip
    const server = connection.server.ip
    return filterRows(this.shown.findings, (finding) => {
      if (finding.session !== null) return finding.session === session.id
      if (finding.capture !== session.capture) return false
      if (finding.client !== null && finding.client !== client) return false
      if (finding.server !== null && finding.server !== server) return false
      return finding.user === null || finding.user.toLowerCase() === session.user?.toLowerCase()
    })
  }

  resize(size: Size): void {
    if (size.width === this.size.width && size.height === this.size.height) return
    this.size = size
    this.changed()
  }

  /** Rows of the body. */
  get bodyHeight(): number {
    return Math.max(1, this.size.height - FRAME_HEIGHT)
  }

  key(name: string): void {
    const { prompt, question, note } = this.state
    if (note !== null) this.set({ note: null })
    if (name === 'ctrl-c') this.effects.quit()
    else if (question !== null) this.answer(name)
    else if (prompt !== null) this.type(prompt, name)
    else {
      const command = commandOf(name)
      if (command !== undefined) this.run(command)
    }
  }

  /** Characters that came at once. What stands behind the end of a line that is typed was pasted, and is not obeyed. */
  text(typed: string): void {
    for (let at = 0; at < typed.length; ) {
      const { prompt, question } = this.state
      const run = prompt !== null && question === null ? plainRun(typed, at) : ''
      // As one change: each costs the table its order.
      if (prompt !== null && run !== '') this.edited(prompt, inserted(prompt.line, run))
      else {
        const key = keyOf(String.fromCodePoint(typed.codePointAt(at) ?? 0))
        this.key(key)
        if (key === 'enter' && prompt !== null) return
      }
      at += run.length || String.fromCodePoint(typed.codePointAt(at) ?? 0).length
    }
  }

  private run(command: Command): void {
    switch (command) {
      case 'overview':
      case 'findings':
      case 'sessions':
      case 'hosts':
      case 'frames':
        this.set({ view: command, pages: [] })
        return
      case 'next-view':
      case 'previous-view':
        this.set({ view: neighbour(this.state.view, command === 'next-view' ? 1 : -1), pages: [] })
        return
      case 'open':
        this.open()
        return
      case 'back':
        this.back()
        return
      case 'left':
      case 'right':
        this.turnEvidence(command === 'left' ? -1 : 1)
        return
      case 'session':
        this.openSession()
        return
      case 'related':
        this.showRelated()
        return
      case 'filter':
        this.ask()
        return
      case 'next-match':
      case 'previous-match':
        this.match(command === 'next-match' ? 1 : -1)
        return
      case 'sort-next':
      case 'sort-previous':
        this.table?.sortBy(command === 'sort-next' ? 1 : -1)
        this.changed()
        return
      case 'sort-reverse':
        this.table?.reverse()
        this.changed()
        return
      case 'copy':
        this.copy()
        return
      case 'write':
        this.prompt({ kind: 'write', line: lineInput('evidence.pcapng') })
        return
      case 'export':
        this.prompt({ kind: 'export', line: lineInput(`${this.exportedView}.csv`) })
        return
      case 'warnings':
      case 'help':
        if (this.page?.kind === command) this.back()
        else this.push({ kind: command, scroll: 0, search: '' })
        return
      case 'pause':
        this.held = !this.held
        this.refresh()
        return
      case 'quit':
        this.effects.quit()
        return
      default:
        this.move(command)
    }
  }

  /** The table under the cursor, where no page covers it. */
  private get table() {
    const { view } = this.state
    return this.page === undefined && view !== 'overview' ? this.tables.of(view) : undefined
  }

  private get exportedView(): TableView {
    const { view } = this.state
    return view === 'overview' ? 'findings' : view
  }

  private refresh(): void {
    if (!this.held && this.shown !== this.store.snapshot()) {
      const { version } = this.shown
      this.shown = this.store.snapshot()
      if (version !== this.shown.version) this.tables.update(this.shown)
      // What an open finding cites may be another frame now.
      this.evidence.show(citationOf(this))
    }
    this.changed()
  }

  private set(change: Partial<UiState>): void {
    this.state = { ...this.state, ...change }
    this.evidence.show(citationOf(this))
    this.changed()
  }

  private changed(): void {
    this.changes++
    for (const listener of this.listeners) listener()
  }

  private push(page: Page): void {
    this.set({ pages: [...this.state.pages, page] })
  }

  private replacePage(page: Page): void {
    this.set({ pages: [...this.state.pages.slice(0, -1), page] })
  }

  private open(): void {
    const { page, state } = this
    if (page !== undefined) {
      if (page.kind === 'finding' || page.kind === 'frame') this.openSession()
      return
    }
    const base = { scroll: 0, search: '' }
    if (state.view === 'overview') this.set({ view: 'findings' })
    else if (state.view === 'frames') {
      const index = this.tables.frames.selectedIndex
      if (index !== null) this.push({ kind: 'frame', index, ...base })
    } else if (state.view === 'hosts') {
      const row = this.tables.hosts.selected
      if (row !== undefined) this.push({ kind: 'host', ip: row.ip, ...base })
    } else {
      const kind = state.view === 'findings' ? 'finding' : 'session'
      const id = this.tables.of(state.view).selectedKey
      if (id === null) return
      this.push(kind === 'finding' ? { kind, id, evidence: 0, ...base } : { kind, id, ...base })
    }
  }

  private back(): void {
    const { table, state } = this
    if (state.pages.length > 0) this.set({ pages: state.pages.slice(0, -1) })
    else if (table !== undefined && table.filter !== '') {
      table.setFilter('')
      this.changed()
    }
  }

  private openSession(): void {
    const id = sessionOf(this)
    if (id !== null) this.push({ kind: 'session', id, scroll: 0, search: '' })
    else this.set({ note: { text: 'No session that was kept belongs to this', tone: 'plain' } })
  }

  private showRelated(): void {
    const filter = relatedFilter(this)
    if (filter === null) return
    this.tables.sessions.setFilter(filter)
    this.set({ view: 'sessions', pages: [] })
  }

  private turnEvidence(by: number): void {
    const { page } = this
    if (page?.kind !== 'finding') return
    const count = this.store.details.finding(page.id)?.evidence.length ?? 0
    const evidence = Math.min(count - 1, Math.max(0, page.evidence + by))
    if (evidence === page.evidence || count === 0) return
    this.replacePage({ ...page, evidence })
  }

  private move(command: Command): void {
    const { page, table } = this
    if (table !== undefined) table.move(command)
    else if (page !== undefined) {
      const scroll = this.scrolled(page, command)
      if (scroll !== page.scroll) this.replacePage({ ...page, scroll })
    } else if (command === 'down') this.set({ view: 'findings' })
    this.changed()
  }

  private scrolled({ scroll }: Page, command: Command): number {
    const last = Math.max(0, pageLines(this, this.size.width).length - this.bodyHeight)
    const by: Partial<Record<Command, number>> = {
      up: -1,
      down: 1,
      'page-up': 1 - this.bodyHeight,
      'page-down': this.bodyHeight - 1,
      home: -Infinity,
      end: Infinity,
    }
    return Math.min(last, Math.max(0, Math.min(last, scroll) + (by[command] ?? 0)))
  }

  private prompt(prompt: Prompt): void {
    this.set({ prompt })
  }

  private ask(): void {
    const { page, table } = this
    if (page !== undefined) this.prompt({ kind: 'search', line: lineInput(''), before: page })
    else if (table !== undefined) this.prompt({ kind: 'filter', line: lineInput(table.filter), before: table.filter })
    else this.set({ view: 'findings', prompt: { kind: 'filter', line: lineInput(''), before: '' } })
  }

  private type(prompt: Prompt, key: string): void {
    if (key === 'enter') {
      this.set({ prompt: null })
      this.confirm(prompt)
    } else if (key === 'escape') {
      this.set({ prompt: null })
      if (prompt.kind === 'filter') this.table?.setFilter(prompt.before)
      if (prompt.kind === 'search') this.replacePage(prompt.before)
      this.changed()
    } else if (prompt.kind === 'filter' && (key === 'tab' || key === 'shift-tab')) {
      const line = this.table?.completed(prompt.line, key === 'tab' ? 1 : -1)
      if (line !== undefined) this.edited(prompt, line)
    } else if (prompt.kind === 'filter' && (key === 'up' || key === 'down' || key.startsWith('page-'))) {
      const command = commandOf(key)
      if (command !== undefined) this.run(command)
    } else {
      const line = typed(prompt.line, key)
      if (line !== prompt.line) this.edited(prompt, line)
    }
  }

  private edited(prompt: Prompt, line: Prompt['line']): void {
    this.set({ prompt: { ...prompt, line } })
    if (prompt.kind === 'filter' && line.text !== prompt.line.text) this.table?.setFilter(line.text)
    if (prompt.kind === 'search' && this.page) {
      this.replacePage({ ...this.page, search: line.text })
      this.match(0)
    }
  }

  private confirm(prompt: Prompt): void {
    const file = prompt.line.text.trim()
    if (prompt.kind === 'filter') this.table?.remember()
    else if (file !== '' && prompt.kind === 'write') this.write(selectionOf(this), file, false)
    else if (file !== '' && prompt.kind === 'export') {
      const view = this.exportedView
      this.save((overwrite) => this.effects.exportView(view, file, overwrite), file, false)
    }
  }

  private write(selection: Selection, file: string, overwrite: boolean): void {
    if (selection.frames.length + selection.connections.length === 0) {
      this.set({ note: { text: 'Nothing is selected whose packets could be written', tone: 'plain' } })
      return
    }
    this.save((again) => this.effects.writePackets(selection, file, again), file, overwrite)
  }

  private save(act: (overwrite: boolean) => Promise<string>, file: string, overwrite: boolean): void {
    this.set({ note: { text: `writing ${file} ...`, tone: 'plain' } })
    act(overwrite).then(
      (text) => this.set({ note: { text, tone: 'good' } }),
      (error: unknown) => {
        if (error instanceof FileExists) {
          const yes = () => this.save(act, file, true)
          this.set({ note: null, question: { text: `${file} exists. Overwrite it? (y/n)`, yes } })
        } else {
          const text = error instanceof Error ? error.message : String(error)
          this.set({ note: { text, tone: 'high' } })
        }
      },
    )
  }

  private answer(key: string): void {
    const { question } = this.state
    this.set({ question: null })
    if (key === 'y' || key === 'Y') question?.yes()
    else this.set({ note: { text: 'Nothing was written', tone: 'plain' } })
  }

  private copy(): void {
    const filter = displayFilterOf(this)
    if (filter === null) return
    if (this.effects.copy(filter)) this.set({ note: { text: `copied: ${filter}`, tone: 'good' } })
    // Where it is not known that the terminal took it, it is there to be copied by hand, all of it.
    else if (filter.length + NOTE_LABEL.length > this.size.width)
      this.push({ kind: 'text', title: 'Wireshark filter', text: filter, scroll: 0, search: '' })
    else this.set({ note: { text: NOTE_LABEL + filter, tone: 'good' } })
  }

  /** In a table: the next row that the last filter matches. In a page: the next line with what was searched for; `by` 0 is from here on. */
  private match(by: number): void {
    const { page, table } = this
    if (table !== undefined) table.nextMatch(by)
    else if (page !== undefined && page.search !== '') {
      const lines = pageLines(this, this.size.width)
      const found = findLine(
        lines.map((line) => line.map(({ text }) => text).join('')),
        page,
        by,
      )
      if (found !== null) this.replacePage({ ...page, scroll: found })
      else this.set({ note: { text: `no line has "${page.search}"`, tone: 'plain' } })
    }
    this.changed()
  }
}

function neighbour(view: View, by: number): View {
  return VIEWS[(VIEWS.indexOf(view) + by + VIEWS.length) % VIEWS.length] ?? 'overview'
}

function findLine(lines: readonly string[], { search, scroll }: Page, by: number): number | null {
  const wanted = search.toLowerCase()
  const step = by < 0 ? -1 : 1
  for (let i = 0; i < lines.length; i++) {
    const at = (scroll + by + step * i + 2 * lines.length) % lines.length
    if (lines[at]?.toLowerCase().includes(wanted)) return at
  }
  return null
}
