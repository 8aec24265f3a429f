/** A live capture as records: what becomes known from its packets, and what it reports about itself. */

import type { Rule, Severity } from '../audit/rule/rule.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Policy } from '../policy/policy.ts'
import { type CaptureRecord, captureRecord } from '../report/records/capture.ts'
import { type HostRecord, hostRecords } from '../report/records/host.ts'
import { type HeartbeatRecord, heartbeatRecord, type LiveState } from '../report/records/live/heartbeat.ts'
import { type PolicyRecord, policyRecordOf } from '../report/records/policy.ts'
import { type LiveSummaryRecord, liveSummaryRecord } from '../report/records/summary.ts'
import { type ChangeRecord, LiveRecords } from './live-records.ts'
import type { LiveTracker } from './live-tracker.ts'

export interface RecordStreamOptions {
  rules: readonly Rule[]
  policy: Policy
  minSeverity: Severity | null
}

export type LiveRecord = ChangeRecord | HeartbeatRecord | CaptureRecord | PolicyRecord | HostRecord | LiveSummaryRecord

/** Connections that have ended and stay, for findings that span several of them: as many as can be audited again in some tens of milliseconds. */
const KEEP = 1000

export class RecordStream {
  private readonly live: LiveTracker
  private readonly options: RecordStreamOptions
  private readonly records: LiveRecords
  private readonly started = performance.now()
  private warningsEmitted = 0
  /** The number of packets at the last update. */
  private packetsSeen = 0

  constructor(live: LiveTracker, options: RecordStreamOptions) {
    this.live = live
    this.options = options
    this.records = new LiveRecords(live.tracker, { ...options, keep: KEEP })
  }

  /** What has become known since the last call. */
  *changes(): Generator<ChangeRecord> {
    this.live.age()
    if (this.live.intake.packets !== this.packetsSeen) yield* this.update(false)
  }

  /** What has become known or grown, then a heartbeat. */
  *heartbeat(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    this.live.age()
    yield* this.update(true)
    const { ledger, limits, smbMessages } = this.live.tracker.partialLedger()
    yield this.heartbeatOf(this.state(ledger, loss, limits, smbMessages))
  }

  /** The last records. Nothing may be read after this. */
  *finish(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    const { live, records } = this
    live.age()
    const ledger = live.tracker.finish(live.describe())
    for (const record of records.last(ledger)) if (record !== null) yield record
    for (const host of hostRecords(ledger, this.options.policy.networks)) yield host
    const capture = ledger.captures[0]!
    yield captureRecord(capture)
    const { policy } = this.options
    if (policy.file !== null) {
      yield policyRecordOf(policy, policy.file, capture.lastTime, (number) => records.exempted.of(number))
    }
    const state = this.state(ledger, loss, capture.limits, capture.smbMessages)
    yield this.heartbeatOf(state)
    yield liveSummaryRecord(state, records.hidden, this.options.rules)
  }

  private *update(grown: boolean): Generator<ChangeRecord> {
    this.packetsSeen = this.live.intake.packets
    for (const record of this.records.changes(grown)) if (record !== null) yield record
  }

  private heartbeatOf(state: LiveState): HeartbeatRecord {
    const warnings = this.live.warnings.slice(this.warningsEmitted)
    this.warningsEmitted += warnings.length
    return heartbeatRecord(state, warnings, Date.now())
  }

  private state(
    ledger: Ledger,
    loss: readonly InterfaceLoss[] | null,
    limits: Record<string, number>,
    smbMessages: number,
  ): LiveState {
    const { live, records } = this
    const { packets, bytes, frames } = live.intake
    return {
      capture: live.name,
      uptimeMs: performance.now() - this.started,
      packets,
      bytes,
      frames,
      smbMessages,
      totals: records.totals(ledger),
      findings: records.bySeverity,
      loss: live.loss(loss),
      limits,
    }
  }
}
