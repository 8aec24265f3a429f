/** What a prediction rests on. */
import { plural } from '../../base/wording.ts'
import { captureSpan } from '../text/capture-span.ts'
import { type TextPage, writeParagraph } from '../text/page.ts'
import { durationText, timeWorth } from './observed.ts'
import type { ReadinessReport } from './readiness-report.ts'

/** Whether there is anything to predict. */
export function hasSmb({ controls }: Pick<ReadinessReport, 'controls'>): boolean {
  return controls.some(({ hostsSeen }) => hostsSeen > 0)
}

/** What was read, and what that is worth. */
export function writeScope(page: TextPage, report: ReadinessReport): void {
  const { controls, ledger } = report
  const { captures } = ledger
  if (!hasSmb(report)) {
    const packets = captures.reduce((sum, capture) => sum + capture.packets, 0)
    writeParagraph(page, '', `No SMB in ${plural(packets, 'packet')}: there is nothing to predict.`, page.style.strong)
    return
  }
  const [{ hostsSeen = 0, observedSeconds = 0 } = {}] = controls
  const facts = [
    plural(captures.length, 'capture'),
    `${durationText(observedSeconds)} of traffic`,
    `${plural(hostsSeen, 'host')} with SMB`,
    ...captureSpan(captures),
  ]
  const seen = `Seen: ${facts.join(', ')}.`
  writeParagraph(page, '', `${seen} ${timeWorth(observedSeconds)}`, page.style.quiet)
}
