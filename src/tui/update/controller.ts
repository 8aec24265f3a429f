/** The screen of one run: it follows the store, responds to keys, and notifies listeners when there is something new to draw. */
import type { ViewStore } from '../../view/store.ts'
import { type Bound, bindingsOf, boundKeys } from '../input/keys.ts'
import { inserted } from '../input/line-input.ts'
import { keyOfCharacter, plainRun } from '../input/pasted-keys.ts'
import { bodyHeight, type Screen, type Size } from '../state/screen.ts'
import { citationOf } from '../state/selection.ts'
import type { UiState } from '../state/ui-state.ts'
import { createTables, updateTables } from '../views/tables.ts'
import type { View } from '../views/view.ts'
import { VIEWS } from '../views/views.ts'
import { runCommand } from './commands.ts'
import { EvidenceReader } from './evidence-reader.ts'
import { answerQuestion } from './export.ts'
import { changeLine, typeKey } from './prompt.ts'
import type { ScreenActions, Update } from './update.ts'

export class Controller implements Update {
  readonly screen: Screen
  readonly actions: ScreenActions
  private readonly store: ViewStore
  private readonly evidence: EvidenceReader
  private readonly keys: ReadonlyMap<string, Bound>
  private readonly listeners = new Set<() => void>()
  private changes = 0

  constructor(store: ViewStore, actions: ScreenActions, views: readonly View[] = VIEWS) {
    const onChange = () => this.changed()
    const bindings = bindingsOf(views)
    const shown = store.snapshot()
    this.store = store
    this.actions = actions
    this.evidence = new EvidenceReader(actions, onChange)
    this.keys = boundKeys(bindings)
    this.screen = {
      views,
      bindings,
      tables: createTables(views, onChange),
      ui: { view: views[0]?.name ?? '', pages: [], prompt: null, question: null, note: null },
      shown,
      reading: shown.reading,
      details: store.details,
      evidence: null,
      size: { width: 80, height: 24 },
      isFrozen: false,
    }
    this.fitTables()
    updateTables(this.screen.tables, views, shown)
    store.subscribe(() => this.refresh())
  }

  // Arrow functions, since React gets the two methods without their object.
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  readonly version = (): number => this.changes

  resize(size: Size): void {
    const { width, height } = this.screen.size
    if (size.width === width && size.height === height) return
    this.screen.size = size
    this.fitTables()
    this.changed()
  }

  key(name: string): void {
    const { prompt, question, note } = this.screen.ui
    if (note !== null) this.set({ note: null })
    if (name === 'ctrl-c') this.actions.quit()
    else if (question !== null) answerQuestion(this, name)
    else if (prompt !== null) typeKey(this, prompt, name)
    else {
      const bound = this.keys.get(name)
      if (bound !== undefined) runCommand(this, bound)
    }
  }

  /** Characters that arrive at once. What follows the end of a typed line was pasted, and is not taken for keys. */
  text(typed: string): void {
    for (let at = 0; at < typed.length; ) {
      const { prompt, question } = this.screen.ui
      const run = prompt !== null && question === null ? plainRun(typed, at) : ''
      if (prompt !== null && run !== '') {
        changeLine(this, prompt, inserted(prompt.line, run))
        at += run.length
      } else {
        const character = String.fromCodePoint(typed.codePointAt(at) ?? 0)
        const key = keyOfCharacter(character)
        this.key(key)
        if (key === 'enter' && prompt !== null) return
        at += character.length
      }
    }
  }

  set(change: Partial<UiState>): void {
    this.screen.ui = { ...this.screen.ui, ...change }
    this.changed()
  }

  changed(): void {
    const citation = citationOf(this.screen)
    this.evidence.show(citation)
    this.screen.evidence = this.evidence.of(citation)
    this.changes++
    for (const listener of this.listeners) listener()
  }

  refresh(): void {
    const { screen, store } = this
    const latest = store.snapshot()
    screen.reading = latest.reading
    screen.details = store.details
    if (!screen.isFrozen && screen.shown !== latest) {
      const { version } = screen.shown
      screen.shown = latest
      if (version !== latest.version) updateTables(screen.tables, screen.views, latest)
    }
    this.changed()
  }

  private fitTables(): void {
    for (const table of this.screen.tables.values()) table.resize(bodyHeight(this.screen))
  }
}
