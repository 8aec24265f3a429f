/** Why nothing could be read from an input; damage after the first packets is a warning instead. */
import { hasName } from '../base/error-name.ts'

export type CaptureErrorCode =
  | 'not-found'
  | 'no-permission'
  | 'is-folder'
  | 'is-terminal'
  | 'no-match'
  | 'no-captures'
  | 'repeated-stdin'
  | 'empty-file'
  | 'not-a-capture'
  | 'unsupported-format'
  | 'unsupported-compression'
  | 'not-fetched'
  | 'translated'
  | 'damaged'
  | 'changed'
  | 'not-rereadable'
  | 'unreadable'

export class CaptureError extends Error {
  override readonly name = 'CaptureError'

  static override [Symbol.hasInstance](value: unknown): value is CaptureError {
    return hasName(value, 'CaptureError')
  }
  readonly code: CaptureErrorCode
  /** The input, as the user named it; '-' for standard input. */
  readonly path: string

  /** The message becomes one line: the input's name, what is wrong, what to do. Names are not escaped here: the writer to the terminal does that. */
  constructor(code: CaptureErrorCode, path: string, problem: string, cause?: unknown) {
    super(`${path === '-' ? 'standard input' : path}: ${problem}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.path = path
  }
}

/** The CaptureError for an error of the operating system. */
export function systemError(path: string, cause: unknown): CaptureError {
  const code = errorCode(cause)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CaptureError('not-found', path, 'no such file or folder: check the path', cause)
    case 'EACCES':
    case 'EPERM':
      return new CaptureError(
        'no-permission',
        path,
        'permission denied: make it readable for this user, or copy it',
        cause,
      )
    case 'EISDIR':
      return new CaptureError('is-folder', path, 'is a folder: name the capture file in it', cause)
    default: {
      const reason = code ?? (cause instanceof Error ? cause.message : String(cause))
      return new CaptureError('unreadable', path, `cannot be read (${reason}): check the disk or copy the file`, cause)
    }
  }
}

/** The errno name of a system error, such as ENOENT. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
