/** Warnings and errors: one line each on standard error, whatever text is in it. */
import { escapeText } from '../report/escape.ts'
import { writeDiagnostic } from './descriptor.ts'

export function reportLine(message: string): void {
  writeDiagnostic(`smblens: ${escapeText(message)}\n`)
}
