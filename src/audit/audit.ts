/**
 * Runs rules over a ledger and groups what they report into findings: one for each rule, capture and subject. A finding is counted; its message describes the
 * worst of its cases, and the first frames of that severity are its evidence. The same ledger gives the same findings, for any order of its parts.
 *
 * A finding depends on its own capture alone, so merged ledgers have the findings of each. Only a rule with the subject `network` looks across captures.
 */

import { runToEnd } from '../base/steps.ts'
import { NamesSeen } from '../ledger/derived/names-seen.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Policy } from '../policy/policy.ts'
import { DEFAULT_LIMITS } from '../track/core/limits.ts'
import type { Finding } from './finding.ts'
import { FindingGroups } from './finding-groups.ts'
import { type FindingList, listFindings } from './finding-list.ts'
import { factsInParts, linkSessions } from './ledger-parts.ts'
import { applyPolicy, changesCases } from './policy-effect.ts'
import type { AuditFacts } from './rule/audit-facts.ts'
import type { Draft, Rule } from './rule/rule.ts'
import { RULES } from './rules/index.ts'
import { evaluate, needSurvey, type SurveyedRule, startSurveys, survey } from './surveyed-rule.ts'

export interface AuditOptions {
  policy: Policy
  /** Default: all of the catalogue. */
  rules?: readonly Rule[]
  /** Called with every case before cases become findings, so that a caller can count them by connection or session. */
  onCase?: (draft: Draft) => void
  /** Called once with every part of the ledger, so that a caller can look at what the rules look at. */
  onPart?: ((facts: AuditFacts) => void) | undefined
  /** Bytes that packed findings may take, plus 4 kB for each capture. Beyond that the least severe are left out. The default is in DEFAULT_LIMITS. */
  findingBytes?: number | undefined
}

/** Bytes of findings for each capture, about eight findings. */
const CAPTURE_FINDINGS = 4096

export function audit(ledger: Ledger, options: AuditOptions): Finding[] {
  return [...auditList(ledger, options)]
}

/** The same without an array of them. */
export function auditList(ledger: Ledger, options: AuditOptions): FindingList {
  return runToEnd(auditSteps(ledger, options))
}

/** The same in small pieces, with a yield after each. The ledger must not change until the end. */
export function* auditSteps(ledger: Ledger, options: AuditOptions): Generator<null, FindingList> {
  const { findingBytes = DEFAULT_LIMITS.findingBytes, rules = RULES } = options
  const groups = new FindingGroups(rules, findingBytes + ledger.captures.length * CAPTURE_FINDINGS)
  yield* groupSteps(ledger, options, groups, startSurveys(rules), namesFor(options))
  return yield* listFindings(groups)
}

/** Where names of hosts are collected; null if the policy needs none. */
export function namesFor({ policy }: AuditOptions): NamesSeen | null {
  return policy.usesNames ? new NamesSeen() : null
}

/**
 * Adds to `groups` what the rules report for this ledger, after their surveys have seen all of it.
 *
 * @param rules those of `groups`, in their order
 * @param names as `namesFor` made it: what it has learnt of earlier ledgers of a live capture stays
 */
export function* groupSteps(
  ledger: Ledger,
  { policy, onCase, onPart }: AuditOptions,
  groups: FindingGroups,
  rules: readonly SurveyedRule[],
  names: NamesSeen | null,
): Generator<null, void> {
  const links = yield* linkSessions(ledger)
  const shared = { policy, names }
  if (names !== null) {
    for (const facts of factsInParts(ledger, links, shared)) {
      if (facts !== null) for (const each of facts.ledger.connections) names.note(each, facts.sessionsOf(each))
      yield null
    }
  }
  if (needSurvey(rules)) {
    for (const facts of factsInParts(ledger, links, shared)) {
      if (facts !== null) survey(rules, facts)
      yield null
    }
  }
  const changes = changesCases(policy)
  for (const facts of factsInParts(ledger, links, shared)) {
    yield null
    if (facts === null) continue
    onPart?.(facts)
    for (const [i, rule] of rules.entries()) {
      for (const reported of evaluate(rule, facts)) {
        const draft = changes ? applyPolicy(rule.rule, reported, facts, groups.exempted) : reported
        if (draft === null) continue
        groups.add(i, draft)
        onCase?.(draft)
      }
      yield null
    }
  }
}
