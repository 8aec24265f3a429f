/** What the screen shows beside the data: which view, which pages over it, and what is being typed. */
import type { LineInput } from '../input/line-input.ts'
import type { SelectedThing } from '../views/view.ts'

/** A page over a view. Esc goes back to what was there before it. */
export type Page = { scroll: number; search: string } & (
  | ({ kind: 'details'; view: string } & SelectedThing)
  | { kind: 'text'; title: string; text: string }
  | { kind: 'warnings' }
  | { kind: 'help' }
)

/** A line that is being typed at the bottom. */
export type Prompt = { line: LineInput } & (
  | { kind: 'filter'; before: string }
  | { kind: 'search'; before: Page }
  | { kind: 'write' }
  | { kind: 'export' }
)

/** A question with yes and no as answers: whether to overwrite a file. */
export interface Question {
  text: string
  yes: () => void
}

/** A message at the bottom, until the next key. */
export interface Note {
  text: string
  tone: 'good' | 'high' | 'plain'
}

export interface UiState {
  /** The name of the view that is open. */
  view: string
  pages: readonly Page[]
  prompt: Prompt | null
  question: Question | null
  note: Note | null
}
