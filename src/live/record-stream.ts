/** A live capture as records: what becomes known of its packets, and what it says about itself. */

import type { Rule, Severity } from '../audit/rule/rule.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Networks } from '../policy/networks.ts'
import { type CaptureRecord, captureRecord } from '../report/records/capture.ts'
import { type HeartbeatRecord, heartbeatRecord, type LiveState } from '../report/records/heartbeat.ts'
import { type HostRecord, hostRecords } from '../report/records/host.ts'
import { type LiveSummaryRecord, liveSummaryRecord } from '../report/records/summary.ts'
import { type ChangeRecord, LiveRecords } from './live-records.ts'
import type { LiveTracker } from './live-tracker.ts'

export interface WatchOptions {
  rules: readonly Rule[]
  networks: Networks
  minSeverity: Severity | null
}

export type LiveRecord = ChangeRecord | HeartbeatRecord | CaptureRecord | HostRecord | LiveSummaryRecord

/** Connections that have ended and stay with the others, for findings over several of them: as many as are looked at anew in some tens of ms. */
const KEEP = 1000

export class Watch {
  private readonly live: LiveTracker
  private readonly options: WatchOptions
  private readonly records: LiveRecords
  private readonly started = performance.now()
  private warningsTold = 0
  /** Packets by the last look at them. */
  private looked = 0

  constructor(live: LiveTracker, options: WatchOptions) {
    this.live = live
    this.options = options
    this.records = new LiveRecords(live.tracker, { ...options, keep: KEEP })
  }

  /** What has become known since the last call. */
  *changes(): Generator<ChangeRecord> {
    this.live.age()
    if (this.live.traffic.packets !== this.looked) yield* this.look(false)
  }

  /** A sign of life, after everything of which only the number has changed. */
  *beat(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    this.live.age()
    yield* this.look(true)
    const { ledger, limits, smbMessages } = this.live.tracker.partialLedger()
    yield this.heartbeat(this.state(ledger, loss, limits, smbMessages))
  }

  /** The last records. Nothing may be read any more. */
  *finish(loss: readonly InterfaceLoss[] | null): Generator<LiveRecord> {
    const { live, records } = this
    live.age()
    const ledger = live.tracker.finish(live.describe())
    for (const record of records.last(ledger)) if (record !== null) yield record
    for (const host of hostRecords(ledger, this.options.networks)) yield host
    const capture = ledger.captures[0]!
    yield captureRecord(capture)
    const state = this.state(ledger, loss, capture.limits, capture.smbMessages)
    yield this.heartbeat(state)
    yield liveSummaryRecord(state, records.hidden)
  }

  private *look(grown: boolean): Generator<ChangeRecord> {
    this.looked = this.live.traffic.packets
    for (const record of this.records.changes(grown)) if (record !== null) yield record
  }

  private heartbeat(state: LiveState): HeartbeatRecord {
    const warnings = this.live.warnings.slice(this.warningsTold)
    this.warningsTold += warnings.length
    return heartbeatRecord(state, warnings, Date.now())
  }

  private state(
    ledger: Ledger,
    loss: readonly InterfaceLoss[] | null,
    limits: Record<string, number>,
    smbMessages: number,
  ): LiveState {
    const { live, records } = this
    const { packets, bytes, frames } = live.traffic
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
