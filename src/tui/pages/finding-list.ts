/** The findings about a session or a host, on its page. */
import { pad } from '../../base/safe-text.ts'
import { number } from '../../base/wording.ts'
import type { FindingRow } from '../../rows/finding-row.ts'
import { paragraphLines, segment, wireText } from '../text/layout.ts'
import type { Line } from '../text/line.ts'

/** Findings that are listed; the others are only counted. */
const MAX_FINDINGS = 100
const LABEL = 12

export function findingList(findings: readonly FindingRow[], width: number): Line[] {
  const lines = findings.slice(0, MAX_FINDINGS).flatMap((finding) => {
    const [first = [], ...rest] = paragraphLines(wireText(finding.message), width - LABEL)
    const times = finding.count > 1 ? [segment(` x${number(finding.count)}`, 'quiet')] : []
    const titles = paragraphLines(wireText(finding.title), width - LABEL - 8, '', 'strong')
    const label = segment(`  ${pad(finding.severity.toUpperCase(), LABEL - 2)}`, finding.severity)
    const blank = segment(' '.repeat(LABEL))
    return [
      ...titles.map((line, i): Line => [i === 0 ? label : blank, ...line, ...(i === titles.length - 1 ? times : [])]),
      ...[first, ...rest].map((line): Line => [blank, ...line]),
    ]
  })
  const more = findings.length - MAX_FINDINGS
  return more > 0 ? [...lines, [segment(`  and ${number(more)} more`, 'quiet')]] : lines
}
