/** What rules are given, of a ledger that is small enough for one part. */
import { factsInParts, linkSessions } from '../../src/audit/ledger-parts.ts'
import type { AuditFacts } from '../../src/audit/rule/rule.ts'
import { emptySurvey } from '../../src/audit/rule/survey.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Networks } from '../../src/policy/networks.ts'

export function partsOf(ledger: Ledger, networks: Networks): AuditFacts[] {
  const linking = linkSessions(ledger)
  let step = linking.next()
  while (!step.done) step = linking.next()
  return [...factsInParts(ledger, step.value, networks, emptySurvey())].filter((facts) => facts !== null)
}

export function factsOf(ledger: Ledger, networks: Networks): AuditFacts {
  const [facts, ...others] = partsOf(ledger, networks)
  if (facts === undefined || others.length > 0) throw new Error(`${others.length + 1} parts`)
  return facts
}
