/** Why a capture did not start. */
import { hasName } from '../base/error-name.ts'

export type CaptureStartErrorCode =
  /** None of the requested programs is installed. */
  | 'no-program'
  | 'no-rights'
  | 'no-interface'
  | 'bad-filter'
  | 'failed'
  /** It was ended before it had begun. */
  | 'ended'

export class CaptureStartError extends Error {
  override readonly name = 'CaptureStartError'

  static override [Symbol.hasInstance](value: unknown): value is CaptureStartError {
    return hasName(value, 'CaptureStartError')
  }
  readonly code: CaptureStartErrorCode

  /** The message is one line: what is wrong, and what to do. Text of other programs in it is not escaped: the writer to the terminal does that. */
  constructor(code: CaptureStartErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
