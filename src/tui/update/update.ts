/** What the functions that answer keys work on: the screen, which they change, and the actions that reach beyond it. */
import type { Actions } from '../../view/action-types.ts'
import type { Screen } from '../state/screen.ts'
import type { Note, UiState } from '../state/ui-state.ts'

export interface ScreenActions extends Actions {
  /** Copies text to the clipboard. False if it is unknown whether the terminal supports that. */
  copy(text: string): boolean
  quit(): void
}

export interface Update {
  readonly screen: Screen
  readonly actions: ScreenActions
  /** Changes the state of the screen, and shows it. */
  set(change: Partial<UiState>): void
  /** Shows what was changed elsewhere, such as in a table. */
  changed(): void
  /** Shows the newest snapshot, unless the display is frozen. */
  refresh(): void
}

export function showNote(update: Update, text: string, tone: Note['tone'] = 'plain'): void {
  update.set({ note: { text, tone } })
}
