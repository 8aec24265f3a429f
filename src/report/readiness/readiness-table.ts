/**
 * Readiness for people: which controls break nothing, which break something and which were not seen, in the first lines; then a line for each control;
 * then who breaks and why.
 */
import { displayWidth, pad, truncate, wrap } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { number } from '../../base/wording.ts'
import type { ControlSummary, ReadinessRow } from '../../readiness/readiness-row.ts'
import { writeCredits } from '../text/credit-lines.ts'
import { createPage, type PageOptions, type TextPage, writeParagraph } from '../text/page.ts'
import { unreadSentences } from '../verdict.ts'
import { BAR_LEGEND, controlBar } from './control-bar.ts'
import { type ControlDigest, digestControl } from './digest.ts'
import { type PlanStage, STAGES, stageOf } from './plan-order.ts'
import type { ReadinessReport } from './readiness-report.ts'
import { openQuestions, writeByClients, writeExempt, writeRows } from './row-paragraphs.ts'
import { hasSmb, writeScope } from './scope.ts'

/** What the stages are called in the first lines. */
const STAGE_NAMES: Record<PlanStage, string> = {
  now: 'Breaks nothing seen',
  'after-changes': 'Breaks clients',
  'see-more': 'Seen too little',
  'not-visible': 'Not visible here',
}

export function writeReadinessTable(report: ReadinessReport, sink: TextSink, options: PageOptions): void {
  const page = createPage(sink, options)
  const { ledger, controls, credits, inputsUnread } = report
  if (hasSmb(report)) {
    sink.write(`${page.style.strong('What would break if these controls were enforced today')}\n`)
    writeStages(page, controls)
  }
  writeScope(page, report)
  for (const text of unreadSentences(ledger.captures, inputsUnread)) writeParagraph(page, '', text)
  if (!hasSmb(report)) return
  const digests = new Map(controls.map((summary) => [summary, digestControl(report.rows, summary.control)]))
  writeControlLines(page, digests)
  const manyCaptures = ledger.captures.length > 1
  for (const [summary, digest] of digests) {
    if (summary.breaks > 0) writeControl(page, summary, digest, manyCaptures)
  }
  for (const stage of ['see-more', 'now', 'not-visible'] as const) writeOthers(page, stage, digests, manyCaptures)
  writeCredits(page, credits, manyCaptures)
  sink.write('\n')
  const more =
    'In which order to switch them on, and how: --plan. The hosts for scripts: --hosts breaks --control ID. Every row: -f json.'
  writeParagraph(page, '', more, page.style.quiet)
}

function writeStages(page: TextPage, controls: readonly ControlSummary[]): void {
  const width = Math.max(...STAGES.map((stage) => STAGE_NAMES[stage].length)) + 2
  for (const stage of STAGES) {
    const inStage = controls.filter((summary) => stageOf(summary) === stage)
    if (inStage.length === 0) continue
    const names = inStage.map(nameInStage)
    const [first = '', ...rest] = wrap(names.join(', '), page.width - width)
    page.sink.write(`${stageStyle(page, stage)(pad(STAGE_NAMES[stage], width))}${first}\n`)
    for (const line of rest) page.sink.write(`${' '.repeat(width)}${line}\n`)
  }
}

/** `require-signing (3)` where clients would break, `block-ntlm (2 exempt)` where only accepted ones would. */
function nameInStage({ control, breaks, exempt }: ControlSummary): string {
  if (breaks > 0) return `${control} (${number(breaks)})`
  return exempt > 0 ? `${control} (${number(exempt)} exempt)` : control
}

function stageStyle({ style }: TextPage, stage: PlanStage): (text: string) => string {
  if (stage === 'now') return style.good
  return stage === 'after-changes' ? (text) => style.severity('high', text) : style.quiet
}

interface CountColumn {
  name: string
  width: number
  count(summary: ControlSummary): number
}

/** Columns of numbers, as wide as they need; that of exemptions only where there are any. */
function countColumns(controls: readonly ControlSummary[]): CountColumn[] {
  const columns: Omit<CountColumn, 'width'>[] = [
    { name: 'ready', count: ({ ready }) => ready },
    { name: 'breaks', count: ({ breaks }) => breaks },
    { name: 'exempt', count: ({ exempt }) => exempt },
    { name: 'not seen', count: ({ notObserved }) => notObserved },
  ]
  return columns
    .filter(({ name, count }) => name !== 'exempt' || controls.some((summary) => count(summary) > 0))
    .map((column) => {
      const digits = controls.map((summary) => number(column.count(summary)).length)
      return { ...column, width: Math.max(column.name.length, ...digits) + 2 }
    })
}

/** Room for an IPv4 address, and for an address with a reason. */
const ADDRESS_WIDTH = 15
const REASON_WIDTH = 40
const BAR_WIDTH = { least: 8, most: 24 }

/** One line for each control: the bar, the numbers of clients, and the host that breaks most often. */
function writeControlLines(page: TextPage, digests: ReadonlyMap<ControlSummary, ControlDigest>): void {
  const { sink, style, width } = page
  const shown = [...digests.keys()].filter(({ observable }) => observable)
  if (shown.length === 0) return
  const names = Math.max(...shown.map(({ control }) => control.length)) + 1
  const columns = countColumns(shown)
  const left = Math.max(0, width - names - columns.reduce((sum, column) => sum + column.width, 0) - 2)
  const wished = left - BAR_WIDTH.most >= REASON_WIDTH ? left - BAR_WIDTH.most : ADDRESS_WIDTH
  const bar = Math.min(left, Math.max(BAR_WIDTH.least, Math.min(BAR_WIDTH.most, left - wished)))
  const blocker = left - bar
  const heads = columns.map((column) => column.name.padStart(column.width)).join('')
  sink.write(`\n${' '.repeat(names + bar)}${style.quiet(`${heads}  ${truncate('first blocker', blocker)}`)}\n`)
  for (const summary of shown) {
    const numbers = columns.map((column) => countCell(page, column, column.count(summary))).join('')
    const [first] = digests.get(summary)?.blockers.top ?? []
    const who = first === undefined ? '' : `  ${truncate(blockerText(first, blocker >= REASON_WIDTH), blocker)}`
    sink.write(`${style.strong(pad(summary.control, names))}${controlBar(summary, bar, style)}${numbers}${who}\n`)
  }
  writeParagraph(page, '', `Clients: ${BAR_LEGEND}.`, style.quiet)
}

function countCell({ style }: TextPage, { name, width }: CountColumn, count: number): string {
  const text = number(count).padStart(width)
  if (count === 0) return style.quiet(text)
  if (name === 'breaks') return style.severity('high', text)
  return name === 'exempt' ? style.severity('medium', text) : text
}

function blockerText({ client, reason }: ReadinessRow, withReason: boolean): string {
  const host = client ?? ''
  return withReason && reason !== null ? `${host}  ${reason}` : host
}

/** A control that would break something, in full: its numbers in words, who breaks and why, and what is not known. */
function writeControl(page: TextPage, summary: ControlSummary, digest: ControlDigest, manyCaptures: boolean): void {
  const { sink, style, width } = page
  const { control, title, breaks, message } = summary
  const label = `BREAKS ${number(breaks)}`
  const shown = truncate(title, Math.max(8, width - label.length - control.length - 4))
  const gap = ' '.repeat(Math.max(2, width - label.length - 2 - displayWidth(shown) - control.length))
  sink.write(`\n${style.severity('high', label)}  ${style.strong(shown)}${gap}${style.quiet(control)}\n`)
  writeParagraph(page, '  ', message)
  writeRows(page, summary, digest, manyCaptures)
  writeParagraph(page, '  ', openQuestions(summary, digest), style.quiet)
}

/** The heads of controls that break nothing, which have a paragraph each. */
const OTHERS_HEADS: Record<Exclude<PlanStage, 'after-changes'>, string> = {
  'see-more': 'Seen too little to say',
  now: 'Breaks nothing that was seen',
  'not-visible': 'Not visible in this traffic',
}

/** The numbers are in the lines of the controls. */
function othersText(summary: ControlSummary, digest: ControlDigest): string {
  if (!summary.observable) return summary.message
  const { ready, exempt } = summary
  const isUnseen = ready + exempt + digest.notObserved.length === 0
  return `${isUnseen ? 'No traffic that was seen is about it. ' : ''}${openQuestions(summary, digest)}`
}

function writeOthers(
  page: TextPage,
  stage: keyof typeof OTHERS_HEADS,
  digests: ReadonlyMap<ControlSummary, ControlDigest>,
  manyCaptures: boolean,
): void {
  const others = [...digests].filter(([summary]) => stageOf(summary) === stage)
  if (others.length === 0) return
  page.sink.write(`\n${stageStyle(page, stage)(OTHERS_HEADS[stage])}\n`)
  for (const [summary, digest] of others) {
    writeParagraph(page, `  ${summary.control}: `, othersText(summary, digest))
    writeExempt(page, summary, digest)
    writeByClients(page, digest, manyCaptures)
  }
}
