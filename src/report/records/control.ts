/** The record of one control: its numbers, and where it was seen at work. */
import type { ControlId } from '../../readiness/control.ts'
import type { ControlSummary, Credit } from '../../readiness/readiness-row.ts'
import type { EvidenceRecord } from './finding.ts'
import { evidenceRecord } from './readiness.ts'

export interface ControlRecord {
  type: 'control'
  control: ControlId
  title: string
  guide: string
  ready: number
  breaks: number
  exempt: number
  notObserved: number
  observable: boolean
  observedSeconds: number
  hostsSeen: number
  message: string
  /** Where it was seen at work. */
  credits: { what: string; count: number; evidence: EvidenceRecord[] }[]
}

/** @param credits of all controls */
export function controlRecord(summary: ControlSummary, credits: readonly Credit[]): ControlRecord {
  const { control, title, guide, ready, breaks, exempt, notObserved } = summary
  return {
    type: 'control',
    control,
    title,
    guide,
    ready,
    breaks,
    exempt,
    notObserved,
    observable: summary.observable,
    observedSeconds: summary.observedSeconds,
    hostsSeen: summary.hostsSeen,
    message: summary.message,
    credits: credits
      .filter((credit) => credit.control === control)
      .map(({ what, count, evidence }) => ({ what, count, evidence: evidence.map(evidenceRecord) })),
  }
}
