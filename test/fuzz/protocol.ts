/** What the supervisor passes to a worker, as one JSON argument, and what the worker reports, one JSON value a line. */
import type { Failure } from './failure.ts'

export interface Job {
  /** The bundled engine. */
  engine: string
  /** One file, thoroughly. Null: cases. */
  file: string | null
  seed: number
  /** The first case, how far it is to the next one of this worker, and the one before which it ends. */
  from: number
  step: number
  to: number
  /** Milliseconds since 1970: no case begins after it. */
  until: number
  /** Another folder of captures. */
  captures: string | null
  /** Where failures go. */
  save: string
  /** Cases between two measurements of memory. */
  memoryEvery: number
  /** Failures that were shrunk before: kind and what. */
  known: string[]
}

export type Line =
  /** A case begins. */
  | { at: number; bytes: number }
  /** Still at work, but not on a new case. */
  | { alive: true }
  /** A case failed; `saved` once it was shrunk. */
  | { failed: number; failure: Failure; saved: string | null }
  | { leak: string; cases: number }
  | { done: true; failure: Failure | null }

export function keyOf({ kind, what }: Failure): string {
  return `${kind}: ${what}`
}
