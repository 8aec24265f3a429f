/**
 * Records of a live capture. The last record with an id is the valid one. Connections, sessions and findings are reported when they are first seen,
 * and again when they have changed. What only grows (frames, messages, times) is up to date in the last record of each, when it has ended.
 */

import { ExemptionCounts } from '../audit/exemption-counts.ts'
import type { Finding } from '../audit/finding.ts'
import type { FindingList } from '../audit/finding-list.ts'
import { IncrementalAudit } from '../audit/incremental-audit.ts'
import type { Rule, Severity } from '../audit/rule/rule.ts'
import { hashText } from '../base/seeded-hash.ts'
import type { Facts } from '../ledger/facts-list.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { TABLE_NAMES, type TableEntry, type TableName, type Tables } from '../ledger/tables.ts'
import { addTotals, emptyTotals, type Totals } from '../ledger/whole/totals.ts'
import type { Policy } from '../policy/policy.ts'
import { type FindingRecord, findingRecord } from '../report/records/finding.ts'
import type { WithdrawalRecord } from '../report/records/live/withdrawal.ts'
import type { Changes, ReadPosition } from '../track/partial-ledger.ts'
import type { Tracker } from '../track/tracker.ts'
import { type EntryRecord, LIVE_TABLES, type LiveTable, watchedValues } from './live-tables.ts'

export interface LiveRecordsOptions {
  rules: readonly Rule[]
  policy: Policy
  /** Less severe findings are left out. */
  minSeverity: Severity | null
  /** How many connections that have ended stay in the audit, for findings about several connections. */
  keep: number
}

export type ChangeRecord = EntryRecord | FindingRecord | WithdrawalRecord

/** The last record of an entry: a hash of what it held, and the entry's last frame then. */
interface Emitted {
  hash: number
  lastFrame: number
}

/** The last record of a finding, and when it was emitted, in real milliseconds. */
interface EmittedFinding {
  rule: string
  severity: Severity
  count: number
  hash: number
  emittedAt: number
}

/** Which findings are emitted: new and more severe ones; also those that have grown a lot or changed long ago; or all that have changed. */
type Emission = 'new' | 'grown' | 'changed'

/** A finding whose count alone has changed is emitted again when the count has grown by this factor, or after this time. */
const GROWN = 2
const EMIT_AGAIN_MS = 3_600_000

/** How many findings, and how many entries of tables, have their last record remembered: not all that leaves the ledger is retired. */
const REMEMBERED = 50_000

export class LiveRecords {
  private readonly retired = emptyTotals()
  /** Findings that were emitted and not withdrawn, those of retired entries included. */
  readonly bySeverity: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  /** Findings of the last audit that are less severe than those that are shown. */
  hidden = 0
  /** What the exemptions of the policy have hidden, as of the last audit. */
  exempted = new ExemptionCounts()
  private readonly tracker: Tracker
  private readonly options: LiveRecordsOptions
  private readonly audit: IncrementalAudit
  private readonly rules: ReadonlyMap<string, Rule>
  private readonly emitted = new Map<string, Emitted>()
  private readonly findings = new Map<string, EmittedFinding>()
  /** Ids of those that the last audit found in the ledger. */
  private holding: ReadonlySet<string> = new Set()
  private position: ReadPosition | null = null

  constructor(tracker: Tracker, options: LiveRecordsOptions) {
    this.tracker = tracker
    this.options = options
    this.audit = new IncrementalAudit(options)
    this.rules = new Map(options.rules.map((rule) => [rule.id, rule]))
  }

  /**
   * What has changed since the last call, in small steps. Null only ends a step; no packet may be read then, since packets change the facts.
   *
   * @param grown also known findings that have grown a lot
   */
  *changes(grown: boolean): Generator<ChangeRecord | null, void> {
    const { ledger, changes, position } = this.tracker.partialLedger(this.position)
    this.position = position
    for (const name of TABLE_NAMES) yield* this.changedEntries(name, changes)
    yield* this.found(ledger, yield* this.audit.findings(ledger, false), grown ? 'grown' : 'new')
    this.retire()
  }

  /** The last records of everything that has not had one. `ledger` is what the tracker returned when it was finished. */
  *last(ledger: Ledger): Generator<ChangeRecord | null, void> {
    for (const name of TABLE_NAMES) yield* this.lastEntries(name, ledger)
    yield* this.found(ledger, yield* this.audit.findings(ledger, true), 'changed')
  }

  /** The totals since the start. `ledger` has everything that was not retired. */
  totals(ledger: Ledger): Totals {
    const totals = { ...this.retired }
    addTotals(totals, ledger)
    return totals
  }

  private *changedEntries<N extends TableName>(
    name: N,
    changes: { [M in TableName]: Changes<Tables[M]> },
  ): Generator<ChangeRecord | null> {
    const table = LIVE_TABLES[name] as LiveTable<Tables[N]> | undefined
    if (table === undefined) return
    const { open, settled } = changes[name] as Changes<Tables[N]>
    const { networks } = this.options.policy
    for (const facts of open) {
      const before = this.emitted.get(facts.id)
      if (before?.lastFrame === facts.lastFrame || !table.isReportable(facts)) continue
      const hash = hashText(JSON.stringify(watchedValues(facts, table)))
      this.emitted.set(facts.id, { hash, lastFrame: facts.lastFrame })
      yield before?.hash === hash ? null : table.record(facts, networks)
    }
    for (const facts of settled) yield this.ifNew(facts, table.record(facts, networks))
  }

  private *lastEntries<N extends TableName>(name: N, ledger: Ledger): Generator<ChangeRecord | null> {
    const table = LIVE_TABLES[name] as LiveTable<Tables[N]> | undefined
    if (table === undefined) return
    for (const facts of ledger[name] as Facts<Tables[N]>)
      yield this.ifNew(facts, table.record(facts, this.options.policy.networks))
  }

  /** The record, or null if the last record of this entry was the same. */
  private ifNew(entry: TableEntry, record: EntryRecord): EntryRecord | null {
    const { id, lastFrame } = entry
    const hash = hashText(JSON.stringify(record))
    if (this.emitted.get(id)?.hash === hash) return null
    this.emitted.set(id, { hash, lastFrame })
    return record
  }

  /** Emits those of `list`, the findings of `ledger`, that are due, and withdraws findings that no longer apply. */
  private *found(
    ledger: Ledger,
    list: FindingList,
    emission: Emission,
  ): Generator<FindingRecord | WithdrawalRecord | null> {
    const { minSeverity } = this.options
    const before = this.holding
    const holding = new Set<string>()
    const shown = minSeverity === null ? list : list.atLeast(minSeverity)
    this.holding = holding
    this.hidden = list.length - shown.length
    this.exempted = list.exempted
    for (const finding of shown) {
      holding.add(finding.id)
      yield this.isDue(finding, emission) ? findingRecord(finding, this.rules.get(finding.rule)) : null
    }
    const gone = [...before].filter((id) => !holding.has(id))
    if (gone.length > 0) yield* this.withdrawn(gone, ledger)
  }

  /** Those of `gone` that do not apply to retired entries either. */
  private *withdrawn(gone: readonly string[], ledger: Ledger): Generator<WithdrawalRecord | null> {
    const all = new Set<string>()
    for (const { id } of yield* this.audit.findings(ledger, true)) all.add(id)
    for (const id of gone) {
      const emitted = this.findings.get(id)
      if (emitted === undefined || all.has(id)) continue
      this.findings.delete(id)
      this.bySeverity[emitted.severity]--
      yield { type: 'withdrawal', id, rule: emitted.rule }
    }
  }

  /** Should the finding be emitted now? If so, it is noted as emitted. */
  private isDue(finding: Finding, emission: Emission): boolean {
    const { id, rule, severity, count } = finding
    const before = this.findings.get(id)
    if (before !== undefined && before.severity === severity && emission === 'new') return false
    const hash = hashText(JSON.stringify(finding))
    const now = performance.now()
    if (before !== undefined && before.severity === severity) {
      if (before.hash === hash) return false
      if (emission === 'grown' && count < GROWN * before.count && now - before.emittedAt < EMIT_AGAIN_MS) return false
    }
    if (before !== undefined) this.bySeverity[before.severity]--
    this.bySeverity[severity]++
    this.findings.set(id, { rule, severity, count, hash, emittedAt: now })
    return true
  }

  /** Removes what ended long ago from the tracker. The audit keeps the sums of its findings. */
  private retire(): void {
    const gone = this.tracker.retire(this.options.keep)
    if (gone === null) return
    this.audit.settle(gone)
    addTotals(this.retired, gone)
    for (const name of TABLE_NAMES) for (const { id } of gone[name]) this.emitted.delete(id)
    trim(this.emitted)
    trim(this.findings)
  }
}

/** Forgets the oldest. If it is emitted again after that, it is counted twice. */
function trim(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) return
    map.delete(key)
  }
}
