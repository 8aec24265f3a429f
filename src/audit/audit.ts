/**
 * Rules over a ledger, and what they say grouped into findings: one for each rule, capture and subject, counted, with the worst of its cases
 * in the message and the first frames of that severity as evidence. The same ledger gives the same findings, in whatever order its parts are.
 *
 * A finding depends on its own capture alone, so the findings of merged ledgers are those of each.
 */

import { runToEnd } from '../base/steps.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Networks } from '../policy/networks.ts'
import { DEFAULT_LIMITS } from '../track/core/limits.ts'
import type { Finding } from './finding.ts'
import { Groups } from './finding-groups.ts'
import { type FindingList, listFindings } from './finding-list.ts'
import { factsInParts, linkSessions } from './ledger-parts.ts'
import type { Draft, Rule } from './rule/rule.ts'
import { emptySurvey, type Survey } from './rule/survey.ts'
import { RULES } from './rules/index.ts'

export interface AuditOptions {
  networks: Networks
  /** All of the catalogue unless given. */
  rules?: readonly Rule[]
  /** Told of every case, before cases become findings: for whoever counts them by connection or session. */
  onCase?: (draft: Draft) => void
  /** Bytes that findings may take, packed, and 4 kB more for each capture; of more the least severe are left out. DEFAULT_LIMITS has what is usual. */
  findingBytes?: number | undefined
}

/** Bytes of findings that each of many captures may have: some eight findings. */
const CAPTURE_FINDINGS = 4096

export function audit(ledger: Ledger, options: AuditOptions): Finding[] {
  return [...auditList(ledger, options)]
}

/** The same without an array of them. */
export function auditList(ledger: Ledger, options: AuditOptions): FindingList {
  return runToEnd(auditSteps(ledger, options))
}

/** The same in small pieces, with a rest after each. The ledger must not change until the end. */
export function* auditSteps(ledger: Ledger, options: AuditOptions): Generator<null, FindingList> {
  const { findingBytes = DEFAULT_LIMITS.findingBytes } = options
  const groups = new Groups(options.rules ?? RULES, findingBytes + ledger.captures.length * CAPTURE_FINDINGS)
  yield* groupSteps(ledger, options, groups, emptySurvey())
  return yield* listFindings(groups)
}

/** Adds to `groups`, whose rules are those of the options, what the rules say of this ledger, after `survey` has seen all of it. */
export function* groupSteps(
  ledger: Ledger,
  { networks, rules = RULES, onCase }: AuditOptions,
  groups: Groups,
  survey: Survey,
): Generator<null, void> {
  const links = yield* linkSessions(ledger)
  const surveying = rules.filter((rule) => rule.survey !== undefined)
  if (surveying.length > 0) {
    for (const facts of factsInParts(ledger, links, networks, survey)) {
      if (facts !== null) for (const rule of surveying) rule.survey?.(facts)
      yield null
    }
  }
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
}
