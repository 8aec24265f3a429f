/** The page of a control: the numbers, who would break, what was seen at work, and the steps to switch it on. */
import { number, plural } from '../../../base/wording.ts'
import type { ControlSetting } from '../../../readiness/control-steps.ts'
import type { ControlSummary, ReadinessEvidence } from '../../../readiness/readiness-row.ts'
import { stepsOf } from '../../../readiness/steps/index.ts'
import type { ControlRow } from '../../../rows/control-row.ts'
import type { EvidenceView } from '../../../view/evidence-view.ts'
import { EMPTY, fitLine, paragraphLines, section, segment, wireText } from '../../text/layout.ts'
import type { Line } from '../../text/line.ts'
import { evidenceLines } from '../evidence-lines.ts'
import { BAR_WORDS, readinessBar, rowLines } from '../readiness-parts.ts'

/** The frames that the page goes through: the first of each pair that would break, then those of what was seen at work. */
export function controlEvidence({ worst, credits }: ControlRow): ReadinessEvidence[] {
  return [...worst.flatMap(({ evidence }) => evidence.slice(0, 1)), ...credits.flatMap(({ evidence }) => evidence)]
}

/** @param notListed rows of all controls that are not kept */
export function controlLines(row: ControlRow, evidence: EvidenceView | null, notListed: number, width: number): Line[] {
  const { summary, credits, worst, breaks } = row
  const steps = stepsOf(row.control)
  const text = (words: string) => paragraphLines(words, width, '  ')
  const rest = breaks - worst.length
  return [
    fitLine([segment(summary.title, 'strong'), segment(`  ${row.control}`, 'quiet')], width),
    ...(summary.observable
      ? [readinessBar(summary, Math.min(width, 60)), ...paragraphLines(BAR_WORDS, width, '', 'quiet')]
      : []),
    EMPTY,
    ...paragraphLines(summary.message, width),
    ...paragraphLines(countText(summary), width, '', 'quiet'),
    ...section(
      'Would break',
      worst.flatMap((each) => rowLines(each, width)),
      width,
    ),
    ...(rest > 0 ? text(`and ${plural(rest, 'more pair')}: Enter lists all rows.`) : []),
    ...(notListed > 0
      ? text(
          `${plural(notListed, 'row')} of all controls are not listed, ready ones first; smblens readiness -f ndjson writes all.`,
        )
      : []),
    ...section(
      'Seen at work',
      credits.flatMap(({ what, count }) => text(`${what} Seen ${plural(count, 'time')}.`)),
      width,
    ),
    ...(evidence === null ? [] : [EMPTY, ...evidenceLines(evidence, width)]),
    ...section('What it protects', text(steps.protects), width),
    ...section('What to do first', settingLines(steps.audit, width), width),
    ...section('What to do then', settingLines(steps.enforce, width), width),
    ...section('How to undo it', settingLines(steps.undo, width), width),
    ...section('How a later capture proves it', text(steps.proof), width),
    ...section('Not shown by any capture', text(wireText(steps.unseen)), width),
    ...section('In "Protect SMB traffic from interception"', text(summary.guide), width),
  ]
}

function countText({ ready, breaks, exempt, notObserved }: ControlSummary): string {
  return `Clients: ${number(ready)} ready, ${number(breaks)} would break, ${number(exempt)} exempt, ${number(notObserved)} not seen.`
}

function settingLines({ setting, powershell, samba }: ControlSetting, width: number): Line[] {
  return [
    ...paragraphLines(setting, width, '  '),
    ...powershell.flatMap((line) => paragraphLines(line, width, '  PS> ', 'accent')),
    ...samba.flatMap((line) => paragraphLines(line, width, '  smb.conf: ', 'accent')),
  ]
}
