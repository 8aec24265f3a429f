/**
 * Rules over a ledger, and what they say grouped into findings: one for each rule, capture and subject, counted, with the worst of its cases
 * in the message and the first frames of that severity as evidence. The same ledger gives the same findings, in whatever order its parts are.
 *
 * A finding depends on its own capture alone, so the findings of merged ledgers are those of each.
 */
import type { Ledger } from '../track/ledger.ts'
import { factsInParts, linkSessions } from './facts.ts'
import { type FindingList, listFindings } from './finding-list.ts'
import type { Finding } from './findings.ts'
import { Groups } from './groups.ts'
import type { Networks } from './networks.ts'
import type { Draft, Rule } from './rule.ts'
import { RULES } from './rules/index.ts'
import { emptySurvey } from './survey.ts'

/** Findings put into words between two rests. */
const FINDINGS_AT_ONCE = 64

export interface AuditOptions {
  networks: Networks
  /** All of the catalogue unless given. */
  rules?: readonly Rule[]
  /** Told of every case, before cases become findings: for whoever counts them by connection or session. */
  onCase?: (draft: Draft) => void
}

export function audit(ledger: Ledger, options: AuditOptions): Finding[] {
  return [...auditList(ledger, options)]
}

/** The same without an array of them. */
export function auditList(ledger: Ledger, options: AuditOptions): FindingList {
  const steps = listSteps(ledger, options)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** The same as `audit` in small pieces, with a rest after each: for a caller that has other things to do meanwhile. The ledger must not change until the end. */
export function* auditSteps(ledger: Ledger, options: AuditOptions): Generator<null, Finding[]> {
  const list = yield* listSteps(ledger, options)
  const findings: Finding[] = []
  for (const finding of list) {
    findings.push(finding)
    if (findings.length % FINDINGS_AT_ONCE === 0) yield null
  }
  return findings
}

function* listSteps(ledger: Ledger, { networks, rules = RULES, onCase }: AuditOptions): Generator<null, FindingList> {
  const links = yield* linkSessions(ledger)
  const survey = emptySurvey()
  const surveying = rules.filter((rule) => rule.survey !== undefined)
  if (surveying.length > 0) {
    for (const facts of factsInParts(ledger, links, networks, survey)) {
      if (facts !== null) for (const rule of surveying) rule.survey?.(facts)
      yield null
    }
  }
  const groups = new Groups(rules)
  for (const facts of factsInParts(ledger, links, networks, survey)) {
    yield null
    if (facts === null) continue
    for (const [i, rule] of rules.entries()) {
      for (const draft of rule.evaluate(facts)) {
        groups.add(i, draft)
        onCase?.(draft)
      }
      yield null
    }
  }
  return yield* listFindings(groups)
}
