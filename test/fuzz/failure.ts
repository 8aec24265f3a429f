/** What can go wrong with a file, and when two failures count as the same. */

export type FailureKind =
  /** Something other than a CaptureError was thrown. */
  | 'throw'
  /** The result breaks a contract. */
  | 'invariant'
  /** The same bytes, read in another way or again, gave a different result. */
  | 'difference'
  /** It took too long for its size, or more than linear time. */
  | 'time'
  /** One file took too much memory. */
  | 'memory'
  /** It did not end, and the process had to be killed. */
  | 'hang'
  /** The process is gone. */
  | 'crash'
  /** Memory grows from case to case. */
  | 'leak'

export interface Failure {
  kind: FailureKind
  /** The same text for the same fault: without numbers and names from the file. */
  what: string
  /** Details for finding the reason. */
  detail: string
}

export function failure(kind: FailureKind, what: string, detail = ''): Failure {
  return { kind, what, detail: detail.length > 4000 ? `${detail.slice(0, 4000)} ...` : detail }
}

/** The message without numbers and quotations, and the first two of the project's functions on the stack. */
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
