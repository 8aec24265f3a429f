/** Where text for people is written: its width, its style, and paragraphs wrapped to it. */
import { wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { createStyle, type Style } from './style.ts'

export interface PageOptions {
  /** Columns of the terminal, 80 if there is none. */
  width: number
  color: boolean
}

export interface TextPage {
  sink: TextSink
  style: Style
  width: number
}

/** Paragraphs wider than this are hard to read on any terminal. */
const MAX_WIDTH = 132
const MIN_WIDTH = 40

export function createPage(sink: TextSink, { width, color }: PageOptions): TextPage {
  return { sink, style: createStyle(color), width: Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)) }
}

/** `text` wrapped behind `indent`; further lines start below the first word. */
export function writeParagraph(
  page: TextPage,
  indent: string,
  text: string,
  style: (line: string) => string = (line) => line,
): void {
  const [first = '', ...rest] = wrap(text, page.width - indent.length)
  if (first === '' && rest.length === 0) return
  const hanging = ' '.repeat(indent.length)
  page.sink.write(`${indent}${style(first)}\n`)
  for (const line of rest) page.sink.write(`${hanging}${style(line)}\n`)
}
