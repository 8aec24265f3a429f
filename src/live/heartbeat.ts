/** What a live capture says about itself: now and then, and once more in the end. */
import type { Severity } from '../audit/rule/rule.ts'
import { isoTime } from '../base/packet-time.ts'
import type { InterfaceLoss } from '../capture/live/request/live-capture.ts'
import type { Warning } from '../ledger/capture-facts.ts'
import type { SummaryRecord } from '../report/records/records.ts'
import type { Totals } from './live-records.ts'

/** Packets since the start. Null is "not known": no source is ever taken to have lost nothing because it cannot tell. */
export interface LossRecord {
  interface: string
  state: 'up' | 'down'
  /** That came to us. */
  delivered: number
  /** That passed the filter, by the source's count, dropped ones included where it counts so. */
  received: number | null
  droppedByKernel: number | null
  droppedByInterface: number | null
  /** Received, and neither delivered nor dropped: on their way, and at the end left in buffers. */
  left: number | null
  /** The three counts are the least there was. */
  atLeast: boolean
  /** Who counted. */
  source: string
}

export interface HeartbeatRecord {
  type: 'heartbeat'
  time: string | null
  capture: string
  uptimeMs: number
  packets: number
  bytes: number
  /** Of these, the packets that belong to SMB: frame numbers count them. */
  frames: number
  smbMessages: number
  connections: number
  sessions: number
  /** Holes in the byte streams of SMB connections, and bytes that were missed in them. */
  gaps: number
  missedBytes: number
  findings: Record<Severity, number>
  loss: LossRecord[]
  /** What limits on memory cost, by the name of the limit: only those that were reached. */
  limits: Record<string, number>
  /** New since the last heartbeat. */
  warnings: Warning[]
}

/** The summary of a scan, with what was lost. */
export type LiveSummaryRecord = SummaryRecord & { loss: LossRecord[] }

/** What both are made of. */
export interface State {
  capture: string
  uptimeMs: number
  packets: number
  bytes: number
  frames: number
  smbMessages: number
  totals: Totals
  findings: Record<Severity, number>
  loss: LossRecord[]
  limits: Record<string, number>
}

export function heartbeatRecord(state: State, warnings: Warning[], wallMs: number): HeartbeatRecord {
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

export function liveSummaryRecord(state: State, findingsHidden: number): LiveSummaryRecord {
  const { uptimeMs, packets, bytes, smbMessages, totals, findings, limits, loss } = state
  return {
    type: 'summary',
    captures: 1,
    inputsUnread: 0,
    packets,
    bytes,
    smbMessages,
    connections: totals.connections,
    sessions: totals.sessions,
    findings: { ...findings },
    findingsHidden,
    limits,
    durationMs: Math.round(uptimeMs),
    loss,
  }
}

export function lossRecord(known: InterfaceLoss | null, name: string, down: boolean, delivered: number): LossRecord {
  return {
    interface: name,
    state: down ? 'down' : 'up',
    delivered,
    received: known?.received ?? null,
    droppedByKernel: known?.droppedByKernel ?? null,
    droppedByInterface: known?.droppedByInterface ?? null,
    left: known === null ? null : left(known, delivered),
    atLeast: known?.atLeast ?? false,
    source: known?.from ?? 'not known: packets come from a pipe',
  }
}

/** Null where the source does not count what is still in the buffer, or has counted a part only. */
function left({ received, droppedByKernel, atLeast, countsAll }: InterfaceLoss, delivered: number): number | null {
  if (!countsAll || atLeast || received === null || droppedByKernel === null) return null
  return Math.max(0, received - droppedByKernel - delivered)
}
