/** What can be wrong with how a file is taken, and how two failures are known for the same. */

export type FailureKind =
  /** Something was thrown that is no CaptureError. */
  | 'throw'
  /** What was said breaks a promise. */
  | 'invariant'
  /** The same bytes, read in another way or once more, gave something else. */
  | 'difference'
  /** Too long for so many bytes, or longer and longer with their number. */
  | 'time'
  /** One file took too much memory. */
  | 'memory'
  /** No end; the process had to be killed. */
  | 'hang'
  /** The process is gone. */
  | 'crash'
  /** Memory grows from case to case. */
  | 'leak'

export interface Failure {
  kind: FailureKind
  /** The same for the same fault: without numbers and names from the file. */
  what: string
  /** For whoever looks for the reason. */
  detail: string
}

export function failure(kind: FailureKind, what: string, detail = ''): Failure {
  return { kind, what, detail: detail.length > 4000 ? `${detail.slice(0, 4000)} ...` : detail }
}

/** The message without its numbers and quotations, and the first two functions of the stack that are ours. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return failure('throw', 'something that is no Error', String(error))
  const stack = error.stack ?? ''
  const places = [...stack.matchAll(/^\s+at (?:async )?([^\s(]+)[^\n]*?([\w-]+\.(?:ts|mjs|js))[:)]/gm)]
    .map(([, name, file]) => `${name} ${file}`)
    .slice(0, 2)
  const message = error.message.replaceAll(/"[^"]*"|'[^']*'/g, '"…"').replaceAll(/\d+/g, '#')
  return failure('throw', `${error.name}: ${message.slice(0, 200)} (${places.join(', ')})`, stack)
}

export function isSame(a: Failure | null, b: Failure): boolean {
  return a !== null && a.kind === b.kind && a.what === b.what
}

export function failureText({ kind, what, detail }: Failure): string {
  return detail === '' ? `${kind}: ${what}` : `${kind}: ${what}\n${detail}`
}
