/** Warnings and errors: one line each on standard error, with any text in it. */
import { escapeText } from '../../base/safe-text.ts'
import { writeDiagnostic } from './descriptor-sink.ts'

export function reportLine(message: string): void {
  writeDiagnostic(`smblens: ${escapeText(message)}\n`)
}

/** An internal error, with what is needed to find its cause. */
export function reportInternalError(what: string, error: unknown): void {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error)
  reportLine(`${what}: internal error, please report it: ${details.replace(/\s+/g, ' ')}`)
}
