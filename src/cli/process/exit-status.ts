/** What a script learns from the exit status. */
import { hasName } from '../../base/error-name.ts'

export const EXIT = {
  /** Done. */
  DONE: 0,
  /** Done, and a finding is at or above --fail-on. It stands whatever else could not be read, so it goes before INPUT. */
  FINDING: 1,
  /** Wrong usage, or the output cannot be written: nothing was done. */
  USAGE: 2,
  /** Done, but some input could not be read, or was cut or damaged: "no finding" holds for the rest only. */
  INPUT: 3,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** What was asked cannot be done as it was asked. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  static override [Symbol.hasInstance](value: unknown): value is UsageError {
    return hasName(value, 'UsageError')
  }
}
