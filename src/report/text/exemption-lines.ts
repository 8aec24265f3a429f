/** What the exemptions of a policy hide, in sentences: those that hide something, and those that have ended. */
import { plural } from '../../base/wording.ts'
import type { ExemptionRecord, PolicyRecord } from '../records/policy.ts'

/** Empty where no exemption hides anything and none has ended. Not escaped. */
export function exemptionLines({ exemptions }: PolicyRecord): string[] {
  return exemptions.flatMap((each) => exemptionLine(each) ?? [])
}

function exemptionLine({ number, reason, until, expired, hidden, foundAgain }: ExemptionRecord): string | null {
  const day = until?.slice(0, 10)
  if (!expired && !hidden) return null
  const hides = hidden ? `hides ${plural(hidden, 'case')}` : null
  if (!expired) return `${number} ${hides}${day === undefined ? ', without an end' : ` until ${day}`}: ${reason}`
  const before = hides === null ? 'hides nothing' : `${hides} from before`
  const again = foundAgain ? `; ${plural(foundAgain, 'later case')} ${foundAgain === 1 ? 'is' : 'are'} found again` : ''
  return `${number} has expired on ${day} and ${before}${again}: ${reason}`
}
