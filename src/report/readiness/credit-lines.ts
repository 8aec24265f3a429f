/** Controls that were seen working: what is already gained. */
import { plural } from '../../base/wording.ts'
import type { Credit } from '../../readiness/readiness-row.ts'
import { type TextPage, writeParagraph } from '../text/page.ts'
import { framePlace } from './row-paragraphs.ts'

export function writeCredits(page: TextPage, credits: readonly Credit[], manyCaptures: boolean): void {
  if (credits.length === 0) return
  page.sink.write(`\n${page.style.good('Seen at work')}\n`)
  for (const { control, what, count, evidence } of credits) {
    const [first] = evidence
    const where = first === undefined ? '' : `, first in ${framePlace(first, manyCaptures)}`
    writeParagraph(page, `  ${control}: `, `${what} Seen ${plural(count, 'time')}${where}.`)
  }
}
