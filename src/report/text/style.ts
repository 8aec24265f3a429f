/** Colours by meaning. A colour is never the only sign: each coloured word says the same without it. */
import type { Severity } from '../../audit/rule/rule.ts'

export interface Style {
  severity(severity: Severity, text: string): string
  /** A heading, or the part of a line to read first. */
  strong(text: string): string
  /** Less important details. */
  quiet(text: string): string
  /** Good news: nothing needs to be done. */
  good(text: string): string
}

const PLAIN: Style = { severity: (_, text) => text, strong: same, quiet: same, good: same }

function same(text: string): string {
  return text
}

/** SGR codes of the terminal's own 16 colours, which follow the user's theme. */
const SEVERITY_CODES: Record<Severity, string> = { critical: '1;31', high: '31', medium: '33', low: '36', info: '2' }

const COLOR: Style = {
  severity: (severity, text) => sgr(SEVERITY_CODES[severity], text),
  strong: (text) => sgr('1', text),
  quiet: (text) => sgr('2', text),
  good: (text) => sgr('32', text),
}

function sgr(codes: string, text: string): string {
  return text === '' ? '' : `\x1b[${codes}m${text}\x1b[0m`
}

export function createStyle(color: boolean): Style {
  return color ? COLOR : PLAIN
}
