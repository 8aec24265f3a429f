/** The terminal UI without a terminal: a Controller over sample captures, what it asked of the outside, and its screen as text. */

import { screenLines } from '../../src/tui/render/screen-lines.ts'
import type { View } from '../../src/tui/state/screen-state.ts'
import { Controller, type Size } from '../../src/tui/update/controller.ts'
import { type Citation, type Effects, FileExists, type Selection } from '../../src/view/action-types.ts'
import type { EvidenceView } from '../../src/view/evidence-view.ts'
import type { ViewStore } from '../../src/view/store.ts'
import { textOfLines, viewOf } from './view.ts'

export interface FakeEffects extends Effects {
  copied: string[]
  /** Frames that were asked for and have not come: the test answers. */
  asked: {
    citation: Citation
    signal: AbortSignal
    ready(view?: Partial<EvidenceView>): void
    fail(why: unknown): void
  }[]
  written: { selection: Selection; file: string; overwrite: boolean }[]
  exported: { view: View; file: string; overwrite: boolean }[]
  /** Files that are there already. */
  files: Set<string>
  quits: number
  canCopy: boolean
}

export function fakeEffects(): FakeEffects {
  const save = async (file: string, overwrite: boolean): Promise<string> => {
    if (file.endsWith('.bad')) throw new Error(`${file}: the disk is full`)
    if (fake.files.has(file) && !overwrite) throw new FileExists(file)
    fake.files.add(file)
    return `written to ${file}`
  }
  const fake: FakeEffects = {
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
    exportView(view, file, overwrite) {
      fake.exported.push({ view, file, overwrite })
      return save(file, overwrite)
    },
    quit() {
      fake.quits++
    },
  }
  return fake
}

export interface Driven {
  controller: Controller
  effects: FakeEffects
  /** Keys by their names, one by one. */
  press(...keys: string[]): string
  screen(): string
  /** The last line of the screen. */
  bottom(): string
}

export function drive(store: ViewStore, size: Size = { width: 100, height: 30 }): Driven {
  const effects = fakeEffects()
  const controller = new Controller(store, effects)
  controller.resize(size)
  const screen = () => textOfLines(screenLines(controller))
  return {
    controller,
    effects,
    press(...keys) {
      for (const key of keys) controller.key(key)
      return screen()
    },
    screen,
    bottom: () => screen().split('\n').at(-1) ?? '',
  }
}

export async function driveSamples(...samples: string[]): Promise<Driven> {
  return drive(await viewOf(...samples))
}

/** Promises that are kept already have told so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

export const TABLE_VIEWS = ['findings', 'sessions', 'hosts', 'frames'] as const
