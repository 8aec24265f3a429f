/** Controls that were seen working: what is already gained. */
import { escapeText, truncate } from '../../base/safe-text.ts'
import { plural } from '../../base/wording.ts'
import type { Credit, ReadinessEvidence } from '../../readiness/readiness-row.ts'
import { type TextPage, writeParagraph } from './page.ts'

export function writeCredits(page: TextPage, credits: readonly Credit[], manyCaptures: boolean): void {
  if (credits.length === 0) return
  page.sink.write(`\n${page.style.good('Seen at work')}\n`)
  for (const { control, what, count, evidence } of credits) {
    const [first] = evidence
    const where = first === undefined ? '' : `, first in ${framePlace(first, manyCaptures)}`
    writeParagraph(page, `  ${control}: `, `${what} Seen ${plural(count, 'time')}${where}.`)
  }
}

/** Columns for a path, whose length somebody else chose. */
const MAX_PATH = 64

/** `frame 11`, or `office.pcap frame 11` where there are several captures. */
export function framePlace({ capture, frame }: ReadinessEvidence, manyCaptures: boolean): string {
  return manyCaptures ? `${truncate(escapeText(capture), MAX_PATH)} frame ${frame}` : `frame ${frame}`
}
