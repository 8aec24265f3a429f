/** The order in which to switch the controls on, and for each how: what to log first, the setting, its undoing, and the proof in a later capture. */
import { displayWidth, escapeText, truncate } from '../../base/safe-text.ts'
import type { TextSink } from '../../base/text-sink.ts'
import { number, plural } from '../../base/wording.ts'
import type { ControlSetting } from '../../readiness/control-steps.ts'
import type { ControlSummary } from '../../readiness/readiness-row.ts'
import { stepsOf } from '../../readiness/steps/index.ts'
import { createPage, type PageOptions, type TextPage, writeParagraph } from '../text/page.ts'
import { unreadSentences } from '../verdict.ts'
import { type ControlDigest, digestControl } from './digest.ts'
import { type PlanStage, planOrder, stageOf } from './plan-order.ts'
import type { ReadinessReport } from './readiness-report.ts'
import { writeScope } from './scope.ts'

const STAGE_HEADS: Record<PlanStage, string> = {
  now: 'Now: nothing that was seen would break, but for what the policy exempts',
  'after-changes': 'After changes: something would break today',
  'see-more': 'After more was seen: too little is known of too many clients',
  'not-visible': 'Not visible in this traffic: ask the hosts',
}

/** Hosts that a step names. */
const HOSTS_NAMED = 4
const MAX_MESSAGE = 600

export function writePlan(report: ReadinessReport, sink: TextSink, options: PageOptions): void {
  const page = createPage(sink, options)
  const { controls, ledger, inputsUnread } = report
  writeScope(page, report)
  for (const text of unreadSentences(ledger.captures, inputsUnread)) writeParagraph(page, '', text)
  if (controls.every(({ hostsSeen }) => hostsSeen === 0)) return
  let stage: PlanStage | null = null
  for (const [i, summary] of planOrder(controls).entries()) {
    if (stageOf(summary) !== stage) {
      stage = stageOf(summary)
      sink.write('\n')
      writeParagraph(page, '', STAGE_HEADS[stage], stageStyle(page, stage))
    }
    writeStep(page, i + 1, summary, digestControl(report.rows, summary.control))
  }
}

function stageStyle({ style }: TextPage, stage: PlanStage): (text: string) => string {
  if (stage === 'now') return style.good
  return stage === 'after-changes' ? (text) => style.severity('high', text) : style.quiet
}

const INDENT = '     '

function writeStep(page: TextPage, place: number, summary: ControlSummary, digest: ControlDigest): void {
  const { sink, style, width } = page
  const { control, title, message, guide } = summary
  const steps = stepsOf(control)
  const start = `${String(place).padStart(3)}. `
  const shown = truncate(title, Math.max(8, width - start.length - control.length - 2))
  const gap = ' '.repeat(Math.max(2, width - start.length - displayWidth(shown) - control.length))
  sink.write(`\n${start}${style.strong(shown)}${gap}${style.quiet(control)}\n`)
  writeParagraph(page, INDENT, message)
  writeBlockers(page, summary, digest)
  writeParagraph(page, `${INDENT}Protects: `, steps.protects)
  writeSetting(page, 'First:    ', steps.audit)
  writeSetting(page, 'Then:     ', steps.enforce)
  writeSetting(page, 'Undo:     ', steps.undo)
  writeParagraph(page, `${INDENT}Proof:    `, steps.proof)
  writeParagraph(page, `${INDENT}Not shown: `, steps.unseen, style.quiet)
  writeParagraph(page, `${INDENT}Guide:    `, guide, style.quiet)
}

/** The hosts that must change before, and what. */
function writeBlockers(
  page: TextPage,
  { control, ready, breaks, exempt }: ControlSummary,
  digest: ControlDigest,
): void {
  const { blockers } = digest
  const label = `${INDENT}Hosts:    `
  if (breaks > 0) {
    const shown = blockers.top.slice(0, HOSTS_NAMED)
    const names = shown.map(({ client }) => client ?? '').join(', ')
    const rest = blockers.length - shown.length
    const more = rest > 0 ? ` and ${number(rest)} more: --hosts breaks --control ${control}` : ''
    writeParagraph(page, label, `${names}${more}`)
    for (const change of changes(digest)) writeParagraph(page, `${INDENT}Change:   `, change)
  } else if (ready > 0) {
    writeParagraph(
      page,
      label,
      `--hosts ready --control ${control} lists the ${plural(ready, 'client that is', 'clients that are')} ready`,
    )
  }
  if (exempt > 0) {
    const text = `${plural(exempt, 'client')} that the policy exempts would break too: --hosts exempt --control ${control}`
    writeParagraph(page, label, text)
  }
}

/** What to change first, for the pairs that break most often; each once. */
function changes({ breaks }: ControlDigest): string[] {
  const texts = breaks.top.map(({ change }) => change).filter((change) => change !== null)
  return [...new Set(texts)].slice(0, 2).map((text) => truncate(escapeText(text), MAX_MESSAGE))
}

function writeSetting(page: TextPage, label: string, { setting, powershell, samba }: ControlSetting): void {
  const { sink, style } = page
  writeParagraph(page, INDENT + label, setting)
  const under = ' '.repeat(INDENT.length + label.length)
  // Lines to copy are never wrapped.
  for (const line of powershell) sink.write(`${under}${style.quiet('PS>')} ${line}\n`)
  for (const line of samba) sink.write(`${under}${style.quiet('smb.conf:')} ${line}\n`)
}
