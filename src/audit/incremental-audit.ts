/**
 * The audit of a live capture. Traffic that has ended is judged once, and only its findings are kept. Traffic that may still change is judged again each
 * time. A finding counts both.
 */

import { runToEnd } from '../base/steps.ts'
import type { NamesSeen } from '../ledger/derived/names-seen.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { type AuditOptions, groupSteps, namesFor } from './audit.ts'
import { FindingGroups } from './finding-groups.ts'
import { type FindingList, listFindings } from './finding-list.ts'
import type { Rule } from './rule/rule.ts'
import { RULES } from './rules/index.ts'
import { boundSurveys, type SurveyedRule, startSurveys } from './surveyed-rule.ts'

/** Findings of traffic that has ended. If there are more, the ones that were seen least recently are forgotten. */
const KEPT_FINDINGS = 50_000
const FORGOTTEN_SHARE = 1 / 4

export class IncrementalAudit {
  /** Findings that were forgotten. */
  forgotten = 0
  private readonly options: AuditOptions
  private readonly rules: readonly Rule[]
  /** The rules' surveys, which remember what was in earlier ledgers. */
  private readonly surveyed: readonly SurveyedRule[]
  private readonly names: NamesSeen | null
  private readonly kept: number
  private past: FindingGroups

  constructor(options: AuditOptions, kept = KEPT_FINDINGS) {
    this.options = options
    this.rules = options.rules ?? RULES
    this.surveyed = startSurveys(this.rules)
    this.names = namesFor(options)
    this.kept = kept
    this.past = new FindingGroups(this.rules, options.findingBytes)
  }

  /** Judges traffic that has ended. None of it may be in a later ledger. */
  settle(ledger: Ledger): void {
    this.bound()
    runToEnd(groupSteps(ledger, this.options, this.past, this.surveyed, this.names))
    if (this.past.rows.size > this.kept) this.forget()
  }

  /**
   * The findings of this ledger, with the settled cases of the same findings. If `all`, also the findings that only settled traffic has. Works in small
   * pieces, with a yield after each; the ledger must not change until the end.
   */
  *findings(ledger: Ledger, all: boolean, onCase?: AuditOptions['onCase']): Generator<null, FindingList> {
    const { past, rules, options } = this
    const groups = new FindingGroups(rules, options.findingBytes)
    this.bound()
    yield* groupSteps(ledger, onCase ? { ...options, onCase } : options, groups, this.surveyed, this.names)
    groups.exempted.add(past.exempted)
    const { rows } = all ? past : groups
    // A group that grows may move others, so the names are read first.
    const names = [...rows.rows()].map((row) => rows.peek(row, 'id'))
    for (const name of names) {
      const before = past.find(name)
      if (before !== null) groups.merge(before)
      yield null
    }
    return yield* listFindings(groups)
  }

  private bound(): void {
    boundSurveys(this.surveyed)
    this.names?.bound()
  }

  private forget(): void {
    const { rows, exempted } = this.past
    const newest = [...rows.rows()]
      .map((row) => ({ row, time: rows.peek(row, 'lastTime') }))
      .sort((a, b) => b.time - a.time)
    const left = newest.slice(0, Math.floor(this.kept * (1 - FORGOTTEN_SHARE)))
    this.forgotten += newest.length - left.length
    this.past = new FindingGroups(this.rules, this.options.findingBytes)
    this.past.exempted.add(exempted)
    for (const { row } of left.sort((a, b) => a.row - b.row)) this.past.merge(rows.get(row))
  }
}
