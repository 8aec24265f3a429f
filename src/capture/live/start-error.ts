/** Why a capture did not start. */

export type CaptureStartErrorCode =
  /** None of the programs that were asked for is installed. */
  'no-program' | 'no-rights' | 'no-interface' | 'bad-filter' | 'failed'

export class CaptureStartError extends Error {
  override readonly name = 'CaptureStartError'
  readonly code: CaptureStartErrorCode

  /** The message is one line: what is wrong, and what to do. Words of outside programs in it are not escaped: the terminal's writer does that. */
  constructor(code: CaptureStartErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
