/** The terminal UI without a terminal: a Controller of sample captures, the actions that it called, and its screen as text. */

import { vi } from 'vitest'
import { screenLines } from '../../src/tui/render/screen-lines.ts'
import { openPage, type Size } from '../../src/tui/state/screen.ts'
import type { Page, UiState } from '../../src/tui/state/ui-state.ts'
import { Controller } from '../../src/tui/update/controller.ts'
import type { ScreenActions } from '../../src/tui/update/update.ts'
import { FINDINGS_VIEW } from '../../src/tui/views/findings.ts'
import { FRAMES_VIEW } from '../../src/tui/views/frames.ts'
import { HOSTS_VIEW } from '../../src/tui/views/hosts.ts'
import { PREDICTIONS_VIEW } from '../../src/tui/views/predictions.ts'
import { READINESS_VIEW } from '../../src/tui/views/readiness.ts'
import { SESSIONS_VIEW } from '../../src/tui/views/sessions.ts'
import { tableOf, type ViewTables } from '../../src/tui/views/tables.ts'
import type { View } from '../../src/tui/views/view.ts'
import { VIEWS } from '../../src/tui/views/views.ts'
import { type Citation, FileExists, type PacketSelection } from '../../src/view/action-types.ts'
import type { EvidenceView } from '../../src/view/evidence-view.ts'
import type { ViewStore } from '../../src/view/store.ts'
import { textOfLines } from './view.ts'

export interface FakeActions extends ScreenActions {
  copied: string[]
  /** Frames that are being read: the test answers. */
  asked: {
    citation: Citation
    signal: AbortSignal
    ready(view?: Partial<EvidenceView>): void
    fail(why: unknown): void
  }[]
  written: { selection: PacketSelection; file: string; overwrite: boolean }[]
  exported: { record: string; rows: unknown[]; count: number; file: string; overwrite: boolean }[]
  /** Files that exist. */
  files: Set<string>
  quits: number
  canCopy: boolean
}

export function fakeActions(): FakeActions {
  const save = async (file: string, overwrite: boolean): Promise<string> => {
    if (file.endsWith('.bad')) throw new Error(`${file}: the disk is full`)
    if (fake.files.has(file) && !overwrite) throw new FileExists(file)
    fake.files.add(file)
    return `written to ${file}`
  }
  const fake: FakeActions = {
    copied: [],
    asked: [],
    written: [],
    exported: [],
    files: new Set(),
    quits: 0,
    canCopy: true,
    copy(text) {
      fake.copied.push(text)
      return fake.canCopy
    },
    inspect: (citation, signal) =>
      new Promise((resolve, reject) => {
        const ready = (view: Partial<EvidenceView> = {}) =>
          resolve({ state: 'ready', frame: citation.frame, fields: [], hex: [], ...view })
        fake.asked.push({ citation, signal, ready, fail: reject })
      }),
    writePackets(selection, file, overwrite) {
      fake.written.push({ selection, file, overwrite })
      return save(file, overwrite)
    },
    exportRows({ kind, rows, count }, file, overwrite) {
      fake.exported.push({ record: kind.record, rows: [...rows], count, file, overwrite })
      return save(file, overwrite)
    },
    quit() {
      fake.quits++
    },
  }
  return fake
}

/** The tables of the views, with the types of their rows. */
export function typedTables(tables: ViewTables) {
  return {
    findings: tableOf(tables, FINDINGS_VIEW),
    sessions: tableOf(tables, SESSIONS_VIEW),
    hosts: tableOf(tables, HOSTS_VIEW),
    frames: tableOf(tables, FRAMES_VIEW),
    readiness: tableOf(tables, READINESS_VIEW),
    impact: tableOf(tables, PREDICTIONS_VIEW),
  }
}

export interface Driven {
  controller: Controller
  actions: FakeActions
  tables: ReturnType<typeof typedTables>
  readonly ui: UiState
  readonly page: Page | undefined
  /** Keys by their names, one by one. */
  press(...keys: string[]): string
  screen(): string
  /** The last line of the screen. */
  bottom(): string
}

export function drive(
  store: ViewStore,
  size: Size = { width: 100, height: 30 },
  views: readonly View[] = VIEWS,
): Driven {
  const actions = fakeActions()
  // Time stands still: a table is in order as soon as a key was pressed, however busy the machine is.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  const controller = new Controller(store, actions, views)
  controller.resize(size)
  const screen = () => textOfLines(screenLines(controller.screen))
  return {
    controller,
    actions,
    tables: typedTables(controller.screen.tables),
    get ui() {
      return controller.screen.ui
    },
    get page() {
      return openPage(controller.screen)
    },
    press(...keys) {
      for (const key of keys) controller.key(key)
      return screen()
    },
    screen,
    bottom: () => screen().split('\n').at(-1) ?? '',
  }
}

/** Resolves when promises that are already settled have called their callbacks. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
