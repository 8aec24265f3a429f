/** What the screen shows beside the data: which view, which pages over it, what is being typed. */
import type { LineInput } from '../input/line-input.ts'

export const VIEWS = ['overview', 'findings', 'sessions', 'hosts', 'frames'] as const
export type View = (typeof VIEWS)[number]
export type TableView = Exclude<View, 'overview'>

/** A page over a view. Esc goes back to what was before it. */
export type Page = { scroll: number; search: string } & (
  | { kind: 'finding'; id: string; evidence: number }
  | { kind: 'session'; id: string }
  | { kind: 'host'; ip: string }
  | { kind: 'frame'; index: number }
  | { kind: 'text'; title: string; text: string }
  | { kind: 'warnings' }
  | { kind: 'help' }
)

/** What is typed below, and what for. */
export type Prompt = { line: LineInput } & (
  | { kind: 'filter'; before: string }
  | { kind: 'search'; before: Page }
  | { kind: 'write' }
  | { kind: 'export' }
)

/** A yes or no: whether a file may be overwritten. */
export interface Question {
  text: string
  yes: () => void
}

export interface Note {
  text: string
  tone: 'good' | 'high' | 'plain'
}

export interface UiState {
  view: View
  pages: readonly Page[]
  prompt: Prompt | null
  question: Question | null
  note: Note | null
}

export const FIRST_STATE: UiState = { view: 'overview', pages: [], prompt: null, question: null, note: null }
