/** What rules receive of a ledger that is small enough for one part. */
import { factsInParts, linkSessions } from '../../src/audit/ledger-parts.ts'
import type { AuditFacts } from '../../src/audit/rule/audit-facts.ts'
import type { Draft, Rule } from '../../src/audit/rule/rule.ts'
import { evaluate, startSurveys, survey } from '../../src/audit/surveyed-rule.ts'
import { NamesSeen } from '../../src/ledger/derived/names-seen.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import type { Policy } from '../../src/policy/policy.ts'

export function partsOf(ledger: Ledger, policy: Policy): AuditFacts[] {
  const linking = linkSessions(ledger)
  let step = linking.next()
  while (!step.done) step = linking.next()
  return [...factsInParts(ledger, step.value, { policy, names: namesIn(ledger) })].filter((facts) => facts !== null)
}

function namesIn({ connections, sessions }: Ledger): NamesSeen {
  const names = new NamesSeen()
  for (const connection of connections)
    names.note(
      connection,
      [...sessions].filter((session) => session.connection === connection.id),
    )
  return names
}

export function factsOf(ledger: Ledger, policy: Policy): AuditFacts {
  const [facts, ...others] = partsOf(ledger, policy)
  if (facts === undefined || others.length > 0) throw new Error(`${others.length + 1} parts`)
  return facts
}

/** What a rule reports for the whole ledger of `facts`. */
export function draftsOf(rule: Rule, facts: AuditFacts): Draft[] {
  const surveyed = startSurveys([rule])
  survey(surveyed, facts)
  return surveyed.flatMap((each) => [...evaluate(each, facts)])
}
