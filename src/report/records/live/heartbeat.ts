/** The record in which a live capture reports on itself, at intervals and once at the end. */
import type { Severity } from '../../../audit/rule/rule.ts'
import { isoTime } from '../../../base/packet-time.ts'
import type { Warning } from '../../../ledger/capture-facts.ts'
import type { Totals } from '../../../ledger/whole/totals.ts'
import type { LossRecord } from './loss.ts'

export interface HeartbeatRecord {
  type: 'heartbeat'
  time: string | null
  capture: string
  uptimeMs: number
  packets: number
  bytes: number
  /** Of these, the packets that belong to SMB. Frame numbers count only them. */
  frames: number
  smbMessages: number
  connections: number
  sessions: number
  /** Gaps in the byte streams of SMB connections, and the bytes missing in them. */
  gaps: number
  missedBytes: number
  findings: Record<Severity, number>
  loss: LossRecord[]
  /** What each memory limit that was reached has cost, by the name of the limit. */
  limits: Record<string, number>
  /** Those since the last heartbeat. */
  warnings: Warning[]
}

/** The state of a live capture: heartbeats and the summary are made from it. */
export interface LiveState {
  capture: string
  uptimeMs: number
  packets: number
  bytes: number
  frames: number
  smbMessages: number
  /** Since the start, what was already retired included. */
  totals: Totals
  findings: Record<Severity, number>
  loss: LossRecord[]
  limits: Record<string, number>
}

export function heartbeatRecord(state: LiveState, warnings: Warning[], wallMs: number): HeartbeatRecord {
  const { capture, uptimeMs, packets, bytes, frames, smbMessages, totals, findings, loss, limits } = state
  return {
    type: 'heartbeat',
    time: isoTime(wallMs * 1000),
    capture,
    uptimeMs: Math.round(uptimeMs),
    packets,
    bytes,
    frames,
    smbMessages,
    ...totals,
    findings: { ...findings },
    loss,
    limits,
    warnings,
  }
}
