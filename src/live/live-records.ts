/**
 * Records of traffic that goes on, as they become true. The last record with an id holds: connections, sessions and findings come when they are
 * known, and again when what they say has changed; what only counts on (frames, messages, times) comes with the last record of each, when it is over.
 */

import type { Finding } from '../audit/finding.ts'
import type { FindingList } from '../audit/finding-list.ts'
import { RunningAudit } from '../audit/incremental-audit.ts'
import type { Rule, Severity } from '../audit/rule/rule.ts'
import { hashText } from '../base/seeded-hash.ts'
import { type Named, peek } from '../ledger/facts-list.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ConnectionFacts, SessionFacts } from '../ledger/smb-facts.ts'
import type { Networks } from '../policy/networks.ts'
import { type ConnectionRecord, connectionRecord } from '../report/records/connection.ts'
import { type FindingRecord, findingRecord } from '../report/records/finding.ts'
import type { Totals } from '../report/records/heartbeat.ts'
import { type SessionRecord, sessionRecord } from '../report/records/session.ts'
import type { WithdrawalRecord } from '../report/records/withdrawal.ts'
import type { Changes, Seen } from '../track/partial-ledger.ts'
import type { Tracker } from '../track/tracker.ts'

export interface LiveRecordsOptions {
  rules: readonly Rule[]
  networks: Networks
  /** Findings that are less severe are left out. */
  minSeverity: Severity | null
  /** Connections that have ended and are still looked at together with the others: for findings over several of them. */
  keep: number
}

export type ChangeRecord = ConnectionRecord | SessionRecord | FindingRecord | WithdrawalRecord

/** What was said of something last: by a hash, and when that was made, at which frame of it. */
interface Said {
  hash: number
  lastFrame: number
}

/** What was said of a finding last, and when, in real milliseconds. */
interface SaidFinding {
  rule: string
  severity: Severity
  count: number
  hash: number
  told: number
}

/** Which findings are told: new and more severe ones; those that have grown a good deal, or changed long ago, too; or all that have changed. */
type Telling = 'new' | 'grown' | 'changed'

/** A finding that only counts on is told again when its number has grown so many times, or after so long. */
const GROWN = 2
const RETELL_MS = 3_600_000

/** Things whose last record is remembered: of findings and, since not all that leaves the ledger is retired, of what is or was in it. */
const REMEMBERED = 50_000

export class LiveRecords {
  private readonly retired: Totals = { connections: 0, sessions: 0, gaps: 0, missedBytes: 0 }
  /** Findings that were told and hold, those included that were over long ago. */
  readonly bySeverity: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
  /** Findings of the last look that are less severe than what is told. */
  hidden = 0
  private readonly tracker: Tracker
  private readonly options: LiveRecordsOptions
  private readonly audit: RunningAudit
  private readonly rules: ReadonlyMap<string, Rule>
  private readonly said = new Map<string, Said>()
  private readonly findings = new Map<string, SaidFinding>()
  /** Those of them that held by the last look, on what was in the ledger. */
  private holding: ReadonlySet<string> = new Set()
  private seen: Seen | null = null

  constructor(tracker: Tracker, options: LiveRecordsOptions) {
    this.tracker = tracker
    this.options = options
    this.audit = new RunningAudit(options)
    this.rules = new Map(options.rules.map((rule) => [rule.id, rule]))
  }

  /**
   * What has changed since the last call, in small pieces: null is a rest, in which no packet may be read, for that changes what is being looked at.
   *
   * @param grown also findings that are long known and have grown a good deal
   */
  *changes(grown: boolean): Generator<ChangeRecord | null, void> {
    const { ledger, connections, sessions, seen } = this.tracker.soFar(this.seen)
    this.seen = seen
    const { networks } = this.options
    yield* this.rows(connections, isKnown, CONNECTION_FACE, (c) => connectionRecord(c, networks))
    yield* this.rows(sessions, isDecided, SESSION_FACE, sessionRecord)
    yield* this.found(ledger, yield* this.audit.findings(ledger, false), grown ? 'grown' : 'new')
    this.retire()
  }

  /** All that has not been told in its last words yet. `ledger` is what the tracker gave when it was finished. */
  *last(ledger: Ledger): Generator<ChangeRecord | null, void> {
    const { networks } = this.options
    for (const facts of ledger.connections) yield this.news(facts, connectionRecord(facts, networks))
    for (const facts of ledger.sessions) yield this.news(facts, sessionRecord(facts))
    yield* this.found(ledger, yield* this.audit.findings(ledger, true), 'changed')
  }

  /** What was seen since the start, with what is in `ledger`: all that was not retired. */
  totals(ledger: Ledger): Totals {
    const { retired } = this
    const totals = { ...retired }
    totals.sessions += ledger.sessions.length
    totals.connections += ledger.connections.length
    for (let i = 0; i < ledger.connections.length; i++) {
      totals.gaps += peek(ledger.connections, i, 'gaps')
      totals.missedBytes += peek(ledger.connections, i, 'missedBytes')
    }
    return totals
  }

  private *rows<T extends Named & { lastFrame: number }>(
    { settled, open }: Changes<T>,
    worthIt: (facts: T) => boolean,
    face: readonly (keyof T)[],
    recordOf: (facts: T) => ChangeRecord,
  ): Generator<ChangeRecord | null> {
    for (const facts of open) {
      const before = this.said.get(facts.id)
      if (before?.lastFrame === facts.lastFrame || !worthIt(facts)) continue
      const hash = hashText(JSON.stringify(face.map((key) => facts[key])))
      this.said.set(facts.id, { hash, lastFrame: facts.lastFrame })
      yield before?.hash === hash ? null : recordOf(facts)
    }
    for (const facts of settled) yield this.news(facts, recordOf(facts))
  }

  /** The record, unless it was told in just these words. */
  private news<R extends ChangeRecord>({ id, lastFrame }: { id: string; lastFrame: number }, record: R): R | null {
    const hash = hashText(JSON.stringify(record))
    if (this.said.get(id)?.hash === hash) return null
    this.said.set(id, { hash, lastFrame })
    return record
  }

  /** Tells those of `list`, the findings of `ledger`, that are to be told, and takes back what held before and does not any more. */
  private *found(
    ledger: Ledger,
    list: FindingList,
    telling: Telling,
  ): Generator<FindingRecord | WithdrawalRecord | null> {
    const { minSeverity } = this.options
    const before = this.holding
    const holding = new Set<string>()
    const shown = minSeverity === null ? list : list.atLeast(minSeverity)
    this.holding = holding
    this.hidden = list.length - shown.length
    for (const finding of shown) {
      holding.add(finding.id)
      yield this.isTold(finding, telling) ? findingRecord(finding, this.rules.get(finding.rule)) : null
    }
    const gone = [...before].filter((id) => !holding.has(id))
    if (gone.length > 0) yield* this.withdrawn(gone, ledger)
  }

  /** Those that do not hold as the sum of what was retired either. */
  private *withdrawn(gone: readonly string[], ledger: Ledger): Generator<WithdrawalRecord | null> {
    const all = new Set<string>()
    for (const { id } of yield* this.audit.findings(ledger, true)) all.add(id)
    for (const id of gone) {
      const said = this.findings.get(id)
      if (said === undefined || all.has(id)) continue
      this.findings.delete(id)
      this.bySeverity[said.severity]--
      yield { type: 'withdrawal', id, rule: said.rule }
    }
  }

  /** Is it to be told now? It is noted that it was. */
  private isTold(finding: Finding, telling: Telling): boolean {
    const { id, rule, severity, count } = finding
    const before = this.findings.get(id)
    if (before !== undefined && before.severity === severity && telling === 'new') return false
    const hash = hashText(JSON.stringify(finding))
    const now = performance.now()
    if (before !== undefined && before.severity === severity) {
      if (before.hash === hash) return false
      if (telling === 'grown' && count < GROWN * before.count && now - before.told < RETELL_MS) return false
    }
    if (before !== undefined) this.bySeverity[before.severity]--
    this.bySeverity[severity]++
    this.findings.set(id, { rule, severity, count, hash, told: now })
    return true
  }

  /** What has ended long ago leaves the tracker; of its findings the audit keeps the sums. */
  private retire(): void {
    const over = this.tracker.retire(this.options.keep)
    if (over === null) return
    this.audit.settle(over)
    const { retired, said } = this
    for (const { id, gaps, missedBytes } of over.connections) {
      retired.connections++
      retired.gaps += gaps
      retired.missedBytes += missedBytes
      said.delete(id)
    }
    for (const { id } of over.sessions) {
      retired.sessions++
      said.delete(id)
    }
    trim(said)
    trim(this.findings)
  }
}

/** The oldest go. What is said again after that is said, and counted, once too often. */
function trim(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) return
    map.delete(key)
  }
}

/** Does an open connection say anything of use yet? */
function isKnown({ negotiateResponse, smb1, firstSmb2, firstTransform }: ConnectionFacts): boolean {
  return negotiateResponse !== null || firstSmb2 !== null || firstTransform !== null || smb1 !== null
}

function isDecided({ status }: SessionFacts): boolean {
  return status !== 'pending'
}

/** What of a connection, or a session, is worth another record while it is open. */
const CONNECTION_FACE: readonly (keyof ConnectionFacts)[] = [
  'id',
  'client',
  'server',
  'state',
  'smb1',
  'negotiateRequest',
  'negotiateResponse',
  'end',
]
const SESSION_FACE: readonly (keyof SessionFacts)[] = [
  'id',
  'connections',
  'user',
  'domain',
  'workstation',
  'auth',
  'guest',
  'anonymous',
  'encryptData',
  'status',
  'ntStatus',
  'trees',
  'logoff',
]
