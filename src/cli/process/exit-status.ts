/** The exit statuses, for scripts. */
import { hasName } from '../../base/error-name.ts'

export const EXIT = {
  /** Success. */
  DONE: 0,
  /** Success, and a finding is at or above --fail-on. It takes precedence over INPUT: the finding holds even if something else could not be read. */
  FINDING: 1,
  /** Wrong usage, or the output cannot be written: nothing was done. */
  USAGE: 2,
  /** Some input could not be read, or was cut or damaged: "no finding" holds only for the rest. */
  INPUT: 3,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]

/** The request cannot be carried out as it was written. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  static override [Symbol.hasInstance](value: unknown): value is UsageError {
    return hasName(value, 'UsageError')
  }
}
