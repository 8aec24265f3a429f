/** The last record of a scan: what all captures add up to. */
import { countBySeverity, FindingList } from '../../audit/finding-list.ts'
import type { Rule, Severity } from '../../audit/rule/rule.ts'
import { total } from '../../base/total.ts'
import { VERSION } from '../../base/version.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'
import { limitText } from '../../track/core/limits.ts'
import type { LiveState } from './live/heartbeat.ts'
import type { LossRecord } from './live/loss.ts'
import type { Report } from './report.ts'
import { SCHEMA_VERSION } from './schema-version.ts'

export interface SummaryRecord {
  type: 'summary'
  /** The version that made this result. */
  smblens: string
  schemaVersion: number
  /** Ids of the rules that were applied: no finding of any other rule proves nothing. */
  rules: string[]
  captures: number
  /** Named inputs of which nothing could be read. */
  inputsUnread: number
  packets: number
  bytes: number
  smbMessages: number
  connections: number
  sessions: number
  /** Counts of the findings that this report lists. */
  findings: Record<Severity, number>
  /** Findings that --min-severity kept out of this report. */
  findingsHidden: number
  /** What each memory limit that was reached has cost, by the name of the limit. */
  limits: Record<string, number>
  durationMs: number
}

/** The summary of a live capture: that of a scan, with what was lost. */
export type LiveSummaryRecord = SummaryRecord & { loss: LossRecord[] }

export function summaryRecord(report: Report): SummaryRecord {
  const { captures, connections, sessions } = report.ledger
  return {
    type: 'summary',
    ...origin(report.rules),
    captures: captures.length,
    inputsUnread: report.inputsUnread,
    packets: total(captures, (c) => c.packets),
    bytes: total(captures, (c) => c.bytes),
    smbMessages: total(captures, (c) => c.smbMessages),
    connections: connections.length,
    sessions: sessions.length,
    findings: countBySeverity(report.findings),
    findingsHidden: report.findingsHidden,
    limits: limitTotals(captures, report.findings),
    durationMs: Math.round(report.durationMs),
  }
}

export function liveSummaryRecord(state: LiveState, findingsHidden: number, rules: readonly Rule[]): LiveSummaryRecord {
  const { uptimeMs, packets, bytes, smbMessages, totals, findings, limits, loss } = state
  return {
    type: 'summary',
    ...origin(rules),
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

/** How this result came about: what another result must be compared by. */
function origin(rules: readonly Rule[]): Pick<SummaryRecord, 'smblens' | 'schemaVersion' | 'rules'> {
  return { smblens: VERSION, schemaVersion: SCHEMA_VERSION, rules: rules.map(({ id }) => id) }
}

function limitTotals(captures: readonly CaptureFacts[], findings: Report['findings']): Record<string, number> {
  const totals: Record<string, number> = {}
  for (const { limits } of captures) {
    for (const [name, count] of Object.entries(limits)) totals[name] = (totals[name] ?? 0) + count
  }
  if (findings instanceof FindingList && findings.leftOut > 0) totals[limitText('findingBytes')] = findings.leftOut
  return totals
}
