/** `--fail-on` of a comparison: which changes make a script fail. */
import { atLeast, SEVERITIES, type Severity } from '../audit/rule/rule.ts'
import { didYouMean } from '../base/did-you-mean.ts'
import { type Difference, severityOf } from './difference.ts'

/** new: was not found before. regressed: of these, what was well before. worse: more severe than before. breaks: a readiness row that did not break. */
export const FAILURES = ['new', 'regressed', 'worse', 'breaks'] as const

export interface FailOn {
  what: (typeof FAILURES)[number]
  /** The least severe that counts; null for breaks. */
  severity: Severity | null
}

/** @throws RangeError that says what to write instead. @param text as `new:high`, `worse` or `breaks` */
export function parseFailOn(text: string): FailOn {
  const [what = '', level] = text.split(':', 2)
  const found = FAILURES.find((each) => each === what)
  if (found === undefined) throw new RangeError(`Use one of ${FAILURES.join(', ')}${didYouMean(what, FAILURES)}.`)
  if (found === 'breaks') {
    if (level !== undefined) throw new RangeError('A readiness row has no severity: use breaks alone.')
    return { what: found, severity: null }
  }
  const severity = level === undefined ? 'info' : SEVERITIES.find((each) => each === level)
  if (severity === undefined) {
    throw new RangeError(`Behind ${what}: use one of ${SEVERITIES.join(', ')}${didYouMean(level ?? '', SEVERITIES)}.`)
  }
  return { what: found, severity }
}

/** How many changes these are. */
export function failures({ findings, readiness }: Difference, conditions: readonly FailOn[]): number {
  let count = 0
  for (const each of findings ?? []) {
    const { change, reason } = each
    const holds = ({ what, severity }: FailOn) => {
      if (severity === null || !atLeast(severityOf(each), severity)) return false
      return what === change || (what === 'regressed' && change === 'new' && reason === null)
    }
    if (conditions.some(holds)) count++
  }
  if (conditions.some(({ what }) => what === 'breaks')) {
    for (const { change } of readiness?.rows ?? []) if (change === 'new') count++
  }
  return count
}
