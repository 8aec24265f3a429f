/** What a policy does to the cases of rules: cases that are exempt are counted and left out, others get the severity that the policy sets. */
import { sharesOf } from '../ledger/derived/shares.ts'
import { covers, type ExemptionSubject, hasEnded } from '../policy/exempt.ts'
import type { Exemption, Policy } from '../policy/policy.ts'
import type { ExemptionCounts } from './exemption-counts.ts'
import type { AuditFacts } from './rule/audit-facts.ts'
import { type Draft, type Rule, SEVERITIES, type Severity } from './rule/rule.ts'
import { namedSession } from './subject-key.ts'

/** Does this policy change anything about the cases that rules report? */
export function changesCases({ exemptions, severities }: Policy): boolean {
  return exemptions.length > 0 || severities.size > 0
}

/** @returns null where the case is exempt */
export function applyPolicy(rule: Rule, draft: Draft, facts: AuditFacts, counts: ExemptionCounts): Draft | null {
  const { exemptions, severities } = facts.policy
  if (exemptions.length > 0 && isExempt(subjectOf(rule, draft, facts), exemptions, counts)) return null
  const severity = SEVERITIES.find((each) => each === severities.get(rule.id))
  return severity === undefined ? draft : withSeverity(rule, draft, severity)
}

function isExempt(subject: ExemptionSubject, exemptions: readonly Exemption[], counts: ExemptionCounts): boolean {
  let ended: Exemption | null = null
  for (const exemption of exemptions) {
    if (!covers(exemption, subject)) continue
    if (hasEnded(exemption, subject.time)) {
      ended ??= exemption
      continue
    }
    counts.of(exemption.number).hidden++
    return true
  }
  if (ended !== null) counts.of(ended.number).foundAgain++
  return false
}

/**
 * An info from a rule that reports worse things says that a control did its work, or that nothing came of an attempt: a policy that makes the rule more
 * severe does not mean those.
 */
function withSeverity(rule: Rule, draft: Draft, severity: Severity): Draft {
  if (draft.severity === 'info' && rule.severity !== 'info') return draft
  return { ...draft, severity }
}

function subjectOf(rule: Rule, draft: Draft, facts: AuditFacts): ExemptionSubject {
  const { connection, session, at } = draft
  const { client, server } = connection
  const named = namedSession(draft)
  return {
    id: rule.id,
    client: { ip: client.ip, names: facts.namesOf(connection, client.ip) },
    server: { ip: server.ip, names: facts.namesOf(connection, server.ip) },
    user: draft.user !== undefined ? draft.user : (named?.user ?? null),
    domain: named?.domain ?? null,
    shares: draft.shares ?? (session === null ? [] : sharesOf(session)),
    // A session that goes on after the end of an exemption is no longer covered by it.
    time: Math.max(at.time, (session ?? connection).lastTime),
  }
}
