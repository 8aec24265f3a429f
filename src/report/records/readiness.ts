/** The record of one line of a prediction. */
import { isoTime } from '../../base/packet-time.ts'
import type { ControlId, ReadinessState } from '../../readiness/control.ts'
import type { ReadinessEvidence, ReadinessRow } from '../../readiness/readiness-row.ts'
import type { EvidenceRecord } from './finding.ts'
import { textOrNull } from './record-parts.ts'

export interface ReadinessRecord {
  type: 'readiness'
  id: string
  control: ControlId
  scope: 'pair' | 'host'
  side: 'client' | 'server' | null
  client: { ip: string } | null
  server: { ip: string } | null
  user: string | null
  share: string | null
  state: ReadinessState
  reason: string | null
  message: string
  count: number
  total: number
  firstTime: string | null
  lastTime: string | null
  evidence: EvidenceRecord[]
  change: string | null
}

export function readinessRecord(row: ReadinessRow): ReadinessRecord {
  return {
    type: 'readiness',
    id: row.id,
    control: row.control,
    scope: row.scope,
    side: row.side,
    client: row.client === null ? null : { ip: row.client },
    server: row.server === null ? null : { ip: row.server },
    user: textOrNull(row.user),
    share: textOrNull(row.share),
    state: row.state,
    reason: row.reason,
    message: row.message,
    count: row.count,
    total: row.total,
    firstTime: isoTime(row.firstTime),
    lastTime: isoTime(row.lastTime),
    evidence: row.evidence.map(evidenceRecord),
    change: row.change,
  }
}

export function evidenceRecord({ capture, frame, time, what }: ReadinessEvidence): EvidenceRecord {
  return { capture, frame, time: isoTime(time), what }
}
