/** Rules, each with what its survey has seen. */
import type { AuditFacts } from './rule/audit-facts.ts'
import type { Draft, Rule } from './rule/rule.ts'

export interface SurveyedRule {
  readonly rule: Rule
  /** Made by the rule's own survey; undefined if it has none. */
  readonly known: unknown
}

/** The surveys of these rules, before they have seen anything. */
export function startSurveys(rules: readonly Rule[]): SurveyedRule[] {
  return rules.map((rule) => ({ rule, known: rule.survey?.start() }))
}

/** Is there a rule that must see the whole ledger first? */
export function needSurvey(rules: readonly SurveyedRule[]): boolean {
  return rules.some(({ rule }) => rule.survey !== undefined)
}

export function survey(rules: readonly SurveyedRule[], facts: AuditFacts): void {
  for (const { rule, known } of rules) rule.survey?.note(facts, known)
}

/** Call this between the ledgers of one live capture. */
export function boundSurveys(rules: readonly SurveyedRule[]): void {
  for (const { rule, known } of rules) rule.survey?.bound(known)
}

export function evaluate({ rule, known }: SurveyedRule, facts: AuditFacts): Iterable<Draft> {
  return rule.survey === undefined ? rule.evaluate(facts) : rule.evaluate(facts, known)
}
