/** Rows as paragraphs: who would break, why, in which frame, and what to change first. What does not fit is counted. */
import { displayWidth, escapeText, truncate } from '../../base/safe-text.ts'
import { number, plural } from '../../base/wording.ts'
import type { ControlSummary, ReadinessRow } from '../../readiness/readiness-row.ts'
import { stepsOf } from '../../readiness/steps/index.ts'
import { framePlace } from '../text/credit-lines.ts'
import { type TextPage, writeParagraph } from '../text/page.ts'
import type { ControlDigest } from './digest.ts'

/** A control with up to this many pairs that break describes each in full; with more, the first in full and some of the others in a line each. */
const FULL_ROWS = 3
const LISTED_ROWS = 6
const EXEMPT_ROWS = 2
const BY_CLIENTS_ROWS = 3
const EVIDENCE_FRAMES = 3

/** Columns for text whose length somebody on the wire chose. */
const MAX_NAME = 64
const MAX_MESSAGE = 600

/** @param manyCaptures frames are named with their capture */
export function writeRows(page: TextPage, summary: ControlSummary, digest: ControlDigest, manyCaptures: boolean): void {
  const { breaks } = digest
  const full = breaks.length <= FULL_ROWS ? breaks.top : breaks.top.slice(0, 1)
  const listed = breaks.length <= FULL_ROWS ? [] : breaks.top.slice(1, 1 + LISTED_ROWS)
  for (const row of full) writeRow(page, row, manyCaptures)
  for (const row of listed) writeListedRow(page, '  ', row, manyCaptures)
  writeRest(page, breaks.length - full.length - listed.length, '', `--hosts breaks --control ${summary.control}`)
  writeExempt(page, summary, digest)
  writeByClients(page, digest, manyCaptures)
}

/** The other direction: which servers would be refused if the clients enforced it. */
export function writeByClients(page: TextPage, { byClients }: ControlDigest, manyCaptures: boolean): void {
  if (byClients.length === 0) return
  const listed = byClients.top.slice(0, BY_CLIENTS_ROWS)
  writeParagraph(page, '  ', `If the clients enforce it, ${plural(byClients.length, 'case breaks', 'cases break')}:`)
  for (const row of listed) writeListedRow(page, '    ', row, manyCaptures)
  const rest = byClients.length - listed.length
  if (rest > 0) writeParagraph(page, '    ', `and ${number(rest)} more: -f json has them, with side "client"`)
}

/** One of many, on one line where it fits. */
function writeListedRow(page: TextPage, indent: string, row: ReadinessRow, manyCaptures: boolean): void {
  writeParts(page, indent, [...hostParts(row), row.reason ?? '', firstFrame(row, manyCaptures)])
}

/** Who would break, which the policy accepts. */
export function writeExempt(page: TextPage, { control }: ControlSummary, { exempt }: ControlDigest): void {
  const accepted = exempt.top.slice(0, EXEMPT_ROWS)
  for (const row of accepted) {
    const text = `Exempt: ${hostParts({ ...row, count: 1 }).join(' ')}: ${escapeText(row.message)}`
    writeParagraph(page, '  ', truncate(text, MAX_MESSAGE))
  }
  writeRest(page, exempt.length - accepted.length, ' exempt', `--hosts exempt --control ${control}`)
}

function writeRest(page: TextPage, rest: number, what: string, option: string): void {
  if (rest > 0) writeParagraph(page, '  ', `and ${number(rest)} more${what}: ${option} lists the clients`)
}

/** What was not seen, and what no capture shows. */
export function openQuestions({ control }: ControlSummary, { notObserved }: ControlDigest): string {
  const [example] = notObserved.top
  const unseen =
    example === undefined
      ? ''
      : `Not seen, ${plural(notObserved.length, 'case')}${notObserved.length > 1 ? ', such as' : ''}: ${escapeText(example.message)} `
  return `${truncate(unseen, MAX_MESSAGE)}Not shown: ${stepsOf(control).unseen}`
}

function writeRow(page: TextPage, row: ReadinessRow, manyCaptures: boolean): void {
  writeParts(page, '  ', hostParts(row))
  writeParagraph(page, '    ', truncate(escapeText(row.message), MAX_MESSAGE))
  writeParagraph(page, '    ', framesText(row, manyCaptures), page.style.quiet)
  if (row.change !== null) writeParagraph(page, '    Change: ', truncate(escapeText(row.change), MAX_MESSAGE))
}

/** Parts with two spaces between them; one that does not fit begins a line of its own. */
function writeParts(page: TextPage, indent: string, parts: readonly string[]): void {
  let line = ''
  for (const part of parts) {
    if (part === '') continue
    if (line !== '' && displayWidth(indent + line) + 2 + displayWidth(part) > page.width) {
      page.sink.write(`${indent}${line}\n`)
      line = `  ${part}`
    } else line += line === '' ? part : `  ${part}`
  }
  page.sink.write(`${indent}${truncate(line, page.width - indent.length)}\n`)
}

/** `10.0.0.5 -> 10.0.0.9`, `CORP\\alice`, `\\\\files\\projects`. */
function hostParts({ client, server, user, share, count }: ReadinessRow): string[] {
  const hosts = client !== null && server !== null ? `${client} -> ${server}` : (client ?? `server ${server}`)
  const names = [user, share].filter((name) => name !== null)
  const times = count > 1 ? [`x${number(count)}`] : []
  return [hosts, ...times, ...names.map((name) => truncate(escapeText(name), MAX_NAME))]
}

function firstFrame({ evidence: [first] }: Pick<ReadinessRow, 'evidence'>, manyCaptures: boolean): string {
  return first === undefined ? '' : framePlace(first, manyCaptures)
}

function framesText({ evidence }: ReadinessRow, manyCaptures: boolean): string {
  const [first, ...others] = evidence.slice(0, EVIDENCE_FRAMES)
  if (first === undefined) return ''
  const elsewhere = others.map((other) =>
    other.capture === first.capture ? `${other.frame}` : framePlace(other, manyCaptures),
  )
  const also = elsewhere.length > 0 ? `; also ${elsewhere.join(', ')}` : ''
  return `${framePlace(first, manyCaptures)}: ${truncate(escapeText(first.what), MAX_MESSAGE)}${also}`
}
