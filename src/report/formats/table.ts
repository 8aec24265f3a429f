/**
 * The report for people, in plain text: the verdict, what was read, then the findings, most severe first. Findings of one rule share their
 * explanation and their fix.
 */

import { escapeText, wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { total } from '../../base/total.ts'
import { number, plural } from '../../base/wording.ts'
import type { Facts } from '../../ledger/facts-list.ts'
import type { SessionFacts } from '../../ledger/smb-facts.ts'
import { policyRecord } from '../records/policy.ts'
import type { Report } from '../records/report.ts'
import { captureSpan } from '../text/capture-span.ts'
import { writeCredits } from '../text/credit-lines.ts'
import { exemptionLines } from '../text/exemption-lines.ts'
import { findingsByRule, writeFindings } from '../text/finding-paragraphs.ts'
import { createPage, type PageOptions, type TextPage, writeParagraph } from '../text/page.ts'
import { unreadSentences, verdict } from '../verdict.ts'
import { verdictFactsOf } from '../verdict-facts.ts'
import type { ReportFormat } from './report-format.ts'

export const tableFormat: ReportFormat = {
  name: 'table',
  extension: '.txt',
  help: 'for people: the findings by rule, most severe first',
  write: writeTable,
  writeRows: null,
}

export function writeTable(report: Report, sink: TextSink, options: PageOptions): void {
  const page = createPage(sink, options)
  writeVerdict(page, report)
  const manyCaptures = report.ledger.captures.length > 1
  for (const group of findingsByRule(report)) writeFindings(page, group, manyCaptures)
  writeExemptions(page, report)
  writeCredits(page, report.credits ?? [], manyCaptures)
}

function writeExemptions(page: TextPage, report: Report): void {
  const record = policyRecord(report)
  const lines = record === null ? [] : exemptionLines(record)
  if (record === null || lines.length === 0) return
  page.sink.write(`\n${page.style.strong('EXEMPTIONS')} of ${escapeText(record.path)}\n`)
  for (const line of lines) writeParagraph(page, '  ', escapeText(line))
}

function writeVerdict(page: TextPage, report: Report): void {
  const { word, severity, sentence } = verdict(verdictFactsOf(report))
  const lines = wrap(`${word} ${sentence}`, page.width)
  const first = lines[0] ?? ''
  const mark = severity === null ? page.style.good(word) : page.style.severity(severity, word)
  page.sink.write(`${first.startsWith(word) ? mark + first.slice(word.length) : first}\n`)
  for (const line of lines.slice(1)) page.sink.write(`${line}\n`)
  writeParagraph(page, '', scope(report), page.style.quiet)
  const { captures } = report.ledger
  for (const text of unreadSentences(captures, report.inputsUnread)) writeParagraph(page, '', text)
}

/** What was read: a verdict is worth as much as the data behind it. */
function scope(report: Report): string {
  const { captures, connections, sessions } = report.ledger
  const facts = [
    plural(captures.length, 'capture'),
    plural(
      total(captures, (c) => c.packets),
      'packet',
    ),
    plural(
      total(captures, (c) => c.smbMessages),
      'SMB message',
    ),
    plural(connections.length, 'connection'),
    plural(sessions.length, 'session'),
    ...refusedText(sessions),
  ]
  return `Seen: ${[...facts, ...captureSpan(captures)].join(', ')}.`
}

function refusedText(sessions: Facts<SessionFacts>): string[] {
  let refused = 0
  for (const { status } of sessions) if (status === 'failed') refused++
  return refused === 0 ? [] : [`${number(refused)} refused`]
}
